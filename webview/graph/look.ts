import type { Severity } from '../../src/protocol/facts';
import { placementsOf } from '../placements';
import type { Snapshot } from '../store';
import type { Theme } from '../theme';
import type { BlockTree } from './blocks';
import { figures, scaleOf, type ColourScale } from './measured';

/** What a scene looks like: all that is not its places. */
export interface Look {
  readonly theme: Theme;
  /** Place of each layer on the colour scale, by position; null: layers have the colours of their kinds. */
  readonly places: readonly (number | null)[] | null;
  /** Colour of each norm's placement, by position. */
  readonly placements: ReadonlyMap<number, string>;
  /** Gravest finding of each layer, by position. */
  readonly findings: ReadonlyMap<number, Severity>;
  /** Layers that the search found; null without a search. */
  readonly found: ReadonlySet<number> | null;
  readonly selected: number | null;
  /** Id of the block that the keyboard is at, where it is not at a layer. */
  readonly current: string | null;
}

/**
 * The look that a model, its findings and what was measured give its network.
 * @returns with it what the legend tells: the scale of the colours, null where they are those of kinds, and the placements
 */
export function lookOf(
  { ui, model, profile, profiled, findingsOf }: Snapshot,
  { network: { positions, layers } }: BlockTree,
  theme: Theme,
  { found, selected }: Pick<Look, 'found' | 'selected'>,
): { look: Look; scale: ColourScale | null; placements: ReturnType<typeof placementsOf> } {
  const placements = placementsOf(model!.summary);
  const colours = new Map(placements.map(({ placement, colour }) => [placement, theme.colours[colour]]));
  const ofPosition = new Map<number, string>();
  layers.forEach(({ norm }, at) => {
    const placement = norm && colours.get(norm.placement);
    if (placement) ofPosition.set(at, placement);
  });
  const severities = new Map<number, Severity>();
  for (const [id, [first]] of findingsOf) {
    const at = positions.get(id);
    // hints are about most norms of a network: the panel and the pointer tell them
    if (at !== undefined && first.severity !== 'hint') severities.set(at, first.severity);
  }
  let scale: ColourScale | null = null;
  let places: (number | null)[] | null = null;
  if (ui.graphFigure !== 'kind' && profile) {
    const figure = figures[ui.graphFigure];
    const values = layers.map(({ id }) => {
      const layer = profiled.get(id);
      return layer ? figure.last(layer) : null;
    });
    const colouring = (scale = scaleOf(values, figure.logarithmic));
    places = values.map((value) => colouring.place(value));
  }
  const look = { theme, places, placements: ofPosition, findings: severities, found, selected, current: ui.graphBlock };
  return { look, scale, placements };
}
