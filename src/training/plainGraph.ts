import { attribute, type Attribute } from '../ir/attribute';
import { constantOf, makesConstants } from '../ir/constants';
import { dataTypeCode, dataTypeOfCode, type DataType } from '../ir/dataType';
import { ModelError } from '../ir/errors';
import type { ValueType } from '../ir/graph';
import { inferTypes } from '../ir/inferTypes';
import { capturedNames, type MutableGraph } from '../ir/mutableGraph';
import { float32Tensor, type Tensor } from '../ir/tensor';
import { floatsAtHand, readFloats } from '../ir/tensorValues';
import { say } from '../texts/say';

/** Nodes that state a constant become initializers of the same name, so that every weight is found in one place. */
export function constantsToInitializers(graph: MutableGraph): void {
  graph.nodes = graph.nodes.filter((node) => {
    if (!makesConstants(node.opType, node.domain)) return true;
    const tensor = constantOf(node.opType, node.outputs[0], node.attributes, graph.initializers.get(node.inputs[0]));
    if (tensor === undefined || tensor.dtype === 'string') return true;
    graph.initializers.set(node.outputs[0], tensor);
    return false;
  });
}

/** CastLike (opset 15) of a value to a type that is known becomes Cast: the value whose type is meant has no part in the numbers. */
export function castsByType(graph: MutableGraph): void {
  if (!graph.nodes.some((n) => n.opType === 'CastLike' && n.domain === '')) return;
  const types = inferTypes(graph);
  for (const node of graph.nodes) {
    if (node.opType !== 'CastLike' || node.domain !== '') continue;
    const dtype = types.get(node.inputs[1])?.dtype;
    if (dtype === undefined) continue;
    node.opType = 'Cast';
    node.inputs = [node.inputs[0]];
    node.attributes = new Map([['to', attribute.int(dataTypeCode(dtype))]]);
  }
}

/** Outputs of norms that hold statistics of the batch or of the sample. */
const STATISTICS: Readonly<Record<string, readonly number[]>> = {
  BatchNormalization: [1, 2, 3, 4],
  LayerNormalization: [1, 2],
  SkipLayerNormalization: [1, 2],
};

/**
 * Means and deviations that norms give out and that nothing reads are no outputs of the graph any more: no loss is taken on them, and
 * the saved ones of old opsets are not to be had later.
 * @returns the names of these outputs
 */
export function dropStatisticsOutputs(graph: MutableGraph): string[] {
  const read = new Set(graph.nodes.flatMap((node) => [...node.inputs, ...capturedNames(node)]));
  const dropped = new Set<string>();
  for (const node of graph.nodes) {
    const positions = Object.hasOwn(STATISTICS, node.opType) ? STATISTICS[node.opType] : [];
    for (const i of positions) if (node.outputs[i] && !read.has(node.outputs[i])) dropped.add(node.outputs[i]);
  }
  const names = graph.outputs.map((d) => d.name).filter((name) => dropped.has(name));
  graph.outputs = graph.outputs.filter((d) => !dropped.has(d.name));
  return names;
}

const NARROWED: ReadonlySet<DataType> = new Set<DataType>(['float16', 'bfloat16', 'float64']);

/**
 * Makes a graph of float16, bfloat16 or float64 one of float32, in place: the CPU runtime has no half-precision kernels for
 * much of what training needs, nor float64 ones for convolutions.
 * @returns the types that were found, for the report
 */
export function toFloat32(graph: MutableGraph): DataType[] {
  const found = new Set<DataType>();
  const widen = (type: ValueType): ValueType => {
    if (type.dtype === undefined || !NARROWED.has(type.dtype)) return type;
    found.add(type.dtype);
    return { ...type, dtype: 'float32' };
  };
  for (const d of [...graph.inputs, ...graph.outputs]) d.type = widen(d.type);
  for (const [name, type] of graph.valueTypes) graph.valueTypes.set(name, widen(type));
  for (const [name, tensor] of graph.initializers) {
    if (!NARROWED.has(tensor.dtype)) continue;
    found.add(tensor.dtype);
    graph.initializers.set(name, widened(tensor));
  }
  for (const node of graph.nodes) {
    const to = node.attributes.get(node.opType === 'Cast' ? 'to' : 'dtype');
    if (to?.type === 'int' && NARROWED.has(dataTypeOfCode(to.value))) {
      node.attributes.set(node.opType === 'Cast' ? 'to' : 'dtype', attribute.int(dataTypeCode('float32')));
    }
    for (const [name, a] of node.attributes) {
      if (a.type === 'tensor' && NARROWED.has(a.value.dtype)) {
        const value: Attribute = { type: 'tensor', value: widened(a.value) };
        node.attributes.set(name, value);
      }
    }
  }
  return [...found];
}

function widened(tensor: Tensor): Tensor {
  const { name, dims } = tensor;
  const read = async () => {
    const values = await readFloats(tensor);
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  };
  // what is at hand stays at hand: scalars are looked at without waiting
  const values = floatsAtHand(tensor);
  return values ? float32Tensor(name, dims, values) : { name, dtype: 'float32', dims, location: tensor.location, read };
}

/**
 * Drops what the wanted values are not computed from: nodes, initializers and inputs.
 * @throws ModelError `invalid` when a node reads a value before it is computed (a cycle)
 */
export function prune(graph: MutableGraph, wanted: readonly string[]): void {
  const needed = new Set(wanted);
  const kept: typeof graph.nodes = [];
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i];
    if (!node.outputs.some((o) => needed.has(o))) continue;
    kept.push(node);
    for (const v of [...node.inputs, ...capturedNames(node)]) needed.add(v);
  }
  graph.nodes = kept.reverse();
  for (const name of [...graph.initializers.keys()]) if (!needed.has(name)) graph.initializers.delete(name);
  graph.inputs = graph.inputs.filter((d) => needed.has(d.name));
  requireOrder(graph);
}

/** @throws ModelError `invalid` when the nodes are not in topological order, which after reading means a cycle. */
export function requireOrder(graph: MutableGraph): void {
  const known = new Set<string>(['', ...graph.initializers.keys(), ...graph.inputs.map((d) => d.name)]);
  const produced = new Set(graph.nodes.flatMap((n) => n.outputs));
  for (const node of graph.nodes) {
    for (const v of [...node.inputs, ...capturedNames(node)]) {
      if (known.has(v)) continue;
      const why = produced.has(v) ? say`the graph has a cycle` : say`nothing computes ${v}`;
      throw new ModelError('invalid', say`${why}, so the network cannot be run`, {
        node: node.name || node.outputs[0],
      });
    }
    for (const o of node.outputs) known.add(o);
  }
}

/**
 * Moves the nodes from index `first` on, which read what is before them, right behind the last node that they read. The runtime sorts
 * a graph many times while it compiles it, and its time grows with the number of nodes that are ready and wait for their turn:
 * measurements that all stand at the end double it.
 */
export function moveBehindProducers(graph: MutableGraph, first: number): void {
  const rankOf = new Map<string, number>();
  const ranked = graph.nodes.map((node, index) => {
    const rank = index < first ? index : Math.max(-1, ...node.inputs.map((input) => rankOf.get(input) ?? -1));
    for (const output of node.outputs) rankOf.set(output, rank);
    return { node, rank };
  });
  // the sort is stable: of one rank, the node itself comes first, then its measurements in their order
  graph.nodes = ranked.sort((a, b) => a.rank - b.rank).map(({ node }) => node);
}
