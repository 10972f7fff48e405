import type { Attribute } from '../../ir/attribute';
import type { MutableNode } from '../../ir/mutableGraph';
import { isFloat } from '../../ir/dataType';
import { elementCount, type Tensor } from '../../ir/tensor';
import { alongAxis, elementwise } from './cancelTransposes';
import { LayerParts, LayerScope, NotLowered, type TensorValue, type UsedWeight } from './layerScope';
import { lowerLayer, type LoweredCall } from './loweredCall';
import { sameJson } from '../../ir/sameJson';
import type { LayerDefinition } from './topology';
import type { WeightManifest } from './weightManifest';

/** One call of a layer, lowered beside the graph: what it would add there, and all that it asks and says meanwhile. */
export interface LoneLowering {
  readonly parts: LayerParts;
  readonly outputs: readonly TensorValue[];
  /** Why the layer stays opaque. */
  readonly reason: string | undefined;
  readonly wanted: readonly string[];
  readonly reports: readonly LoneReport[];
}

export interface LoneReport {
  readonly code: string;
  readonly message: string;
  /** The setting of the layer that it is about; else it is about the whole layer. */
  readonly setting?: string;
  /** It is about the layer that this one wraps. */
  readonly isInside: boolean;
}

/** Lowers a layer that is called once, as it was lowered in the graph: it gets the names that the call got there. */
export function loweredAlone(layer: LayerDefinition, call: LoweredCall, manifest: WeightManifest): LoneLowering {
  const parts = new LayerParts();
  const wanted: string[] = [];
  const reports: LoneReport[] = [];
  const claim = (name: string) => call.claimed[wanted.push(name) - 1] ?? name;
  const around = {
    claim,
    claimWeight: claim,
    release: () => undefined,
    findWeight: manifest.find.bind(manifest),
    sharedWeight: () => undefined,
    report: (code: string, message: string, about: LayerDefinition, setting?: string) =>
      void reports.push({ code, message, setting, isInside: about !== layer }),
  };
  const scope = new LayerScope(around, parts, layer, call.label, call.prefix, call.origin);
  try {
    return { parts, outputs: lowerLayer(scope, call.inputs), reason: undefined, wanted, reports };
  } catch (error) {
    if (!(error instanceof NotLowered)) throw error;
    return { parts: new LayerParts(), outputs: [], reason: error.message, wanted: [], reports };
  }
}

/** A node of a lowered layer as it was and as it is. */
export interface ChangedNode {
  readonly before: MutableNode;
  readonly after: MutableNode;
}

/** What is stated otherwise in the parts that a call adds to the graph, as it is now. */
export interface ChangedParts {
  readonly nodes: readonly ChangedNode[];
  readonly tensors: readonly Tensor[];
  /** Values of another shape; those that the layer hands on among them. */
  readonly values: readonly TensorValue[];
  readonly outputs: readonly TensorValue[];
  /** Which of the names that the call wants are others, by their place among those that it claims. */
  readonly names: readonly { readonly place: number; readonly before: string; readonly after: string }[];
  /** How many more parameters there are, and how many more weights that the file holds. */
  readonly parameters: number;
  readonly present: number;
  /** Where other things are reported than before. */
  readonly reports?: { readonly before: number; readonly now: readonly LoneReport[] };
}

/** What of a call is different; undefined where it adds other nodes, edges or names to the graph, or values of other ranks. */
export function changedParts(before: LoneLowering, after: LoneLowering): ChangedParts | undefined {
  if (before.reason !== after.reason || before.wanted.length !== after.wanted.length) return undefined;
  const [old, now] = [before.parts, after.parts];
  const layouts = ({ nodes, layoutTransposes }: LayerParts) =>
    layoutTransposes.map((node) => [nodes.indexOf(node), node.attributes.get('perm')]);
  if (!sameJson(layouts(old), layouts(now)) || !alike(old.nodes, now.nodes, sameEdges)) return undefined;
  if (!alike(old.values, now.values, sameRank) || !alike(before.outputs, after.outputs, sameRank)) return undefined;
  if (!alike(old.initializers, now.initializers, sameKindOfTensor)) return undefined;
  if (!alike(old.weights, now.weights, (a, b) => a.weight === b.weight && a.tensor.name === b.tensor.name))
    return undefined;
  const isReportedAlike = sameJson(before.reports, after.reports);
  if (!isReportedAlike && [...before.reports, ...after.reports].some(({ isInside }) => isInside)) return undefined;
  const nodes = now.nodes.flatMap((node, i) =>
    isSameNode(old.nodes[i], node) ? [] : { before: old.nodes[i], after: node },
  );
  if (!nodes.every((node) => isAlikeInLayout(node.before, node.after))) return undefined;
  const read = new Set(
    now.weights.flatMap((weight, i) => (sameWeight(old.weights[i], weight) ? [] : weight.tensor.name)),
  );
  const tensors = now.initializers.filter((t, i) => read.has(t.name) || !sameTensor(old.initializers[i], t));
  // slopes may have been moved into another layout
  if (tensors.length > 0 && now.nodes.some(({ opType }) => opType === 'PRelu')) return undefined;
  const others = (a: readonly TensorValue[], b: readonly TensorValue[]) =>
    b.filter((v, i) => !sameJson(a[i].shape, v.shape));
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
  const parametersOf = ({ initializers }: LayerParts) =>
    total(initializers.map(({ dtype, dims }) => (isFloat(dtype) ? elementCount(dims) : 0)));
  const presentIn = ({ weights }: LayerParts) => total(weights.map(({ present }) => Number(present)));
  return {
    nodes,
    tensors,
    values: others(old.values, now.values),
    outputs: others(before.outputs, after.outputs),
    names: after.wanted.flatMap((name, place) =>
      name === before.wanted[place] ? [] : { place, before: before.wanted[place], after: name },
    ),
    parameters: parametersOf(now) - parametersOf(old),
    present: presentIn(now) - presentIn(old),
    reports: isReportedAlike ? undefined : { before: before.reports.length, now: after.reports },
  };
}

function alike<T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): boolean {
  return a.length === b.length && a.every((x, i) => same(x, b[i]));
}

function sameRank(a: TensorValue, b: TensorValue): boolean {
  return a.name === b.name && a.dtype === b.dtype && a.shape?.length === b.shape?.length;
}

function sameKindOfTensor(a: Tensor, b: Tensor): boolean {
  return a.name === b.name && a.dtype === b.dtype && a.dims.length === b.dims.length;
}

function sameTensor(a: Tensor, b: Tensor): boolean {
  const isDescribedAlike =
    a.name === b.name && a.dtype === b.dtype && a.location === b.location && sameJson(a.dims, b.dims);
  return isDescribedAlike && (a.bytes === undefined ? b.bytes === undefined : sameBytes(a.bytes, b.bytes));
}

function sameBytes(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function sameWeight(a: UsedWeight, b: UsedWeight): boolean {
  // whatever dims it is regrouped to, the numbers keep their order
  const order = ({ form }: UsedWeight) => [form.order ?? null, form.blocks ?? null];
  return a.weight === b.weight && a.present === b.present && sameJson(order(a), order(b));
}

function sameEdges(a: MutableNode, b: MutableNode): boolean {
  const isNamedAlike = a.domain === b.domain && a.overload === b.overload && a.name === b.name;
  return isNamedAlike && sameJson(a.inputs, b.inputs) && sameJson(a.outputs, b.outputs);
}

function isSameNode(a: MutableNode, b: MutableNode): boolean {
  return a.opType === b.opType && sameAttributes(a, b);
}

/** Transposes are moved past both in the same way, and leave the attributes as they are. */
function isAlikeInLayout(a: MutableNode, b: MutableNode): boolean {
  if (a.domain !== '' || a.outputs.length === 0) return false;
  if (a.opType !== b.opType) return elementwise.has(a.opType) && elementwise.has(b.opType);
  const [x, y] = [a, b].map((n) => (n.opType === 'Constant' ? n.attributes.get('value') : undefined));
  if (x?.type !== 'tensor' || y?.type !== 'tensor') return !alongAxis.has(a.opType);
  return x.value.dtype === 'float32' && y.value.dtype === 'float32' && sameJson(x.value.dims, y.value.dims);
}

function sameAttributes(a: MutableNode, b: MutableNode): boolean {
  if (a.attributes.size !== b.attributes.size) return false;
  for (const [name, value] of a.attributes) {
    const other = b.attributes.get(name);
    if (other === undefined || !sameAttribute(value, other)) return false;
  }
  return true;
}

function sameAttribute(a: Attribute, b: Attribute): boolean {
  if (a.type === 'tensor') return b.type === 'tensor' && sameTensor(a.value, b.value);
  if (a.type === 'graph' || a.type === 'graphs' || a.type === 'tensors' || a.type === 'opaque') return a === b;
  return a.type === b.type && sameJson(a.value, b.value);
}
