import type { Attribute } from '../../ir/attribute';
import type { MutableNode } from '../../ir/mutableGraph';
import type { Tensor } from '../../ir/tensor';
import { elementwise } from './cancelTransposes';
import { LayerParts, LayerScope, NotLowered, type TensorValue, type UsedWeight } from './layerScope';
import { lowerLayer, type LoweredCall } from './modelLowering';
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
  readonly reports: readonly unknown[];
}

/** Lowers a layer that is called once, as it was lowered in the graph: it gets the names that the call got there. */
export function loweredAlone(layer: LayerDefinition, call: LoweredCall, manifest: WeightManifest): LoneLowering {
  const parts = new LayerParts();
  const wanted: string[] = [];
  const reports: unknown[] = [];
  const claim = (name: string) => call.claimed[wanted.push(name) - 1] ?? name;
  const around = {
    claim,
    claimWeight: claim,
    release: () => undefined,
    findWeight: manifest.find.bind(manifest),
    sharedWeight: () => undefined,
    report: (code: string, message: string, _: LayerDefinition, setting?: string) =>
      void reports.push([code, message, setting]),
  };
  const scope = new LayerScope(around, parts, layer, call.label, call.prefix, call.origin);
  try {
    return { parts, outputs: lowerLayer(scope, call.inputs), reason: undefined, wanted, reports };
  } catch (error) {
    if (!(error instanceof NotLowered)) throw error;
    return { parts: new LayerParts(), outputs: [], reason: error.message, wanted: [], reports };
  }
}

/**
 * Attributes that are a number in a formula: neither types nor what a node computes with depend on them, and of what is recognized
 * in a graph only the norm that the node is.
 */
const numbers: Readonly<Record<string, readonly string[]>> = {
  BatchNormalization: ['epsilon', 'momentum'],
  LayerNormalization: ['epsilon'],
};

/** A node of a lowered layer as it was and as it is. */
export interface ChangedNode {
  readonly before: MutableNode;
  readonly after: MutableNode;
}

/** The nodes that compute in another way what they have computed; undefined where more than that is different. */
export function changedNodes(before: LoneLowering, after: LoneLowering): readonly ChangedNode[] | undefined {
  if (before.reason !== after.reason || !sameJson(before.wanted, after.wanted)) return undefined;
  if (!sameJson(before.reports, after.reports) || !sameJson(before.outputs, after.outputs)) return undefined;
  const [old, now] = [before.parts, after.parts];
  const layouts = ({ nodes, layoutTransposes }: LayerParts) => layoutTransposes.map((node) => nodes.indexOf(node));
  if (!sameJson(old.values, now.values) || !sameJson(layouts(old), layouts(now))) return undefined;
  if (!alike(old.initializers, now.initializers, sameTensor)) return undefined;
  if (!alike(old.weights, now.weights, sameWeight) || !alike(old.nodes, now.nodes, sameEdges)) return undefined;
  const changed: ChangedNode[] = [];
  for (let i = 0; i < old.nodes.length; i++) {
    const node = { before: old.nodes[i], after: now.nodes[i] };
    if (isSameNode(node.before, node.after, [])) continue;
    const isInNumbers = isSameNode(node.before, node.after, numbersOf(node.before));
    if (!isInNumbers && !isAlikeInLayout(node.before, node.after)) return undefined;
    changed.push(node);
  }
  return changed;
}

function alike<T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): boolean {
  return a.length === b.length && a.every((x, i) => same(x, b[i]));
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

function numbersOf({ opType, domain }: MutableNode): readonly string[] {
  return domain === '' && Object.hasOwn(numbers, opType) ? numbers[opType] : [];
}

function isSameNode(a: MutableNode, b: MutableNode, except: readonly string[]): boolean {
  return a.opType === b.opType && sameAttributes(a, b, except);
}

/** Transposes are moved past both in the same way. */
function isAlikeInLayout(a: MutableNode, b: MutableNode): boolean {
  if (a.domain !== '') return false;
  if (elementwise.has(a.opType)) return elementwise.has(b.opType);
  const [x, y] = [a, b].map((n) => (n.opType === 'Constant' ? n.attributes.get('value') : undefined));
  if (x?.type !== 'tensor' || y?.type !== 'tensor') return false;
  return x.value.dtype === 'float32' && y.value.dtype === 'float32' && sameJson(x.value.dims, y.value.dims);
}

function sameAttributes(a: MutableNode, b: MutableNode, except: readonly string[]): boolean {
  if (a.attributes.size !== b.attributes.size) return false;
  for (const [name, value] of a.attributes) {
    const other = b.attributes.get(name);
    if (other === undefined || other.type !== value.type) return false;
    if (!except.includes(name) && !sameAttribute(value, other)) return false;
  }
  return true;
}

function sameAttribute(a: Attribute, b: Attribute): boolean {
  if (a.type === 'tensor') return b.type === 'tensor' && sameTensor(a.value, b.value);
  if (a.type === 'graph' || a.type === 'graphs' || a.type === 'tensors' || a.type === 'opaque') return a === b;
  return a.type === b.type && sameJson(a.value, b.value);
}
