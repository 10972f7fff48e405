import type { Node, ValueId } from '../ir/graph';
import type { FactOf } from '../ir/inferTypes';
import type { Origin } from '../ir/origin';
import { indexNow, type NodeStretch, type RememberedGraph } from '../ir/rememberedGraph';
import { activationOperator } from './activationOperators';
import type { Layout } from './axes';
import { layersOfOrigin, layoutOf, type NamedPiece } from './fileLayers';
import { GraphReading } from './graphReading';
import type { Layer, LayerView } from './layerView';
import { isPassThrough } from './otherOperators';
import type { Piece } from './piece';
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
  view!: LayerView;
  private reading!: GraphReading;
  private layers!: readonly WatchedLayer[];
  private placements!: Placements;
  /** What other layers see of each node beside its edges, as it was when they were recognized. */
  private seen!: Uint8Array;
  private layout!: Layout;
  /** Ids of the layers, where each is its name; undefined where names are shared, or layers depend on those around them. */
  private ids: Set<string> | undefined;

  constructor(
    private readonly graph: RememberedGraph,
    private readonly types: FactOf,
    private readonly listener: Listener,
  ) {
    this.recognizeAll();
  }

  private recognizeAll(): void {
    const { graph, listener } = this;
    this.reading = new GraphReading(graph, this.types);
    const { layers, asksAround } = recognizedLayers(this.reading);
    this.layers = layers.map((layer) => new WatchedLayer(layer, listener));
    this.layout = this.layoutNow();
    const areAlone = !asksAround && this.layers.every(({ id, name }) => id === name);
    this.ids = areAlone ? new Set(this.layers.map(({ id }) => id)) : undefined;
    ({ view: this.view, placements: this.placements } = viewOf(this.reading, this.layers, false));
    this.seen = Uint8Array.from({ length: graph.nodeCount }, (_, i) => this.seenOf(graph.node(i)));
  }

  private layoutNow(): Layout {
    return layoutOf(this.layers.flatMap(({ origin }) => origin ?? []));
  }

  /**
   * Takes over other nodes in the graph.
   * @param values that are others now, or have other readers: layers of the file that compute or read them are recognized again
   * @returns for each layer the index that it had, where it is as it was; else -1
   */
  restructured(stretch: NodeStretch, values: Iterable<ValueId>): Int32Array {
    const before = this.reading;
    this.reading = new GraphReading(this.graph, this.types);
    const around = new Set([...values, ...this.reading.otherKinds(before)]);
    const indices = this.recognizedAround(stretch, around);
    if (indices === undefined) {
      this.recognizeAll();
      return new Int32Array(this.layers.length).fill(-1);
    }
    ({ view: this.view, placements: this.placements } = viewOf(this.reading, this.layers, false));
    return indices;
  }

  private recognizedAround(stretch: NodeStretch, values: Iterable<ValueId>): Int32Array | undefined {
    const { graph, reading, ids } = this;
    if (ids === undefined) return undefined;
    const now = indexNow(stretch);
    const around = this.originsAround(stretch, now, values);
    const stays = this.layers.filter(({ origin }) => origin === undefined || !around.has(origin));
    for (const { origin, id } of this.layers) if (origin !== undefined && around.has(origin)) ids.delete(id);
    for (const layer of stays) layer.moveNodes(now);
    const nodes = nodesOf(graph, around);
    if (nodes === undefined) return undefined;
    const found: NamedPiece[] = [];
    for (const [origin, own] of nodes) {
      const pieces = recognizePiecesOf(own, reading);
      if (pieces === undefined) return undefined;
      found.push(...layersOfOrigin(origin, own, pieces, this.layout, reading));
    }
    for (const { id } of found) {
      if (ids.has(id)) return undefined;
      ids.add(id);
    }
    const layers = this.inOrder(stays, found);
    if (layers === undefined) return undefined;
    const indices = Int32Array.from(layers, (layer) => (layer instanceof WatchedLayer ? layer.index : -1));
    this.layers = layers.map((layer, index) => {
      if (!(layer instanceof WatchedLayer)) return new WatchedLayer({ ...layer, index }, this.listener);
      layer.index = index;
      return layer;
    });
    if (this.layoutNow() !== this.layout) return undefined;
    this.seen = this.seenAfter(stretch, nodes.values());
    return indices;
  }

  /** Layers of the file with nodes that came or went, or that compute or read values; undefined stands for nodes of none. */
  private originsAround(
    { at, kept }: NodeStretch,
    now: (index: number) => number,
    values: Iterable<ValueId>,
  ): ReadonlySet<Origin | undefined> {
    const { graph } = this;
    const origins = new Set<Origin | undefined>();
    for (const { nodes, origin } of this.layers) if (nodes.some((index) => now(index) < 0)) origins.add(origin);
    kept.forEach((index, i) => index < 0 && origins.add(graph.node(at + i).origin));
    for (const value of values) {
      const producer = graph.producer(value);
      if (producer >= 0) origins.add(graph.node(producer).origin);
      for (const reader of graph.consumers(value)) origins.add(graph.node(reader).origin);
    }
    return origins;
  }

  /** Layers in the order of the nodes that compute them; undefined where it does not tell. */
  private inOrder(
    stays: readonly WatchedLayer[],
    found: readonly NamedPiece[],
  ): readonly (WatchedLayer | NamedPiece)[] | undefined {
    const placeOf = ({ output }: Piece) => this.graph.producer(output);
    const added = [...found].sort((a, b) => placeOf(a) - placeOf(b));
    const all: (WatchedLayer | NamedPiece)[] = [];
    let next = 0;
    let last = -1;
    for (const layer of stays) {
      const place = placeOf(layer);
      if (place <= last) return undefined;
      for (last = place; next < added.length && placeOf(added[next]) < place; next++) all.push(added[next]);
      all.push(layer);
    }
    const isClear = added.every((piece, i) => placeOf(piece) > (i === 0 ? -1 : placeOf(added[i - 1])));
    return isClear ? [...all, ...added.slice(next)] : undefined;
  }

  private seenAfter({ at, removed, kept }: NodeStretch, nodes: Iterable<readonly number[]>): Uint8Array {
    const { graph } = this;
    const seen = new Uint8Array(graph.nodeCount);
    seen.set(this.seen.subarray(0, at));
    seen.set(this.seen.subarray(at + removed), at + kept.length);
    kept.forEach((index, i) => index >= 0 && (seen[at + i] = this.seen[index]));
    for (const own of nodes) for (const index of own) seen[index] = this.seenOf(graph.node(index));
    return seen;
  }

  /**
   * Looks again at layers of the file whose nodes, or the types and constants around them, are others now.
   * @param origins of the layers, each with the one that it had before
   * @returns undefined where there may be other layers than before, or other edges
   */
  again(origins: ReadonlyMap<Origin, Origin>): LayersChange | undefined {
    const { graph, reading } = this;
    reading.forgetNumbers();
    const nodes = nodesOf(graph, new Set(origins.keys()))!;
    if (![...nodes.values()].flat().every((index) => this.isAsItWas(graph.node(index)))) return undefined;
    const layers = grouped(this.layers, origins.values());
    const layout = this.layoutNow();
    const again: WatchedLayer[] = [];
    const words = new Set<LayerWord>();
    let isInWords = true;
    for (const [now, before] of origins) {
      const own = nodes.get(now)!;
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

/** Nodes of layers of the file; undefined where nodes of none are among them. */
function nodesOf(
  graph: RememberedGraph,
  origins: ReadonlySet<Origin | undefined>,
): ReadonlyMap<Origin, readonly number[]> | undefined {
  if (origins.has(undefined)) return undefined;
  const nodes = new Map([...origins].map((origin) => [origin!, [] as number[]]));
  for (let i = 0; i < graph.nodeCount; i++) {
    const { origin } = graph.node(i);
    if (origin !== undefined) nodes.get(origin)?.push(i);
  }
  return nodes;
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
