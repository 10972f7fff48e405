import type { DataType } from '../../ir/dataType';
import { elementCount, missingTensor, SMALL_TENSOR_BYTES, tensorFromBytes, type Tensor } from '../../ir/tensor';
import { floatsAtHand, integersAtHand } from '../../ir/tensorValues';
import { ModelError } from '../../ir/errors';
import { member, type JsonObject } from '../tfjs/jsonAccess';
import type { StoredWeight } from '../tfjs/storedWeight';
import type { WeightManifest } from '../tfjs/weightManifest';
import { weightTensor, type TensorForm } from '../tfjs/weightTensor';
import type { JsonPlace } from '../tfjs/jsonPlace';
import { dataTypeOf, shapeOf } from './attributeValues';
import type { GraphBody, GraphDefinition, NodeDefinition } from './graphDef';

/** The value of a Const node. */
export interface Constant {
  readonly name: string;
  readonly dtype: DataType;
  readonly dims: readonly number[];
  readonly present: boolean;
  /** The numbers of a small constant: shapes, axes, paddings, factors. */
  readonly atHand: readonly number[] | undefined;
  /** The value as a tensor, its axes in another order where ONNX wants it so. */
  tensor(name: string, form?: TensorForm): Tensor;
}

/** The constants of the graph and of each of its functions, by the names of their nodes. */
export type Constants = ReadonlyMap<GraphBody, ReadonlyMap<string, Constant>>;

export async function readAllConstants(graph: GraphDefinition, manifest: WeightManifest): Promise<Constants> {
  const stored = new Map([...manifest.all].map((w) => [w.name, w]));
  const known = new Map<JsonPlace, Constant>();
  const constants = new Map<GraphBody, ReadonlyMap<string, Constant>>();
  for (const body of [graph, ...graph.library.all]) constants.set(body, await readConstants(body, stored, known));
  return constants;
}

/**
 * The values of all Const nodes: from the list of weights, by the node's name, or where it lists none from the node itself.
 * Small ones are read, for their numbers decide what the operators do with their other inputs; the others stay on disk.
 */
async function readConstants(
  graph: GraphBody,
  stored: ReadonlyMap<string, StoredWeight>,
  known: Map<JsonPlace, Constant>,
): Promise<ReadonlyMap<string, Constant>> {
  const constants = new Map<string, Constant>();
  for (const node of graph.nodes) {
    if (node.op !== 'Const') continue;
    let constant = known.get(node.place);
    if (constant === undefined) {
      const weight = stored.get(node.name);
      constant = weight === undefined ? inlineConstant(node) : await storedConstant(node.name, weight);
      known.set(node.place, constant);
    }
    constants.set(node.name, constant);
  }
  return constants;
}

async function storedConstant(name: string, weight: StoredWeight): Promise<Constant> {
  const { dtype, dims, present } = weight;
  const isSmall = dtype !== 'string' && elementCount(dims) * 4 <= SMALL_TENSOR_BYTES;
  const small = present && isSmall ? await smallTensor(name, weight) : undefined;
  return {
    name,
    dtype,
    dims,
    present,
    atHand: small && numbersOf(small),
    tensor: (wanted, form = {}) => {
      if (small !== undefined && Object.keys(form).length === 0) return { ...small, name: wanted };
      const tensor = weightTensor(wanted, weight, form);
      return present ? tensor : missingTensor(wanted, tensor.dtype, tensor.dims);
    },
  };
}

async function smallTensor(name: string, weight: StoredWeight): Promise<Tensor | undefined> {
  try {
    return tensorFromBytes(name, weight.dtype, weight.dims, await weight.read());
  } catch (error) {
    // the operators say what they miss
    if (error instanceof ModelError) return undefined;
    throw error;
  }
}

function numbersOf(tensor: Tensor): readonly number[] | undefined {
  const numbers = tensor.dtype === 'float32' ? floatsAtHand(tensor) : integersAtHand(tensor);
  return numbers && [...numbers];
}

/** Lists of numbers that a TensorProto may hold, by element type. */
const valueLists: Readonly<Record<string, readonly string[]>> = {
  float32: ['floatVal', 'doubleVal'],
  int32: ['intVal', 'int64Val'],
  bool: ['boolVal'],
};

function inlineConstant(node: NodeDefinition): Constant {
  const proto = node.tensor ?? {};
  const dtype = dataTypeOf(member(proto, 'dtype')) ?? dataTypeName(node.settings) ?? 'float32';
  const stated = shapeOf(member(proto, 'tensorShape'));
  const dims = stated?.every((d): d is number => d !== null) ? stated : [];
  const values = inlineValues(proto, dtype, dims);
  const missing = missingTensor(node.name, dtype, dims);
  const small = values === undefined ? missing : packed(node.name, dtype, dims, values);
  const weight: StoredWeight = {
    name: node.name,
    dtype,
    dims,
    present: values !== undefined,
    read: () => small.read(),
  };
  return {
    name: node.name,
    dtype,
    dims,
    present: values !== undefined,
    atHand: values,
    tensor: (wanted, form = {}) => {
      const tensor = weightTensor(wanted, weight, form);
      if (values === undefined) return missingTensor(wanted, tensor.dtype, tensor.dims);
      return Object.keys(form).length === 0 ? { ...small, name: wanted } : tensor;
    },
  };
}

function dataTypeName({ dtype }: JsonObject): DataType | undefined {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool' || dtype === 'string' ? dtype : undefined;
}

/** One number stands for all elements. What is larger than any shape or axis is not taken from the text. */
function inlineValues(proto: JsonObject, dtype: DataType, dims: readonly number[]): number[] | undefined {
  const count = elementCount(dims);
  if (count * 4 > SMALL_TENSOR_BYTES) return undefined;
  for (const key of valueLists[dtype] ?? []) {
    const list = member(proto, key);
    if (!Array.isArray(list) || list.length === 0) continue;
    return Array.from({ length: count }, (_, i) => Number(list[Math.min(i, list.length - 1)]));
  }
  return count === 0 ? [] : undefined;
}

function packed(name: string, dtype: DataType, dims: readonly number[], values: readonly number[]): Tensor {
  const typed =
    dtype === 'float32'
      ? Float32Array.from(values)
      : dtype === 'bool'
        ? Uint8Array.from(values)
        : Int32Array.from(values);
  return tensorFromBytes(name, dtype, dims, new Uint8Array(typed.buffer));
}
