import type { Graph } from '../ir/graph';
import { remembered } from '../ir/rememberedGraph';
import { fileLayers, type NamedPiece } from './fileLayers';
import { foldedConvolutions } from './folding';
import { GraphReading, type ValueTypes } from './graphReading';
import { LayerGraph } from './layerGraph';
import type { Layer, LayerView } from './layerView';
import { Placements } from './placement';
import { recognizePieces } from './recognizePieces';

export interface LayerViewOptions {
  /** The graph was exported for inference: its norms may have been folded into the convolutions. */
  readonly exported?: boolean;
}

/**
 * Sees a graph as layers. Linear in the number of nodes.
 * @param types types of values by name (shape inference); without them the declared types have to do, and ranks, axes and
 *   channel counts stay unknown where the file declares none
 */
export function layerView(graph: Graph, types?: ValueTypes, { exported = false }: LayerViewOptions = {}): LayerView {
  const reading = new GraphReading(remembered(graph), types);
  return viewOf(reading, recognizedLayers(reading).layers, exported).view;
}

/** The layers of a graph, with their ids; and whether what some of them are depends on those around them. */
export function recognizedLayers(reading: GraphReading): { readonly layers: Layer[]; readonly asksAround: boolean } {
  const { pieces, asksAround } = recognizePieces(reading);
  return { layers: withIds(fileLayers(pieces, reading), reading), asksAround };
}

/** How layers are connected, and where they sit. */
export function viewOf(
  reading: GraphReading,
  layers: readonly Layer[],
  exported: boolean,
): { readonly view: LayerView; readonly placements: Placements } {
  const edges = new LayerGraph(reading, layers);
  const placements = new Placements(edges);
  const folded = exported ? foldedConvolutions(edges, placements) : new Set<Layer>();
  const view: LayerView = {
    graph: reading.graph,
    layers,
    layerOfNode: (node) => edges.layerOfNode(node),
    predecessors: (layer) => edges.predecessors(layer),
    successors: (layer) => edges.successors(layer),
    nearestBefore: once((layer) => edges.solidPredecessors(layer).map((s) => (s === 'input' ? undefined : s))),
    nearestAfter: (layer) => edges.solidSuccessors(layer),
    reachesOutput: (layer) => edges.reachesOutput(layer),
    placementOf: (norm) => placements.placementOf(norm),
    normalizationOf: (linear) => (folded.has(linear) ? 'folded' : placements.normalizationOf(linear)),
    lacksNorm: (linear) => placements.lacksNorm(linear),
    depthOf: (layer) => placements.depthOf(layer),
  };
  return { view, placements };
}

/** Lists are made once: every rule asks. */
function once<T>(list: (layer: Layer) => T): (layer: Layer) => T {
  const known: T[] = [];
  return (layer) => (known[layer.index] ??= list(layer));
}

/**
 * Ids are unique. Of nodes that share a name, none gets it: they take the names of the values they compute. Layers of the file
 * that share a name are numbered.
 */
function withIds(pieces: readonly NamedPiece[], { graph }: GraphReading): Layer[] {
  const wanted = new Map<string, number>();
  for (const p of pieces) wanted.set(p.id, (wanted.get(p.id) ?? 0) + 1);
  const taken = new Set<string>();
  return pieces.map((piece, index) => {
    const isOwn = piece.origin !== undefined || wanted.get(piece.id) === 1;
    const first = isOwn ? piece.id : graph.valueName(piece.output);
    let id = first;
    if (taken.has(id)) id = graph.valueName(piece.output);
    for (let n = 2; taken.has(id); n++) id = `${first}#${n}`;
    taken.add(id);
    const layer: { -readonly [Key in keyof Layer]: Layer[Key] } = piece as NamedPiece & { index: number };
    layer.index = index;
    layer.id = id;
    return layer;
  });
}
