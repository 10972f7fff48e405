import type { LayerRole } from '../../src/protocol/facts';
import type { Figure, ProfiledLayer, ProfileResult, StepStatistics, TheoryLine } from '../../src/protocol/profile';
import { counted, formatFigure, isFinite } from '../format';
import { spanning, type Picture, type Point, type Series } from './picture';
import { t } from '../texts/texts';

export interface DepthOptions {
  readonly of: 'gradient' | 'activation';
  readonly figure: 'rms' | 'std';
  readonly layers: 'weighted' | 'all';
}

/** The roles that depth counts. */
const weightedRoles: ReadonlySet<LayerRole> = new Set(['linear', 'recurrent']);

const strokes = [
  { colour: 'muted', stroke: 'dotted' },
  { colour: 'orange', stroke: 'dashed' },
  { colour: 'blue', stroke: 'solid' },
] as const;

/** A figure of every layer against its depth at the first, the middle and the last step, on a logarithmic scale. */
export function depthPicture(profile: ProfileResult, { of, figure, layers }: DepthOptions): Picture {
  const weighted = profile.layers.filter(({ role }) => weightedRoles.has(role));
  const chosen = layers === 'all' || weighted.length === 0 ? profile.layers : weighted;
  const measured = chosen.filter((layer) => layer[of].length > 0);
  const steps = firstMiddleLast(measured);
  const places = spread(measured);
  const columns = steps.map((step) => measured.map((layer) => at(layer[of], step)?.[figure] ?? null));
  const few = measured.length <= 60;
  const series = columns.map((values, i): Series => ({
    label: t('step {0}', steps[i]),
    ...strokes[strokes.length - columns.length + i],
    width: i === columns.length - 1 ? 2.5 : 1.5,
    marks: few && i === columns.length - 1,
    points: measured
      .map((layer, j): Point => ({
        ...{ x: places[j], y: drawable(values[j]), name: layer.name, layer: layer.id },
        detail: t('{0}, depth {1}', layer.kind, layer.depth),
      }))
      .sort((a, b) => a.x - b.x),
  }));
  const theory = of === 'gradient' && figure === 'rms' ? (profile.theory ?? []) : [];
  const placeOf = new Map(measured.map(({ id }, j) => [id, places[j]]));
  const predicted = theory.map(({ values }) => new Map(values.map(({ layer, rms }) => [layer, rms])));
  theory.forEach(({ name, values }, i) =>
    series.push({
      label: t('theory, step 0: {0}', name),
      colour: (['green', 'purple', 'red'] as const)[i % 3],
      stroke: 'dashed',
      width: 2,
      points: values.map(({ layer, depth, rms }) => ({
        x: placeOf.get(layer) ?? depth,
        y: drawable(rms),
        name: layer,
        layer,
      })),
    }),
  );
  const what = of === 'gradient' ? t('Gradient') : t('Activation');
  return {
    id: `${of}-depth`,
    title: figure === 'rms' ? t('{0} RMS against depth', what) : t('{0} standard deviation against depth', what),
    x: {
      label: t('depth (weighted layers from the input)'),
      scale: 'linear',
      whole: true,
      ...(places.length > 0 && spanning(Math.floor(Math.min(...places)), Math.ceil(Math.max(...places)))),
    },
    y: {
      label:
        of === 'gradient'
          ? figure === 'rms'
            ? t('RMS of dLoss/dOutput')
            : t('std of dLoss/dOutput')
          : figure === 'rms'
            ? t('RMS of the output')
            : t('std of the output'),
      scale: 'logarithmic',
    },
    series,
    summary:
      of === 'gradient'
        ? [slopeSentence(profile), ...theory.map(theorySentence)].join(' ').trim()
        : rangeSentence(columns.at(-1) ?? [], figure),
    notes: [
      ...(chosen.length > 0 && weighted.length === 0 ? [t('No layer is linear or recurrent: all are shown.')] : []),
      ...notesOn(columns, chosen.length - measured.length, of),
    ],
    table: {
      columns: [
        ...['layer', 'kind', 'depth'],
        ...steps.map((step) => `step ${step}`),
        ...theory.map(({ name }) => `theory: ${name}`),
      ],
      rows: measured.map((layer, j) => [
        ...[layer.name, layer.kind, layer.depth],
        ...columns.map((values) => values[j]),
        ...predicted.map((values) => values.get(layer.id) ?? null),
      ]),
    },
  };
}

/** "Theory (Batch norm and ReLU): × 1.21 per layer towards the input (Yang et al. 2019 ...)." */
function theorySentence({ name, ratio, reference }: TheoryLine): string {
  return t('Theory ({0}): ×\u00a0{1} per layer towards the input ({2}).', name, formatFigure(ratio), reference.title);
}

/**
 * The slope in words. A slope alone proves nothing (pools change the RMS, too): gradients vanish or explode only where the rules
 * have found that they do.
 */
export function slopeSentence({
  gradientDepthSlope: slope,
  layers,
  findings,
}: Pick<ProfileResult, 'gradientDepthSlope' | 'layers' | 'findings'>): string {
  if (slope === null) return '';
  if (!isFinite(slope)) return t('The slope over depth is not finite.');
  const depth = layers.reduce((most, layer) => Math.max(most, layer.depth), 1);
  const verb = foundVerb(findings) ?? neutralVerb(slope * (depth - 1));
  return t(
    'Towards the input gradients {0}: ×\u00a0{1} per weighted layer (the median: a jump at a single layer does not count).',
    verb,
    formatFigure(Math.pow(10, slope)),
  );
}

function foundVerb(findings: ProfileResult['findings']): string | undefined {
  const found = (id: string) => findings.some(({ ruleId }) => ruleId === id);
  return found('vanishing-gradient') ? t('vanish') : found('exploding-gradient') ? t('explode') : undefined;
}

/** @param decades over the whole depth */
function neutralVerb(decades: number): string {
  if (Math.abs(decades) < 0.5) return t('stay level');
  return decades < 0 ? t('shrink') : t('grow');
}

function rangeSentence(values: readonly (Figure | null)[], figure: string): string {
  const drawn = values.map(drawable).filter((value) => value !== null);
  if (!drawn.length) return '';
  const [low, high] = [Math.min(...drawn), Math.max(...drawn)];
  return t(
    'From {0} to {1} ({2}) at the last step.',
    formatFigure(low),
    formatFigure(high),
    figure === 'rms' ? 'RMS' : t('std'),
  );
}

function notesOn(columns: readonly (readonly (Figure | null)[])[], unmeasured: number, of: string): string[] {
  const last = columns.at(-1) ?? [];
  const zeros = last.filter((value) => value === 0).length;
  const broken = last.filter((value) => value !== null && !isFinite(value)).length;
  return [
    unmeasured
      ? of === 'gradient'
        ? t('{0} no gradient.', counted(unmeasured, 'layer has', 'layers have'))
        : t('{0} no figures.', counted(unmeasured, 'layer has', 'layers have'))
      : '',
    zeros ? t('{0} 0 and below the logarithmic axis.', counted(zeros, 'figure is', 'figures are')) : '',
    broken ? t('{0} not finite and cannot be drawn: see the table.', counted(broken, 'figure is', 'figures are')) : '',
  ].filter(Boolean);
}

function drawable(value: Figure | null): number | null {
  return isFinite(value) && value > 0 ? value : null;
}

function at(steps: readonly StepStatistics[], step: number): StepStatistics | undefined {
  // the list is in order of steps and mostly has all of them
  const guess = steps[step - (steps[0]?.step ?? 0)];
  return guess?.step === step ? guess : steps.find((entry) => entry.step === step);
}

function firstMiddleLast(layers: readonly ProfiledLayer[]): number[] {
  const steps = layers[0] ? [...new Set([...layers[0].activation, ...layers[0].gradient].map(({ step }) => step))] : [];
  steps.sort((a, b) => a - b);
  if (!steps.length) return [];
  return [...new Set([steps[0], steps[Math.floor((steps.length - 1) / 2)], steps.at(-1)!])];
}

/** Several layers of one depth (a convolution, its norm, its activation; two branches) share the place from it to the next in order. */
function spread(layers: readonly ProfiledLayer[]): number[] {
  const sizes = new Map<number, number>();
  for (const { depth } of layers) sizes.set(depth, (sizes.get(depth) ?? 0) + 1);
  const seen = new Map<number, number>();
  return layers.map(({ depth }) => {
    const before = seen.get(depth) ?? 0;
    seen.set(depth, before + 1);
    return depth + before / sizes.get(depth)!;
  });
}
