import type { DataType } from '../dataType';
import type { Dim } from '../graph';
import { addDims, broadcastShapes, multiplyDims, quotientOf, type Dims } from './dims';
import { sameType, tensorFact, type Fact, type InferenceNode, type InferenceRules } from './inferenceNode';

export const matrixRules: InferenceRules = {
  Gemm: gemm,
  MatMul: (n) => [matMul(n, 0, 1, n.dtype(0) ?? n.dtype(1))],
  MatMulInteger: (n) => [matMul(n, 0, 1, 'int32')],
  QLinearMatMul: (n) => [matMul(n, 0, 3, n.dtype(7) ?? n.dtype(0))],
  Einsum: einsum,
  Attention: attention,
  LinearAttention: linearAttention,
  RotaryEmbedding: (n) => [sameType(n.fact(0))],
  Det: (n) => [tensorFact(n.dtype(0), n.shape(0)?.slice(0, -2))],
};

/** Gemm (opset 1): [M, N] from A' [M, K] and B' [K, N], either of them transposed. */
function gemm(n: InferenceNode) {
  const a = n.shape(0);
  const b = n.shape(1);
  const rows = a?.length === 2 ? a[n.int('transA', 0) ? 1 : 0] : null;
  const columns = b?.length === 2 ? b[n.int('transB', 0) ? 0 : 1] : null;
  return [tensorFact(n.dtype(0) ?? n.dtype(1), [rows, columns])];
}

/** MatMul (opset 1), as numpy.matmul: leading axes broadcast, a vector is a row on the left and a column on the right. */
export function matMul(n: InferenceNode, left: number, right: number, dtype: DataType | undefined): Fact {
  const a = n.shape(left);
  const b = n.shape(right);
  if (!a || !b || a.length === 0 || b.length === 0) return tensorFact(dtype);
  const lead = broadcastShapes([a.slice(0, -2), b.slice(0, -2)])!;
  const rows = a.length > 1 ? [a[a.length - 2]] : [];
  const columns = b.length > 1 ? [b[b.length - 1]] : [];
  return tensorFact(dtype, [...lead, ...rows, ...columns]);
}

/** Einsum (opset 12). Terms with an ellipsis are broadcast; without '->' the output has the letters that occur once, sorted. */
function einsum(n: InferenceNode) {
  const dtype = n.dtype(0);
  const [left, right] = n.string('equation').replace(/\s/g, '').split('->');
  const terms = left.split(',');
  const sizes = new Map<string, Dim>();
  const rests: Dims[] = [];
  for (const [i, term] of terms.entries()) {
    const shape = n.shape(i);
    if (shape === undefined) return [tensorFact(dtype)];
    const [head, tail] = term.split('...');
    const named = head.length + (tail?.length ?? 0);
    if (tail === undefined ? shape.length !== named : shape.length < named) return [tensorFact(dtype)];
    const bind = (letters: string, dims: Dims) => {
      for (const [k, letter] of [...letters].entries()) {
        const known = sizes.get(letter);
        if (typeof known !== 'number' || known === 1) sizes.set(letter, dims[k]);
      }
    };
    bind(head, shape);
    if (tail !== undefined) {
      rests.push(shape.slice(head.length, shape.length - tail.length));
      bind(tail, shape.slice(shape.length - tail.length));
    }
  }
  const rest = broadcastShapes(rests)!;
  const once = () => {
    const letters = terms.join('').replace(/\./g, '');
    const single = [...new Set(letters)].filter((l) => letters.indexOf(l) === letters.lastIndexOf(l)).sort();
    return `${rests.length > 0 ? '...' : ''}${single.join('')}`;
  };
  const [head, tail] = (right ?? once()).split('...');
  const dims = (letters: string) => [...letters].map((l): Dim => sizes.get(l) ?? null);
  return [tensorFact(dtype, [...dims(head), ...(tail === undefined ? [] : [...rest, ...dims(tail)])])];
}

/**
 * Attention (opset 23): Q, K, V are [batch, heads, sequence, size], or [batch, sequence, heads * size] with the numbers of
 * heads as attributes; outputs Y, the present key and value, and the scores.
 */
function attention(n: InferenceNode): Fact[] {
  const [q, k, v] = [0, 1, 2].map((i) => n.shape(i));
  const dtype = n.dtype(0);
  if (!q || !k || !v || q.length !== v.length || q.length !== k.length || (q.length !== 3 && q.length !== 4))
    return [tensorFact(dtype), tensorFact(dtype), tensorFact(dtype), tensorFact(dtype)];
  const flat = q.length === 3;
  const heads: Dim = flat ? n.int('q_num_heads', 1) : q[1];
  const keyHeads: Dim = flat ? n.int('kv_num_heads', 1) : k[1];
  const size = (shape: Dims, count: Dim): Dim => (flat ? quotientOf([shape[2]], [count]) : shape[3]);
  const [rows, keys] = flat ? [q[1], k[1]] : [q[2], k[2]];
  const total = n.has(4) ? addDims(keys, n.shape(4)?.[2] ?? null) : keys;
  const width = size(v, keyHeads);
  return [
    tensorFact(dtype, flat ? [q[0], rows, multiplyDims(heads, width)] : [q[0], heads, rows, width]),
    tensorFact(dtype, [q[0], keyHeads, total, size(k, keyHeads)]),
    tensorFact(dtype, [q[0], keyHeads, total, width]),
    tensorFact(dtype, [q[0], heads, rows, total]),
  ];
}

/**
 * LinearAttention (opset 27): Q [batch, length, heads * size], K and V with their own number of heads; outputs Y
 * [batch, length, heads * width] and the state [batch, key heads, size, width].
 */
function linearAttention(n: InferenceNode): Fact[] {
  const [q, k, v] = [0, 1, 2].map((i) => n.shape(i));
  const dtype = n.dtype(0);
  const [heads, keyHeads] = [n.int('q_num_heads', 1), n.int('kv_num_heads', 1)];
  if (q?.length !== 3 || k?.length !== 3 || v?.length !== 3)
    return [tensorFact(dtype), tensorFact(n.dtype(3) ?? dtype)];
  const [size, width] = [k, v].map((shape) => quotientOf([shape[2]], [keyHeads]));
  return [
    tensorFact(dtype, [q[0], q[1], multiplyDims(heads, width)]),
    tensorFact(n.dtype(3) ?? dtype, [q[0], keyHeads, size, width]),
  ];
}
