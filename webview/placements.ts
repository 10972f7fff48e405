import type { LayerFacts, NormPlacement, Summary } from '../src/protocol/facts';
import type { Colour } from './charts/picture';

/** Colours of the placements, the commonest first, wherever the view shows them. */
const colours: readonly Colour[] = ['blue', 'orange', 'green', 'purple', 'muted'];

/** Where the norms of a model sit, the commonest first, each with its colour. */
export function placementsOf({ placement }: Pick<Summary, 'placement'>) {
  return Object.entries(placement)
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([name, count], i) => ({
      placement: name as NormPlacement,
      count,
      series: Math.min(i, colours.length - 1),
      colour: colours[Math.min(i, colours.length - 1)],
    }));
}

/**
 * Classes of the small mark before a layer's name: its outline tells the role, as in the network, and a norm has the colour of
 * where it sits.
 */
export function markClasses({ role, norm }: LayerFacts, placements: ReturnType<typeof placementsOf>): string {
  const place = role === 'norm' ? placements.find(({ placement }) => placement === norm?.placement) : undefined;
  return `role-mark role-${role}${place ? ` series-${place.series}` : ''}`;
}
