import type { Node } from '../ir/graph';
import type { FactOf } from '../ir/inferTypes';
import type { Origin } from '../ir/origin';
import type { RememberedGraph } from '../ir/rememberedGraph';
import { activationOperator } from './activationOperators';
import { layersOfOrigin, layoutOf } from './fileLayers';
import { GraphReading } from './graphReading';
import type { Layer, LayerView } from './layerView';
import { isPassThrough } from './otherOperators';
import type { Placements } from './placement';
import { recognizedLayers, viewOf } from './recognize';
import { recognizePiecesOf } from './recognizePieces';
import { WatchedLayer, type LayerWord, type Listener } from './watchedLayer';

/** What is different in layers that stay where they are. */
export interface LayersChange {
  /** Layers that were looked at again. */
  readonly again: readonly Layer[];
  /** Others that sit otherwise among the changed ones, if only in words. */
  readonly placed: readonly Layer[];
  /** Words that are others in any layer; undefined where more than words is. */
  readonly words: ReadonlySet<LayerWord> | undefined;
}

/**
 * The layers of a file that states layers, while its text is edited: those of which something else is stated are recognized
 * again, by themselves. Nodes of two layers of the file are never one layer (`inOneLayer`), and each is in the place that it was
 * in; so the layers around them, the edges, and what they hand on stay as they were.
 */
export class FollowedLayers {
  readonly view: LayerView;
  private readonly reading: GraphReading;
  private readonly layers: readonly WatchedLayer[];
  private readonly placements: Placements;
  /** What other layers see of each node beside its edges, as it was when they were recognized. */
  private readonly seen: Uint8Array;

  constructor(
    private readonly graph: RememberedGraph,
    types: FactOf,
    listener: Listener,
  ) {
    this.reading = new GraphReading(graph, types);
    this.layers = recognizedLayers(this.reading).map((layer) => new WatchedLayer(layer, listener));
    ({ view: this.view, placements: this.placements } = viewOf(this.reading, this.layers, false));
    this.seen = Uint8Array.from({ length: graph.nodeCount }, (_, i) => this.seenOf(graph.node(i)));
  }

  /**
   * Looks again at layers of the file whose nodes, or the types and constants around them, are others now.
   * @param origins of the layers, each with the one that it had before
   * @returns undefined where there may be other layers than before, or other edges
   */
  again(origins: ReadonlyMap<Origin, Origin>): LayersChange | undefined {
    const { graph, reading } = this;
    reading.forgetNumbers();
    const nodes = grouped(graph.nodes(), origins.keys());
    if (![...nodes.values()].flat().every((node) => this.isAsItWas(node))) return undefined;
    const layers = grouped(this.layers, origins.values());
    const layout = layoutOf(this.layers.flatMap(({ origin }) => origin ?? []));
    const again: WatchedLayer[] = [];
    const words = new Set<LayerWord>();
    let isInWords = true;
    for (const [now, before] of origins) {
      const own = nodes.get(now)!.map(({ index }) => index);
      const pieces = recognizePiecesOf(own, reading);
      if (pieces === undefined) return undefined;
      const found = layersOfOrigin(now, own, pieces, layout, reading);
      const known = layers.get(before)!;
      if (found.length !== known.length || !known.every((layer, i) => layer.isMadeOf(found[i]))) return undefined;
      known.forEach((layer, i) => {
        const changed = layer.restate(found[i]);
        changed.words.forEach((word) => words.add(word));
        isInWords &&= changed.isInWords;
      });
      again.push(...known);
    }
    // an activation counts as what it is, whichever it is, but not where a linear layer applies it
    const isNamedAlike = !words.has('kind');
    const isPlacedAlike = isNamedAlike && isInWords && again.every(({ role }) => role !== 'linear');
    const placed = isPlacedAlike ? [] : this.placements.again(isNamedAlike);
    return { again, placed, words: isInWords ? words : undefined };
  }

  private isAsItWas(node: Node): boolean {
    return this.seen[node.index] === this.seenOf(node) && this.reading.isOfSameKind(node);
  }

  private seenOf(node: Node): number {
    return Number(isPassThrough(node, this.reading)) + 2 * Number(activationOperator(node, this.reading) !== undefined);
  }
}

/** By origin, in their order. */
function grouped<T extends { readonly origin?: Origin }>(
  all: Iterable<T>,
  origins: Iterable<Origin>,
): Map<Origin, T[]> {
  const groups = new Map([...origins].map((origin) => [origin, [] as T[]]));
  for (const one of all) if (one.origin !== undefined) groups.get(one.origin)?.push(one);
  return groups;
}
