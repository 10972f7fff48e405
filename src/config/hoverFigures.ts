import { count, say, translated } from '../texts/say';
import type { LayerFacts } from '../protocol/facts';
import type { Figure, ProfiledLayer, ProfileResult, RunningStatistics, StepStatistics } from '../protocol/profile';
import { escapeMarkdown } from './escapeMarkdown';
import { sparkline } from './sparkline';
import { svgImage } from './svgImage';

/** What the latest profile measured at the parts of a layer, at its last step, and what kind of figures they are. */
export function measuredFigures(
  profile: ProfileResult,
  parts: readonly LayerFacts[],
  stale: boolean,
): readonly string[] {
  const measured = parts.flatMap((part) => profile.layers.filter((l) => l.id === part.id));
  const rows = measured.flatMap((layer) => rowsOf(layer, measured.length > 1));
  if (rows.length === 0) return [];
  const age = stale ? say`**Out of date:** these figures were measured on an earlier version of the model.` : undefined;
  const table = [say`| | mean | std | RMS | zeros |`, '|---|---:|---:|---:|---:|', ...rows].join('\n');
  const statistics = measured.flatMap((layer) => statisticsWords(layer.statistics?.at(-1)));
  const lines = measured.flatMap((layer) => lineOf(layer, measured.length > 1));
  return [...(age === undefined ? [] : [age]), table, ...lines, ...statistics, setupWords(profile)];
}

/** How the spread of the gradient went over the steps, in a line. */
function lineOf(layer: ProfiledLayer, named: boolean): string[] {
  const svg = sparkline(layer.gradient.map((s) => s.rms));
  const name = named ? say` of ${escapeMarkdown(layer.name)}` : '';
  return svg === undefined
    ? []
    : [`${say`RMS of the gradient${name} over the steps:`} ${svgImage(svg, say`line over the steps`)}`];
}

function rowsOf(layer: ProfiledLayer, named: boolean): string[] {
  const name = named ? say` of ${escapeMarkdown(layer.name)}` : '';
  const row = (what: string, s: StepStatistics | undefined) =>
    s === undefined
      ? []
      : [`| ${what}${name} | ${shown(s.mean)} | ${shown(s.std)} | ${shown(s.rms)} | ${percent(s.zeroFraction)} |`];
  return [...row(say`activation`, layer.activation.at(-1)), ...row(say`gradient`, layer.gradient.at(-1))];
}

function statisticsWords(s: RunningStatistics | undefined): string[] {
  if (s === undefined) return [];
  const pair = (batch: Figure, running: Figure) => say`${shown(batch)} in the batch, ${shown(running)} running`;
  return [
    say`Mean of the channels: ${pair(s.batchMean.mean, s.runningMean.mean)}.  \n` +
      say`Variance of the channels: ${pair(s.batchVariance.mean, s.runningVariance.mean)}.`,
  ];
}

function setupWords({ settings, loss, status }: ProfileResult): string {
  const ended = { complete: '', cancelled: say`, cancelled`, failed: say`, failed` }[status];
  const data = settings.data.kind === 'synthetic' ? say`synthetic data` : say`data from a file`;
  const weights = escapeMarkdown(translated(settings.weights));
  return say`Profile of ${count(loss.length, 'step')}${ended}: last step, batch ${settings.batch}, ${data}, weights ${weights}.`;
}

function shown(figure: Figure): string {
  return typeof figure === 'number' ? String(Number(figure.toPrecision(3))) : figure;
}

function percent(fraction: Figure): string {
  return typeof fraction === 'number' ? `${Number((fraction * 100).toPrecision(3))} %` : fraction;
}
