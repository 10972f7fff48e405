import type { LineChart } from '../../src/protocol/experiment';
import { counted, formatMeasured, isFinite } from '../format';
import type { Axis, Colour, Picture, Series } from './picture';
import { t } from '../texts/texts';

const colours: readonly Colour[] = ['blue', 'orange', 'green', 'purple', 'red', 'yellow'];

/** More points than these are not marked one by one. */
const MARKED = 40;

/** What an experiment measured, as lines; what is published or in closed form is dashed, in the colour of the line before it. */
export function experimentPicture(id: string, chart: LineChart): Picture {
  const { title, x, y } = chart;
  let colour = -1;
  let missing = 0;
  const series = chart.series.map((s): Series => {
    if (!s.reference || colour < 0) colour++;
    const points = s.x.map((at, i) => {
      const value = s.y[i];
      const drawable = isFinite(at) && isFinite(value) && !(y.logarithmic && value <= 0) && !(x.logarithmic && at <= 0);
      if (!drawable) missing++;
      return { x: Number(at), y: drawable ? value : null };
    });
    return {
      label: s.name,
      colour: colours[colour % colours.length],
      ...(s.reference && { stroke: 'dashed' as const }),
      marks: !s.reference && s.x.length <= MARKED,
      points: points.filter((p) => Number.isFinite(p.x) && !(x.logarithmic && p.x <= 0)),
    };
  });
  const axis = ({ label, logarithmic }: LineChart['x']): Axis => ({
    label,
    scale: logarithmic ? 'logarithmic' : 'linear',
  });
  const places = series.flatMap(({ points }) => points.map((point) => point.x));
  return {
    id,
    title,
    x: { ...axis(x), ...(!x.logarithmic && rangeOf(places)) },
    y: axis(y),
    series,
    summary: endsOf(series),
    notes:
      missing > 0 ? [t('{0} not finite or 0 and cannot be drawn.', counted(missing, 'point is', 'points are'))] : [],
    table: {
      columns: ['series', x.label, y.label],
      rows: chart.series.flatMap((s) => s.x.map((at, i) => [s.name, at, s.y[i] ?? null])),
    },
  };
}

/** What was measured at 1 to 21 ends there, and not at the next round number. */
function rangeOf(places: readonly number[]): Pick<Axis, 'min' | 'max' | 'whole'> {
  const [min, max] = [Math.min(...places), Math.max(...places)];
  return min < max ? { min, max, whole: places.every(Number.isInteger) } : {};
}

/** "First and last point: no norm 4.6e-13 → 1; batch norm 0.51 → 1." */
function endsOf(series: readonly Series[]): string {
  const ends = series.flatMap(({ label, points }) => {
    const drawn = points.flatMap(({ y }) => (y === null ? [] : [y]));
    return drawn.length < 2 ? [] : [`${label} ${formatMeasured(drawn[0])} → ${formatMeasured(drawn.at(-1))}`];
  });
  return ends.length === 0 ? '' : t('First and last point: {0}.', ends.join('; '));
}
