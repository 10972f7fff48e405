import { attribute } from '../ir/attribute';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import { elementCount, type Tensor } from '../ir/tensor';
import { readFloats, readIntegers } from '../ir/tensorValues';
import { intOf } from '../variants/nodeAttributes';
import { bitsAt } from './packedBits';

type Consumers = ReadonlyMap<string, readonly MutableNode[]>;

/** Integers of a few bits in rows, each row in blocks that have a scale and a zero point. */
interface PackedRows {
  readonly weight: Tensor;
  readonly scale: Tensor;
  readonly zero: Tensor | undefined;
  readonly bits: number;
  /** Numbers of a block. */
  readonly block: number;
  readonly rows: number;
  readonly columns: number;
  /** The zero point of all where the file states none. */
  readonly middle: number;
  /** The block that a column belongs to, where it is not the one that it stands in (`g_idx`). */
  readonly blockOf: Tensor | undefined;
}

/**
 * MatMulNBits of com.microsoft (Frantar et al. 2023; ContribOperators.md of ONNX Runtime): x W', W [N, K] of 2, 4 or 8 bits, as a MatMul
 * by a float32 constant [K, N]. The constant gets the packed one's name where nothing else reads that.
 * @returns the nodes in its place; undefined where a part of the weight is computed, or its sizes do not fit
 */
export function floatMatMul(node: MutableNode, graph: MutableGraph, consumers: Consumers): MutableNode[] | undefined {
  const [x, , , , , bias] = node.inputs;
  const parts = constantParts(node, graph, [1, 2, 3, 4]);
  const [columns, rows, bits, block] = ['K', 'N', 'bits', 'block_size'].map((name) => intOf(node, name, NaN));
  const depth = Number.isNaN(bits) ? 4 : bits;
  if (parts === undefined || ![2, 4, 8].includes(depth) || !(rows > 0) || !(columns > 0) || !(block > 0))
    return undefined;
  const [weight, scale, zero, blockOf] = parts;
  const packed = { weight, scale, zero, bits: depth, block, rows, columns, middle: 2 ** (depth - 1), blockOf };
  const blocks = Math.ceil(columns / block);
  if (weight.dtype !== 'uint8' || elementCount(weight.dims) !== (rows * blocks * block * depth) / 8) return undefined;
  if (!fits(packed) || (blockOf && elementCount(blockOf.dims) !== columns)) return undefined;
  const name = constantName(node, graph, consumers, 1);
  graph.initializers.set(name, floatTensor(name, packed, true));
  const [output] = node.outputs;
  const product = bias ? graph.freshName(`${output}/product`) : output;
  const matMul = {
    ...node,
    domain: '',
    opType: 'MatMul',
    attributes: new Map(),
    inputs: [x, name],
    outputs: [product],
  };
  if (!bias) return [matMul];
  return [matMul, graph.makeNode('Add', [product, bias], {}, { outputs: [output], origin: node.origin })];
}

/**
 * GatherBlockQuantized of com.microsoft: rows of a table of 4 or 8 bits, as a Gather of a float32 constant.
 * @returns the node in its place; undefined where a part of the table is computed, or it is not laid out row by row
 */
export function floatGather(node: MutableNode, graph: MutableGraph, consumers: Consumers): MutableNode[] | undefined {
  const parts = constantParts(node, graph, [0, 2, 3]);
  if (parts === undefined) return undefined;
  const [weight, scale, zero] = parts;
  const { dims, dtype } = weight;
  const bits = dtype === 'uint8' ? intOf(node, 'bits', 4) : 4;
  const axis = intOf(node, 'quantize_axis', 1);
  if (!['uint8', 'uint4'].includes(dtype) || dims.length !== 2 || (axis !== 1 && axis !== -1)) return undefined;
  if (![2, 4, 8].includes(bits)) return undefined;
  const columns = dtype === 'uint8' ? (dims[1] * 8) / bits : dims[1];
  const middle = dtype === 'uint8' ? 2 ** (bits - 1) : 0;
  const block = intOf(node, 'block_size', 128);
  const packed = { weight, scale, zero, bits, block, rows: dims[0], columns, middle, blockOf: undefined };
  if (!(block > 0) || (columns * bits) % 8 !== 0 || columns % block !== 0 || !fits(packed)) return undefined;
  const name = constantName(node, graph, consumers, 0);
  graph.initializers.set(name, floatTensor(name, packed, false));
  const attributes = new Map([['axis', attribute.int(intOf(node, 'gather_axis', 0))]]);
  return [{ ...node, domain: '', opType: 'Gather', attributes, inputs: [name, node.inputs[1]] }];
}

/** The constants at some inputs, those that are left out as undefined; undefined when one is computed. */
function constantParts(
  { inputs }: MutableNode,
  { initializers }: MutableGraph,
  positions: readonly number[],
): [Tensor, Tensor, ...(Tensor | undefined)[]] | undefined {
  const parts = positions.map((at) => (inputs[at] ? initializers.get(inputs[at]) : undefined));
  if (parts.some((part, i) => part === undefined && inputs[positions[i]])) return undefined;
  const [weight, scale, ...rest] = parts;
  return weight && scale ? [weight, scale, ...rest] : undefined;
}

function fits({ scale, zero, rows, columns, block, bits }: PackedRows): boolean {
  const blocks = Math.ceil(columns / block);
  if (elementCount(scale.dims) !== rows * blocks) return false;
  if (zero === undefined) return true;
  // as floats, or packed row by row; those of types of four bits without gaps
  const count = elementCount(zero.dims);
  return zero.dtype === 'uint8' ? count === rows * Math.ceil((blocks * bits) / 8) : count === rows * blocks;
}

/** @param isTurned columns first: [columns, rows] */
function floatTensor(name: string, packed: PackedRows, isTurned: boolean): Tensor {
  const { weight, scale, zero, bits, block, rows, columns, middle, blockOf } = packed;
  const blocks = Math.ceil(columns / block);
  const missing = [weight, scale, zero, blockOf].some((t) => t?.location === 'missing');
  // the last block of a row of MatMulNBits is full even where the row ends in it
  const stride = isTurned ? blocks * block : columns;
  return {
    ...{ name, dtype: 'float32', dims: isTurned ? [columns, rows] : [rows, columns] },
    location: missing ? 'missing' : weight.location,
    async read() {
      const [bytes, scales, zeros] = [await weight.read(), await readFloats(scale), await readZeros(packed, blocks)];
      const own = blockOf ? await readIntegers(blockOf) : undefined;
      const values = new Float32Array(rows * columns);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const at = row * blocks + (own ? own[column] : Math.floor(column / block));
          const value = (bitsAt(bytes, row * stride + column, bits) - (zeros ? zeros[at] : middle)) * scales[at];
          values[isTurned ? column * rows + row : row * columns + column] = value;
        }
      }
      return new Uint8Array(values.buffer);
    },
  };
}

/** One zero point for each block of each row. */
async function readZeros({ zero, rows, bits }: PackedRows, blocks: number): Promise<Float32Array | undefined> {
  if (zero === undefined) return undefined;
  if (zero.dtype !== 'uint8' && zero.dtype !== 'uint4') return readFloats(zero);
  const bytes = await zero.read();
  const perRow = zero.dtype === 'uint8' ? Math.ceil((blocks * bits) / 8) * (8 / bits) : blocks;
  return Float32Array.from({ length: rows * blocks }, (_, i) =>
    bitsAt(bytes, Math.floor(i / blocks) * perRow + (i % blocks), bits),
  );
}

/** The packed constant's own name, or a fresh one where something else reads it. */
function constantName(node: MutableNode, graph: MutableGraph, consumers: Consumers, at: number): string {
  const name = node.inputs[at];
  const readers = consumers.get(name) ?? [];
  return readers.length === 1 && readers[0] === node ? name : graph.freshName(`${name}/float`);
}
