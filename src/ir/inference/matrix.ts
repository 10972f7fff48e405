import type { DataType } from '../dataType';
import type { Dim } from '../graph';
import { broadcastShapes, type Dims } from './dims';
import { tensorFact, type Fact, type InferenceNode, type InferenceRules } from './inferenceNode';

export const matrixRules: InferenceRules = {
  Gemm: gemm,
  MatMul: (n) => [matMul(n, 0, 1, n.dtype(0) ?? n.dtype(1))],
  MatMulInteger: (n) => [matMul(n, 0, 1, 'int32')],
  QLinearMatMul: (n) => [matMul(n, 0, 3, n.dtype(7) ?? n.dtype(0))],
  Einsum: einsum,
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
