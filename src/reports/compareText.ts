import type { ComparedFigure, ComparedVariant, CompareResult, CompareVerdict, Spread } from '../protocol/compare';
import type { Figure } from '../protocol/profile';
import { formatFigure, plural, sparkline } from './numbers';
import { printable, textTable } from './textTable';

/** Rows of the table of gradients at most. */
const MOST_DEPTHS = 12;

/** The report of `normscope compare` for a person to read. Ends with a line break. */
export function compareText(result: CompareResult): string {
  const { settings, engine, variants } = result;
  const steps = plural(settings.steps, 'step');
  const lines = [
    printable(result.model.path),
    `  ${statusText(result)}${plural(variants.length, 'variant')}, ${plural(settings.seeds, 'seed')}, ${steps} each on ${engine.name} ${engine.version}, ${plural(engine.threads, 'thread')}`,
    `  batch ${settings.batch}, ${settings.optimizer}, learning rate ${settings.lr}, seeds from ${settings.seed}, loss ${settings.loss}`,
    `  weights: ${printable(settings.weights)}, the same in every variant with the same seed wherever shapes agree`,
    `  data: ${settings.data.kind}, ${printable(settings.data.inputs)}; target: ${printable(settings.data.targets)}`,
    '',
    ...variantLines(variants),
    '',
    ...lossLines(variants),
    '',
    ...depthLines(variants),
    ...verdictLines(result),
    '',
  ];
  return lines.join('\n');
}

function statusText({ status, failure }: CompareResult): string {
  if (status === 'complete') return '';
  return status === 'cancelled'
    ? 'CANCELLED, what was measured: '
    : `FAILED (${printable(failure ?? 'no reason given')}): `;
}

function variantLines(variants: readonly ComparedVariant[]): string[] {
  const rows = variants.map((v) => {
    const { summary } = v;
    const rate = v.largestStableLearningRate;
    return [
      v.id,
      v.status === 'not-applicable' ? '-' : spreadText(summary.finalLoss),
      summary.divergedSeeds > 0 ? String(summary.divergedSeeds) : '',
      summary.gradientDepthSlope === null ? '-' : `x ${formatFigure(10 ** summary.gradientDepthSlope.mean)}`,
      spreadText(summary.stepMs),
      rate === null ? (v.rateSearches.length > 0 ? 'none' : '') : formatFigure(rate),
    ];
  });
  const columns = ['variant', 'final loss', 'diverged', 'gradient per layer', 'ms a step', 'largest rate'];
  const shown = columns.filter((_, i) => i < 2 || rows.some((row) => row[i] !== ''));
  const kept = rows.map((row) => row.filter((_, i) => shown.includes(columns[i])));
  const notes = variants.flatMap((v) => {
    const words = v.status === 'not-applicable' || v.status === 'failed' ? [v.reason ?? ''] : [v.change, ...v.notes];
    return words.filter((w) => w !== '').map((w) => `${v.id}: ${printable(w)}`);
  });
  return [
    ...textTable(
      shown.map((title) => ({ title })),
      kept,
    ),
    ...notes,
  ].map((line) => `  ${line}`);
}

function spreadText(spread: Spread | null): string {
  if (spread === null) return '-';
  return spread.count > 1 ? `${formatFigure(spread.mean)} +- ${formatFigure(spread.std)}` : formatFigure(spread.mean);
}

/** The mean loss over the seeds, step by step, all variants on one scale. */
function lossLines(variants: readonly ComparedVariant[]): string[] {
  const trained = variants.filter((v) => v.seeds.length > 0);
  const width = Math.max(0, ...trained.map((v) => v.id.length));
  const curves = trained.map(({ seeds }) => {
    const length = Math.max(...seeds.map((s) => s.loss.length));
    return Array.from({ length }, (_, step) => geometricMean(seeds.map((s) => s.loss[step])));
  });
  const all = curves.flat().filter((v): v is number => typeof v === 'number');
  const range = [Math.min(...all), Math.max(...all)] as const;
  return [
    '  loss over the steps, mean of the seeds',
    ...trained.map((v, i) => `  ${v.id.padEnd(width)}  ${sparkline(curves[i], 40, range)}`),
  ];
}

function depthLines(variants: readonly ComparedVariant[]): string[] {
  const trained = variants.filter((v) => v.seeds.length > 0);
  const columns = trained.map(({ seeds }) => {
    const byDepth = new Map<number, Figure[]>();
    for (const { depth, gradientRms } of seeds.flatMap((s) => s.layers))
      byDepth.set(depth, [...(byDepth.get(depth) ?? []), gradientRms]);
    return byDepth;
  });
  const depths = [...new Set(columns.flatMap((c) => [...c.keys()]))].sort((a, b) => a - b);
  if (depths.length < 2) return [];
  const step = Math.max(1, (depths.length - 1) / (MOST_DEPTHS - 1));
  const shown = [
    ...new Set(Array.from({ length: Math.min(MOST_DEPTHS, depths.length) }, (_, i) => depths[Math.round(i * step)])),
  ];
  const rows = shown.map((depth) => [
    String(depth),
    ...columns.map((c) => (c.has(depth) ? formatFigure(geometricMean(c.get(depth)!)) : '-')),
  ]);
  const titles = [{ title: 'depth', align: 'right' as const }, ...trained.map((v) => ({ title: v.id }))];
  return ['gradient RMS of the weighted layers, from the input', ...textTable(titles, rows), ''].map((l) =>
    `  ${l}`.trimEnd(),
  );
}

/** Of positive figures; what is no number makes the mean none. */
function geometricMean(figures: readonly (Figure | undefined)[]): Figure | undefined {
  const present = figures.filter((f) => f !== undefined);
  if (present.length === 0) return undefined;
  if (present.some((f) => typeof f === 'string')) return 'NaN';
  return Math.exp(
    present.reduce<number>((sum, f) => sum + Math.log(Math.max(Number(f), 2 ** -126)), 0) / present.length,
  );
}

const figureWords: Readonly<Record<ComparedFigure, { readonly name: string; readonly better: string }>> = {
  finalLoss: { name: 'final loss', better: 'ends at a lower loss than' },
  gradientDepthSlope: { name: 'gradient over depth', better: 'keeps gradients over the depth more even than' },
  stepMs: { name: 'time per step', better: 'takes less time per step than' },
  largestStableLearningRate: { name: 'largest learning rate', better: 'trains at larger learning rates than' },
};

function verdictLines({ verdicts, settings }: CompareResult): string[] {
  if (verdicts.length === 0) return [];
  if (settings.seeds < 3) return ['  no verdicts: below three seeds there is no spread to hold a difference against'];
  const found = verdicts.filter((v) => v.better !== null);
  const lines = found.map((v) => `  ${v.better} ${figureWords[v.figure].better} ${otherOf(v)} ${detail(v)}`);
  const open = [
    ...new Set(verdicts.filter((v) => v.better === null).map((v) => `${figureWords[v.figure].name} of ${v.variant}`)),
  ];
  return [
    '  on this network, these data, these steps:',
    ...lines,
    ...(open.length > 0 ? [`  within the spread of the seeds: ${open.join(', ')}`] : []),
    "  (a verdict needs a difference of more than twice the pooled standard deviation over the seeds, and p < 0.01 in Student's t-test)",
  ];
}

function otherOf({ better, variant, baseline }: CompareVerdict): string {
  return better === variant ? baseline : variant;
}

function detail({ figure, difference, spread, p }: CompareVerdict): string {
  const size = Math.abs(difference);
  const chance = `p ${p !== null && p >= 1e-4 ? `= ${formatFigure(p)}` : '< 0.0001'}`;
  if (figure === 'largestStableLearningRate') return `(x ${formatFigure(2 ** size)}, ${chance})`;
  const unit = figure === 'stepMs' ? ' ms' : '';
  return `(by ${formatFigure(size)}${unit}, spread ${formatFigure(spread)}${unit}, ${chance})`;
}
