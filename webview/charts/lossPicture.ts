import type { Figure, ProfileResult } from '../../src/protocol/profile';
import { counted, formatFigure, isFinite } from '../format';
import type { Picture, Series } from './picture';
import { t } from '../texts/texts';

const span = 5;

/** Loss against step, with the mean of the five steps around each over it. */
export function lossPicture(profile: ProfileResult): Picture {
  const { loss } = profile;
  const points = loss.map((value, i) => ({ x: i, y: isFinite(value) ? value : null }));
  const means = runningMeans(loss);
  const few = loss.length <= 40;
  const series: Series[] = [{ label: t('each step'), colour: 'blue', faint: loss.length > span, marks: few, points }];
  if (loss.length > span)
    series.push({
      label: t('mean of {0} steps', span),
      colour: 'blue',
      width: 2.5,
      points: means.map((y, i) => ({ x: i, y })),
    });
  const broken = loss.filter((value) => !isFinite(value)).length;
  return {
    id: 'loss',
    title: `Loss (${profile.settings.loss})`,
    x: {
      label: t('step'),
      scale: 'linear',
      whole: true,
      min: 0,
      max: Math.max(profile.settings.steps, loss.length, 2) - 1,
    },
    y: { label: t('loss'), scale: 'linear' },
    series,
    summary: lossSummary(loss),
    notes: broken
      ? [t('{0} not finite and cannot be drawn: see the table.', counted(broken, 'loss is', 'losses are'))]
      : [],
    table: {
      columns: ['step', 'loss', `mean of ${span} steps`],
      rows: loss.map((value, i) => [i, value, means[i]]),
    },
  };
}

/** "First five 2.31, last five 1.20." */
export function lossSummary(loss: readonly Figure[]): string {
  if (loss.length === 0) return t('No step yet.');
  if (loss.length < 2 * span) return t('From {0} to {1}.', formatFigure(loss[0]), formatFigure(loss.at(-1)));
  const [first, last] = [mean(loss.slice(0, span)), mean(loss.slice(-span))];
  if (first === null || last === null) return t('From {0} to {1}.', formatFigure(loss[0]), formatFigure(loss.at(-1)));
  const ratio = first > 0 ? ` (×\u00a0${formatFigure(last / first)})` : '';
  return t('Mean of the first five {0}, of the last five {1}{2}.', formatFigure(first), formatFigure(last), ratio);
}

function runningMeans(loss: readonly Figure[]): (number | null)[] {
  const reach = (span - 1) / 2;
  const whole = (i: number) => i >= reach && i + reach < loss.length;
  return loss.map((_, i) => (whole(i) ? mean(loss.slice(i - reach, i + reach + 1)) : null));
}

function mean(values: readonly Figure[]): number | null {
  let sum = 0;
  for (const value of values) {
    if (!isFinite(value)) return null;
    sum += value;
  }
  return sum / values.length;
}
