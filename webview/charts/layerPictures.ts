import type { Figure, Histogram, ProfiledLayer, StepStatistics } from '../../src/protocol/profile';
import { counted, formatFigure, formatShare, isFinite } from '../format';
import type { Axis, Colour, Picture, Series } from './picture';
import { t } from '../texts/texts';

export type Tensor = 'activation' | 'gradient';

const nouns = { activation: t('Activation'), gradient: t('Gradient') } as const;
const colours: Readonly<Record<Tensor, Colour>> = { activation: 'blue', gradient: 'orange' };

/** Steps of a layer that have a histogram, in order. */
export function sampledSteps(layer: ProfiledLayer): number[] {
  const steps = [...layer.activation, ...layer.gradient].filter(({ histogram }) => histogram).map(({ step }) => step);
  return [...new Set(steps)].sort((a, b) => a - b);
}

/**
 * How the elements of a tensor are distributed at one sampled step; null when that step has no histogram. Every bar is as high
 * as its share of the elements. Bins that grow outwards (spaced by asinh) are drawn equally wide, with what lies at their edges
 * below, so that bars of equal area hold equally many elements there too.
 */
export function histogramPicture(layer: ProfiledLayer, of: Tensor, step: number, logarithmic: boolean): Picture | null {
  const at = layer[of].find((entry) => entry.step === step);
  if (!at?.histogram) return null;
  const { edges, counts } = at.histogram;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const even = isEven(at.histogram);
  const share = (i: number) => (total ? counts[i] / total : 0);
  const heights = counts.map((_, i) => share(i));
  const x: Axis = { label: of === 'activation' ? t('output') : t('dLoss/dOutput'), scale: 'linear' };
  const y: Axis = {
    label: t('share of elements'),
    scale: logarithmic ? 'logarithmic' : 'linear',
    percent: true,
  };
  return {
    id: `${of}-histogram`,
    title: t('{0} at step {1}', nouns[of], step),
    x: even
      ? { ...x, min: edges[0], max: edges.at(-1) }
      : { ...x, label: t('{0}, bins wider outwards', x.label), min: 0, max: counts.length, edges },
    y: logarithmic ? y : { ...y, min: 0 },
    series: [],
    bars: { label: y.label, colour: colours[of], edges, heights },
    summary: momentsSentence(at),
    notes: total ? [] : [t('No element fell into the bins.')],
    table: {
      columns: ['from', 'to', 'count', 'share'],
      rows: counts.map((count, i) => [edges[i], edges[i + 1], count, share(i)]),
    },
  };
}

/** Percentiles 15, 50 and 85 over the sampled steps; null without any. */
export function percentilesPicture(layer: ProfiledLayer, of: Tensor, steps: number): Picture | null {
  const sampled = layer[of].filter(({ quantiles }) => quantiles);
  if (!sampled.length) return null;
  const colour = colours[of];
  const line = (key: 'p15' | 'p50' | 'p85', more: Partial<Series>): Series => ({
    label: `${key.slice(1)} %`,
    colour,
    marks: sampled.length <= 40,
    points: sampled.map(({ step, quantiles }) => ({ x: step, y: drawn(quantiles![key]) })),
    ...more,
  });
  const last = sampled.at(-1)!.quantiles!;
  const broken = sampled.filter(
    ({ quantiles: q }) => !isFinite(q!.p15) || !isFinite(q!.p50) || !isFinite(q!.p85),
  ).length;
  return {
    id: `${of}-percentiles`,
    title: t('{0} percentiles', nouns[of]),
    x: stepAxis(steps),
    y: { label: t('percentile'), scale: 'linear' },
    series: [
      line('p85', { stroke: 'dashed', fillTo: 2 }),
      line('p50', { width: 2.5 }),
      line('p15', { stroke: 'dotted' }),
    ],
    summary: t(
      'At the last sampled step: {0} (15 %), {1} (50 %), {2} (85 %).',
      ...[last.p15, last.p50, last.p85].map(formatFigure),
    ),
    notes: notDrawn(broken, 'step'),
    table: {
      columns: ['step', 'p1', 'p5', 'p15', 'p25', 'p50', 'p75', 'p85', 'p95', 'p99'],
      rows: sampled.map(({ step, quantiles: q }) => [
        step,
        q!.p1,
        q!.p5,
        q!.p15,
        q!.p25,
        q!.p50,
        q!.p75,
        q!.p85,
        q!.p95,
        q!.p99,
      ]),
    },
  };
}

/** Mean, standard deviation and root mean square over the steps; null without any. */
export function momentsPicture(layer: ProfiledLayer, of: Tensor, steps: number): Picture | null {
  const all = layer[of];
  if (!all.length) return null;
  const line = (key: 'mean' | 'std' | 'rms', label: string, more: Partial<Series>): Series => ({
    label,
    colour: colours[of],
    points: all.map((at) => ({ x: at.step, y: drawn(at[key]) })),
    marks: all.length === 1,
    ...more,
  });
  const broken = all.filter(({ mean, std, rms }) => !isFinite(mean) || !isFinite(std) || !isFinite(rms)).length;
  return {
    id: `${of}-moments`,
    title: t('{0} moments', nouns[of]),
    x: stepAxis(steps),
    y: { label: t('moment'), scale: 'linear' },
    series: [
      line('mean', t('mean'), { colour: 'muted', stroke: 'dotted', width: 2 }),
      // without a mean the RMS lies below it
      line('std', t('std'), { colour: 'foreground', stroke: 'dashed' }),
      line('rms', 'RMS', { width: 3 }),
    ],
    summary: momentsSentence(all.at(-1)!),
    notes: notDrawn(broken, 'step'),
    table: {
      columns: ['step', 'mean', 'std', 'rms', 'min', 'max', 'zero fraction'],
      rows: all.map((at) => [at.step, at.mean, at.std, at.rms, at.min, at.max, at.zeroFraction]),
    },
  };
}

/** Mean over the channels of what a norm measured in the batch against what it keeps for inference. */
export function runningPicture(layer: ProfiledLayer, of: 'mean' | 'variance', steps: number): Picture | null {
  const all = layer.statistics;
  if (!all?.length) return null;
  const [batch, running] =
    of === 'mean' ? (['batchMean', 'runningMean'] as const) : (['batchVariance', 'runningVariance'] as const);
  const points = (key: typeof batch | typeof running) => all.map((at) => ({ x: at.step, y: drawn(at[key].mean) }));
  const last = all.at(-1)!;
  const broken = all.filter((at) => !isFinite(at[batch].mean) || !isFinite(at[running].mean)).length;
  return {
    id: `running-${of}`,
    title: of === 'mean' ? t('Batch and running mean') : t('Batch and running variance'),
    x: stepAxis(steps),
    y: { label: t('channel average'), scale: 'linear' },
    series: [
      { label: t('batch'), colour: 'green', stroke: 'dashed', points: points(batch), marks: all.length === 1 },
      { label: t('running'), colour: 'purple', width: 2.5, points: points(running), marks: all.length === 1 },
    ],
    summary: t(
      'At the last step: batch {0}, running {1}. Training normalizes by the batch, inference by the running figures.',
      formatFigure(last[batch].mean),
      formatFigure(last[running].mean),
    ),
    notes: notDrawn(broken, 'step'),
    table: {
      columns: ['step', ...['batch', 'running'].flatMap((which) => [`${which} mean`, `${which} min`, `${which} max`])],
      rows: all.map((at) => [at.step, ...[at[batch], at[running]].flatMap(({ mean, min, max }) => [mean, min, max])]),
    },
  };
}

/** "Mean 0.012, standard deviation 1.03, from -4.1 to 4.2, 48.2 % zeros." */
export function momentsSentence(at: StepStatistics): string {
  const saturated =
    at.saturatedFraction === undefined ? '' : `, ${t('{0} saturated', formatShare(at.saturatedFraction))}`;
  const zeros = `${t('{0} zeros', formatShare(at.zeroFraction))}${saturated}`;
  return t('Mean {0}, std {1}, from {2} to {3}, {4}.', ...[at.mean, at.std, at.min, at.max].map(formatFigure), zeros);
}

function isEven({ edges }: Histogram): boolean {
  const width = (edges.at(-1)! - edges[0]) / (edges.length - 1);
  return edges.every((edge, i) => i === 0 || Math.abs(edge - edges[i - 1] - width) <= 1e-3 * Math.abs(width));
}

function stepAxis(steps: number): Axis {
  return { label: t('step'), scale: 'linear', whole: true, min: 0, max: Math.max(1, steps - 1) };
}

function drawn(value: Figure): number | null {
  return isFinite(value) ? value : null;
}

function notDrawn(count: number, noun: string): string[] {
  return count
    ? [t('{0} with figures that are not finite and cannot be drawn: see the table.', counted(count, noun))]
    : [];
}
