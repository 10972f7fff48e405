import type { RememberedGraph } from '../ir/rememberedGraph';
import type { LayersChange } from '../layers/followedLayers';
import type { LayerView } from '../layers/layerView';
import type { LayerWord } from '../layers/watchedLayer';

/** What somebody has asked of a view. */
interface Asked {
  readonly words: Set<LayerWord>;
  nodes: Set<number>;
  places: boolean;
}

/** Notes who asks for what an edit may change, so that after it only they need to be asked again. Readers have names. */
export class LayerReads {
  private readonly asked = new Map<string, Asked>();
  private current: Asked | undefined;

  readonly listener = (word: LayerWord): void => {
    this.current?.words.add(word);
  };

  /**
   * Goes on to a graph with other nodes.
   * @param now where a node has come to; -1 where it is gone
   * @param stays readers whose answers stay, but for layers around the other nodes; the others are asked anew
   */
  moveNodes(now: (index: number) => number, stays: ReadonlySet<string>): void {
    for (const [reader, asked] of this.asked)
      if (stays.has(reader)) asked.nodes = new Set([...asked.nodes].map(now).filter((index) => index >= 0));
      else this.asked.delete(reader);
  }

  /** The view for readers: who asks for nodes or for where layers sit is noted. */
  watched(view: LayerView, graph: RememberedGraph): LayerView {
    const node = (index: number) => {
      this.current?.nodes.add(index);
      return graph.node(index);
    };
    const placed = <T>(answer: T): T => {
      if (this.current !== undefined) this.current.places = true;
      return answer;
    };
    return {
      ...view,
      graph: Object.assign(Object.create(graph) as RememberedGraph, { node }),
      placementOf: (layer) => placed(view.placementOf(layer)),
      normalizationOf: (layer) => placed(view.normalizationOf(layer)),
      lacksNorm: (layer) => placed(view.lacksNorm(layer)),
    };
  }

  /** Runs something for a reader. */
  during<T>(reader: string, run: () => T): T {
    let asked = this.asked.get(reader);
    if (asked === undefined) this.asked.set(reader, (asked = { words: new Set(), nodes: new Set(), places: false }));
    this.current = asked;
    try {
      return run();
    } finally {
      this.current = undefined;
    }
  }

  /**
   * True when the reader has ever asked for something that is another now.
   * @param nodes that are stated otherwise
   */
  isConcerned(reader: string, { words, placed }: LayersChange, nodes: Iterable<number>): boolean {
    const asked = this.asked.get(reader);
    if (asked === undefined) return false;
    if (words === undefined || (asked.places && placed.length > 0)) return true;
    return [...words].some((word) => asked.words.has(word)) || [...nodes].some((node) => asked.nodes.has(node));
  }
}
