import type { Dim, ValueId } from '../ir/graph';
import type { TextLines } from '../ir/textLines';
import type { FactOf } from '../ir/inferTypes';
import type { Layer, LayerView } from '../layers/layerView';
import type { LayerFacts, NormFacts, NormParameterFacts, Source, Summary } from '../protocol/facts';
import { fileAxes } from './fileAxes';
import { parameterFacts } from './parameterFacts';

/** What places in a text need: the path as the user gave it, and the lines of the file when it is a text. */
export interface TextPlace {
  readonly path: string;
  readonly lines?: TextLines;
}

/** Layers as plain data. */
export function factsOfLayers(
  view: LayerView,
  factOf: FactOf,
  values: (value: ValueId) => Float32Array | undefined,
): (layer: Layer, source: Source | undefined) => LayerFacts {
  const toFile = view.layers.some((l) => l.origin !== undefined) ? fileAxes(view.graph) : () => undefined;
  return (layer, source) => ({
    id: layer.id,
    name: layer.name,
    role: layer.role,
    kind: layer.kind,
    nodes: fileNames(layer, view),
    inputs: inputIds(layer, view),
    outputShape: outputShape(layer, view, factOf, toFile),
    activation: layer.activation,
    norm: layer.norm && normFacts(layer, view, parameterFacts(layer, view, values)),
    linear: layer.linear && {
      hasBias: layer.linear.bias !== undefined,
      normalization: view.normalizationOf(layer),
    },
    source,
  });
}

function inputIds(layer: Layer, view: LayerView): string[] {
  const ids = view.predecessors(layer).flatMap((l) => (l ? [l.id] : []));
  return ids.length > 1 ? [...new Set(ids)] : ids;
}

/** Where the file states a layer; undefined for binary files. */
export function layerSource({ origin }: Pick<Layer, 'origin'>, { path, lines }: TextPlace): Source | undefined {
  if (origin === undefined || lines === undefined) return undefined;
  return { uri: path, range: lines.rangeOf(origin.offset, origin.length) };
}

function fileNames({ origin, nodes }: Layer, { graph }: LayerView): string[] {
  if (origin !== undefined && !origin.isNode) return [origin.layer];
  const names = nodes.map((n) => {
    const node = graph.node(n);
    if (node.origin !== undefined) return node.origin.layer;
    return node.name === '' ? graph.valueName(node.outputs.find((v) => v >= 0) ?? -1) : node.name;
  });
  return names.length > 1 ? [...new Set(names)] : names;
}

function outputShape(
  { output, origin }: Layer,
  { graph }: LayerView,
  factOf: FactOf,
  toFile: (value: number) => readonly number[] | undefined,
): readonly Dim[] | null {
  if (output < 0) return null;
  const shape = factOf(output)?.shape ?? graph.valueType(output)?.shape;
  if (shape === undefined) return null;
  const axes = origin === undefined ? undefined : toFile(output);
  return axes?.length === shape.length ? axes.map((a) => shape[a]) : [...shape];
}

function normFacts(layer: Layer, view: LayerView, parameters: readonly NormParameterFacts[]): NormFacts {
  const norm = layer.norm!;
  const { placement, chain, linear, activation } = view.placementOf(layer);
  return {
    type: norm.type,
    form: norm.form,
    axes: norm.axes ?? null,
    axesMeaning: norm.axesMeaning ?? null,
    epsilon: finite(norm.epsilon),
    momentum: finite(norm.momentum),
    momentumOriginal: finite(norm.momentumOriginal),
    groups: norm.groups ?? null,
    affine: {
      scale: norm.scale !== undefined || norm.outerScale !== undefined,
      shift: norm.shift !== undefined || norm.outerShift !== undefined,
    },
    channels: norm.channels ?? null,
    placement,
    chain,
    linear: linear?.id ?? null,
    activation: activation?.id ?? null,
    ...(parameters.length > 0 && { parameters }),
  };
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** Counts of linear layers, norms by type, activations by name and norms by placement. */
export function summarize(view: LayerView): Summary {
  const norm: Record<string, number> = {};
  const activation: Record<string, number> = {};
  const placement: Record<string, number> = {};
  let linear = 0;
  const add = (counts: Record<string, number>, key: string) => (counts[key] = (counts[key] ?? 0) + 1);
  for (const layer of view.layers) {
    if (layer.role === 'linear') linear++;
    if (layer.activation !== undefined) add(activation, layer.activation);
    if (layer.norm === undefined) continue;
    add(norm, layer.norm.type);
    add(placement, view.placementOf(layer).placement);
  }
  return { linear, norm, activation, placement };
}
