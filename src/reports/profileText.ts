import type { Figure, ProfileResult, StepStatistics } from '../protocol/profile';
import { findingLines } from './analysisText';
import { formatFigure, plural, sparkline } from './numbers';
import { printable, textTable } from './textTable';

/** The report of `normscope profile` for a person to read. Ends with a line break. */
export function profileText(profile: ProfileResult): string {
  const { settings, engine } = profile;
  const lines = [
    printable(profile.model.path),
    `  ${statusText(profile)} of ${settings.steps} on ${engine.name} ${engine.version}, ${plural(engine.threads, 'thread')}`,
    `  batch ${settings.batch}, ${settings.optimizer}, learning rate ${settings.lr}, seed ${settings.seed}, loss ${settings.loss}`,
    `  weights: ${printable(settings.weights)}`,
    `  data: ${settings.data.kind}, ${printable(settings.data.inputs)}; target: ${printable(settings.data.targets)}`,
  ];
  if (settings.trainingFormNorms > 0) {
    lines.push(`  ${plural(settings.trainingFormNorms, 'batch norm')} in inference form trained with batch statistics`);
  }
  for (const note of settings.notes) lines.push(`  note: ${printable(note)}`);
  lines.push('', ...lossLines(profile), ...gradientLines(profile), '', ...layerLines(profile), '');
  lines.push(...findingLines(profile.findings), `  ${timingText(profile)}`, '');
  return lines.join('\n');
}

function statusText(profile: ProfileResult): string {
  const steps = plural(profile.loss.length, 'step');
  if (profile.status === 'complete') return steps;
  if (profile.status === 'cancelled') return `cancelled after ${steps}`;
  return `FAILED after ${steps} (${printable(profile.failure ?? 'no reason given')})`;
}

function lossLines(profile: ProfileResult): string[] {
  const { loss } = profile;
  if (loss.length === 0) return [];
  const drop = meanOf(loss.slice(-5)) / meanOf(loss.slice(0, 5));
  // of fewer steps the first five and the last five share some
  const ratio =
    loss.length >= 10 && Number.isFinite(drop) ? `, mean of the last five ${formatFigure(drop)} x the first five` : '';
  return [`  loss ${formatFigure(loss[0])} -> ${formatFigure(loss[loss.length - 1])}${ratio}`, `  ${sparkline(loss)}`];
}

function gradientLines(profile: ProfileResult): string[] {
  const slope = profile.gradientDepthSlope;
  if (slope === null) return [];
  if (typeof slope === 'string') return [`  gradient against depth: ${slope}`];
  return [
    `  gradient RMS per weighted layer towards the input: x ${formatFigure(10 ** slope)} (log10 slope ${formatFigure(slope)})`,
  ];
}

function layerLines(profile: ProfileResult): string[] {
  const measured = profile.layers.filter((l) => l.activation.length > 0);
  if (measured.length === 0) return [];
  const change = (list: readonly StepStatistics[], figure: (s: StepStatistics) => Figure) =>
    list.length === 0 ? '-' : `${formatFigure(figure(list[0]))} -> ${formatFigure(figure(list[list.length - 1]))}`;
  const rows = measured.map((l) => [
    String(l.depth),
    l.name,
    l.kind,
    change(l.activation, (s) => s.mean),
    change(l.activation, (s) => s.std),
    change(l.gradient, (s) => s.rms),
  ]);
  const table = textTable(
    [
      { title: 'depth', align: 'right' },
      { title: 'layer', maxWidth: 36 },
      { title: 'kind', maxWidth: 22 },
      { title: 'activation mean' },
      { title: 'activation std' },
      { title: 'gradient RMS' },
    ],
    rows,
  );
  return table.map((line) => `  ${line}`);
}

function timingText(profile: ProfileResult): string {
  const { compileMs, stepMs } = profile.timing;
  const sorted = [...stepMs].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  return `set up in ${formatFigure(compileMs)} ms, ${median === undefined ? 'no step run' : `${formatFigure(median)} ms a step (median)`}`;
}

function meanOf(values: readonly Figure[]): number {
  return values.reduce<number>((sum, v) => sum + Number(v), 0) / values.length;
}
