import type { LineChart } from '../../src/protocol/experiment';
import { counted, isFinite } from '../format';
import type { Axis, Colour, Picture } from './picture';
import { t } from '../texts/texts';

const colours: readonly Colour[] = ['blue', 'orange', 'green', 'purple', 'red', 'yellow'];

/** More points than these are not marked one by one. */
const MARKED = 40;

/** What an experiment measured, as lines; what is published or in closed form is dashed, in the colour of the line before it. */
export function experimentPicture(id: string, chart: LineChart): Picture {
  const { title, x, y } = chart;
  let colour = -1;
  let missing = 0;
  const series = chart.series.map((s) => {
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
      marks: s.x.length <= MARKED,
      points: points.filter((p) => Number.isFinite(p.x) && !(x.logarithmic && p.x <= 0)),
    };
  });
  const axis = ({ label, logarithmic }: LineChart['x']): Axis => ({
    label,
    scale: logarithmic ? 'logarithmic' : 'linear',
  });
  return {
    id,
    title,
    x: axis(x),
    y: axis(y),
    series,
    summary: t('{0} over {1}: {2}.', y.label, x.label, chart.series.map((s) => s.name).join(', ')),
    notes:
      missing > 0 ? [t('{0} not finite or 0 and cannot be drawn.', counted(missing, 'point is', 'points are'))] : [],
    table: {
      columns: ['series', x.label, y.label],
      rows: chart.series.flatMap((s) => s.x.map((at, i) => [s.name, at, s.y[i] ?? null])),
    },
  };
}
