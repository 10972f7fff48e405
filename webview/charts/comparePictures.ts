import type { ComparedRun, ComparedVariant, CompareResult } from '../../src/protocol/compare';
import type { Figure } from '../../src/protocol/profile';
import { counted, formatFigure, isFinite } from '../format';
import { spanning, type Colour, type Picture, type Point, type Series } from './picture';
import { t } from '../texts/texts';

const colours: readonly Colour[] = ['blue', 'orange', 'green', 'purple', 'red', 'yellow'];
/** Losses further apart than this are drawn on a logarithmic axis. */
const wideRange = 30;
/** The smallest normal float32: below, gradients were flushed to zero. */
const underflow = 2 ** -126;

/** How a variant is drawn in every picture: colours in the order of the variants, dashed where they come round again. */
function lineOf(index: number): Pick<Series, 'colour' | 'stroke'> {
  return { colour: colours[index % colours.length], stroke: index < colours.length ? 'solid' : 'dashed' };
}

interface Curve {
  readonly title: string;
  readonly line: Pick<Series, 'colour' | 'stroke'>;
  readonly mean: readonly (number | null)[];
  /** The lowest and the highest of the seeds. */
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** The loss of every variant against the step: the mean over the seeds, with a band from the lowest to the highest. */
export function compareLossPicture(result: CompareResult): Picture {
  const curves = trained(result).map(({ variant, index }) => lossCurve(variant, index));
  const values = curves.flatMap(({ mean }) => mean).filter((v) => v !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const logarithmic = low > 0 && high / low > wideRange;
  const drawable = (v: number | null) => (v === null || (logarithmic && v <= 0) ? null : v);
  const points = (list: readonly (number | null)[], name?: string): Point[] =>
    list.map((y, x) => ({ x, y: drawable(y), ...(name !== undefined && { name }) }));
  const series: Series[] = [];
  for (const { title, line, mean, low: lowest, high: highest } of curves) {
    series.push({ label: title, ...line, width: 2, points: points(mean) });
    if (result.settings.seeds < 2) continue;
    const edge = { label: '', colour: line.colour, faint: true, width: 0.5 };
    series.push({ ...edge, points: points(highest, t('{0}: highest seed', title)) });
    series.push({ ...edge, fillTo: series.length - 1, points: points(lowest, t('{0}: lowest seed', title)) });
  }
  const steps = Math.max(2, ...curves.map(({ mean }) => mean.length));
  const diverged = result.variants.reduce((sum, v) => sum + v.summary.divergedSeeds, 0);
  return {
    id: 'compare-loss',
    title: `Loss (${result.settings.loss})`,
    x: { label: t('step'), scale: 'linear', whole: true, min: 0, max: steps - 1 },
    y: { label: t('loss'), scale: logarithmic ? 'logarithmic' : 'linear' },
    series,
    summary: result.variants
      .flatMap(({ title, summary: { finalLoss } }) => (finalLoss ? [`${title} ${formatFigure(finalLoss.mean)}`] : []))
      .join(', ')
      .replace(/^(.+)$/, (all) => t('At the end: {0}.', all)),
    notes:
      diverged > 0 ? [t('{0} diverged: the curve ends where the loss was no number.', counted(diverged, 'run'))] : [],
    table: {
      columns: ['step', ...curves.flatMap(({ title }) => [title, `${title}: lowest`, `${title}: highest`])],
      rows: Array.from({ length: steps }, (_, i) => [
        i,
        ...curves.flatMap((curve) => [curve.mean[i] ?? null, curve.low[i] ?? null, curve.high[i] ?? null]),
      ]),
    },
  };
}

/** RMS of the gradient of every weighted layer against its depth, all variants on top of each other. */
export function compareDepthPicture(result: CompareResult): Picture {
  const curves = trained(result).map(({ variant, index }) => ({
    title: variant.title,
    line: lineOf(index),
    places: gradientsByDepth(variant.seeds),
  }));
  const depths = [...new Set(curves.flatMap(({ places }) => [...places.keys()]))].sort((a, b) => a - b);
  const few = depths.length <= 60;
  return {
    id: 'compare-depth',
    title: t('Gradient RMS against depth'),
    x: {
      label: t('depth (weighted layers from the input)'),
      scale: 'linear',
      whole: true,
      ...(depths.length > 0 && spanning(depths[0], depths.at(-1)!)),
    },
    y: { label: t('RMS of dLoss/dOutput'), scale: 'logarithmic' },
    series: curves.map(({ title, line, places }) => ({
      label: title,
      ...line,
      width: 2,
      marks: few,
      points: [...places].sort(([a], [b]) => a - b).map(([x, { rms, layer }]) => ({ x, y: rms, name: layer, layer })),
    })),
    summary: result.variants
      .flatMap(({ title, summary: { gradientDepthSlope: slope } }) =>
        slope ? [`${title} ×\u00a0${formatFigure(10 ** slope.mean)}`] : [],
      )
      .join(', ')
      .replace(/^(.+)$/, (all) => t('Towards the input, per weighted layer: {0}.', all)),
    notes: [t('Geometric means over the steps, the seeds and the layers of one depth.')],
    table: {
      columns: ['depth', ...curves.map(({ title }) => title)],
      rows: depths.map((depth) => [depth, ...curves.map(({ places }) => places.get(depth)?.rms ?? null)]),
    },
  };
}

function trained(result: CompareResult): { variant: ComparedVariant; index: number }[] {
  return result.variants
    .map((variant, index) => ({ variant, index }))
    .filter(({ variant }) => variant.seeds.length > 0);
}

function lossCurve({ title, seeds }: ComparedVariant, index: number): Curve {
  const length = Math.max(...seeds.map(({ loss }) => loss.length));
  const columns = Array.from({ length }, (_, step) => seeds.map(({ loss }) => loss[step] as Figure | undefined));
  const whole = columns.map((column) => (column.every(isFinite) ? column.map(Number) : null));
  const each = (figure: (column: readonly number[]) => number) => whole.map((column) => column && figure(column));
  return {
    title,
    line: lineOf(index),
    mean: each(meanOf),
    low: each((column) => Math.min(...column)),
    high: each((column) => Math.max(...column)),
  };
}

function gradientsByDepth(runs: readonly ComparedRun[]): Map<number, { rms: number | null; layer: string }> {
  const byDepth = new Map<number, { figures: Figure[]; layer: string }>();
  for (const { id, depth, gradientRms } of runs.flatMap(({ layers }) => layers)) {
    const entry = byDepth.get(depth) ?? { figures: [], layer: id };
    entry.figures.push(gradientRms);
    byDepth.set(depth, entry);
  }
  return new Map(
    [...byDepth].map(([depth, { figures, layer }]) => {
      const logs = figures.map((f) => (isFinite(f) ? Math.log(Math.max(f, underflow)) : NaN));
      const mean = Math.exp(meanOf(logs));
      return [depth, { rms: Number.isFinite(mean) ? mean : null, layer }];
    }),
  );
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}
