import type { ModelFacts, NormType } from '../../src/protocol/facts';
import { h, replaceChildren, svg, type Child } from '../dom';
import { formatFigure } from '../format';
import { heat, type ColourScale } from '../graph/measured';
import type { placementsOf } from '../placements';
import { shown } from '../shown';
import { normTypeWords, placementWords } from '../words';
import { t } from '../texts/texts';

/** What the colours and outlines of the graph mean. */
export function networkLegend() {
  const element = h('div', { class: 'graph-legend', testId: 'graph-legend' });
  return {
    element,
    /** @param measured null: the colours are those of the placements */
    show(
      model: ModelFacts,
      placements: ReturnType<typeof placementsOf>,
      measured: { scale: ColourScale; label: string } | null,
      wanted: boolean,
    ): void {
      const norms = Object.keys(model.summary.norm).filter((type) => model.summary.norm[type] > 0) as NormType[];
      replaceChildren(
        element,
        !measured && placements.length > 0 && h('span', {}, t('Where the norms sit:')),
        ...(measured ? scaleParts(measured.scale, measured.label) : placements.map(placementPart)),
        wanted && !measured && h('span', { class: 'placeholder' }, t('Not profiled yet: no figures to colour by.')),
        ...(norms.length > 1 || measured ? norms.map(normPart) : []),
      );
      element.hidden = !element.firstChild;
    },
  };
}

function placementPart({ placement, series }: ReturnType<typeof placementsOf>[number]): Child {
  return h(
    'span',
    { class: 'legend-item' },
    h('span', { class: `swatch series-${series}`, attributes: { 'aria-hidden': 'true' } }),
    placementWords[placement] ?? shown(placement),
  );
}

function scaleParts(scale: ColourScale, label: string): Child[] {
  const bar = h('span', { class: 'legend-bar', attributes: { 'aria-hidden': 'true' } });
  const stops = Array.from({ length: 11 }, (_, i) => heat(i / 10));
  bar.style.background = `linear-gradient(to right, ${stops.join(', ')})`;
  const text = (value: number) => (scale.logarithmic ? formatFigure(value) : `${value * 100} %`);
  return [
    h(
      'span',
      { class: 'legend-item legend-scale' },
      `${label} `,
      h('span', {}, text(scale.low)),
      bar,
      text(scale.high),
    ),
    h(
      'span',
      { class: 'legend-item' },
      h('span', { class: 'legend-unmeasured', attributes: { 'aria-hidden': 'true' } }),
      t('not measured'),
    ),
  ];
}

/** Points of the small outlines, 22 by 12, as shapes.ts draws them. */
const outlines: Readonly<Partial<Record<NormType, string>>> = {
  batch: '6,1 1,6 6,11 18,11 23,6 18,1',
  instance: '7,1 1,11 17,11 23,1',
  group: '5,1 1,4 1,8 5,11 19,11 23,8 23,4 19,1',
  rms: '1,1 5,6 1,11 23,11 19,6 23,1',
};

function normPart(type: NormType): Child {
  const points = outlines[type];
  const shape = points
    ? svg('polygon', { points })
    : svg('rect', { x: 1, y: 1, width: 22, height: 10, rx: type === 'layer' ? 5 : 0 });
  return h(
    'span',
    { class: 'legend-item' },
    svg('svg', { viewBox: '0 0 24 12', class: 'legend-shape', 'aria-hidden': 'true' }, shape),
    t('{0} norm', normTypeWords[type] ?? shown(type)),
  );
}
