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
export class LayerStatements {
  private readonly axesOf: (value: ValueId) => readonly number[] | undefined;

  constructor(
    private readonly view: LayerView,
    private readonly factOf: FactOf,
    private readonly values: (value: ValueId) => Float32Array | undefined,
  ) {
    this.axesOf = view.layers.some((l) => l.origin !== undefined) ? fileAxes(view.graph) : () => undefined;
  }

  of(layer: Layer, source: Source | undefined): LayerFacts {
    const { view } = this;
    const shape = this.outputShape(layer);
    const axes = shape && this.axes(layer, shape);
    return {
      id: layer.id,
      name: layer.name,
      role: layer.role,
      kind: layer.kind,
      nodes: fileNames(layer, view),
      inputs: inputIds(layer, view),
      outputShape: shape === undefined ? null : axes === undefined ? [...shape] : axes.map((a) => shape[a]),
      activation: layer.activation,
      norm: layer.norm && normFacts(layer, view, parameterFacts(layer, view, this.values)),
      linear: layer.linear && {
        hasBias: layer.linear.bias !== undefined,
        normalization: view.normalizationOf(layer),
      },
      source,
    };
  }

  /** True when what was stated of a layer that is the same is still so, but for its place: all that depends on those around it. */
  areStill(facts: LayerFacts, layer: Layer): boolean {
    const { view } = this;
    const shape = this.outputShape(layer) ?? null;
    const axes = shape === null ? undefined : this.axes(layer, shape);
    const stated = facts.outputShape;
    if (shape?.length !== stated?.length) return false;
    if (shape !== null && !shape.every((_, i) => Object.is(shape[axes === undefined ? i : axes[i]], stated![i])))
      return false;
    if (!isSameList(facts.inputs, inputIds(layer, view))) return false;
    if (facts.linear !== undefined && facts.linear.normalization !== view.normalizationOf(layer)) return false;
    if (facts.norm === undefined) return true;
    const { placement, chain, linear, activation } = view.placementOf(layer);
    return (
      facts.norm.placement === placement &&
      facts.norm.chain === chain &&
      facts.norm.linear === (linear?.id ?? null) &&
      facts.norm.activation === (activation?.id ?? null)
    );
  }

  private outputShape({ output }: Layer): readonly Dim[] | undefined {
    return output < 0 ? undefined : (this.factOf(output)?.shape ?? this.view.graph.valueType(output)?.shape);
  }

  /** Of a shape, which axis each of the file's axes is; undefined where they are the same. */
  private axes({ output, origin }: Layer, shape: readonly Dim[]): readonly number[] | undefined {
    const axes = origin === undefined ? undefined : this.axesOf(output);
    return axes?.length === shape.length ? axes : undefined;
  }
}

function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((element, i) => element === b[i]);
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
