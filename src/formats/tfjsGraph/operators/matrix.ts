import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type Shape, type TensorValue } from '../../tfjs/layerScope';
import type { NodeScope } from '../nodeScope';
import { fusedOperators } from './fused';
import type { OperatorLowering } from './operator';

/** MatMul, _FusedMatMul: two matrices, either of them transposed; a Gemm where that or a bias asks for one. */
const matMul: OperatorLowering = (scope) => {
  const [a, b] = [scope.ranked(scope.x(0), 2), scope.ranked(scope.x(1), 2)];
  const [transA, transB] = [scope.flag('transpose_a', false), scope.flag('transpose_b', false)];
  const shape = [a.shape[transA ? 1 : 0], b.shape[transB ? 0 : 1]];
  return fusedOperators(scope, 2, (bias) => {
    if (!transA && !transB && bias.length === 0) return scope.emit('MatMul', [a, b], {}, { shape });
    const attributes = { transA: attribute.int(Number(transA)), transB: attribute.int(Number(transB)) };
    return scope.emit('Gemm', [a, b, ...bias], attributes, { shape });
  });
};

/** BatchMatMul, BatchMatMulV2: products over the last two axes. */
const batchMatMul: OperatorLowering = (scope) => {
  const a = transposed(scope, scope.x(0), scope.flag('adj_x', false), 'adj_x');
  const b = transposed(scope, scope.x(1), scope.flag('adj_y', false), 'adj_y');
  return [scope.emit('MatMul', [a, b], {}, { shape: productShape(a.shape, b.shape) })];
};

function transposed(scope: NodeScope, x: TensorValue, isTransposed: boolean, part: string): TensorValue {
  if (!isTransposed) return x;
  const { shape } = scope.shaped(x);
  const rank = shape.length;
  if (rank < 2) throw new NotLowered(say`its input is no matrix`);
  const perm = shape.map((_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
  return scope.emit('Transpose', [x], { perm: attribute.ints(perm) }, { shape: perm.map((i) => shape[i]), part });
}

function productShape(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a === undefined || b === undefined || a.length !== b.length || a.length < 2) return undefined;
  const rank = a.length;
  return a.map((n, i) => {
    if (i === rank - 2) return n;
    if (i === rank - 1) return b[i];
    return n === 1 ? b[i] : n;
  });
}

const einsum: OperatorLowering = (scope) => {
  const equation = scope.string('equation', '').replace(/\s/g, '');
  if (!/^[a-zA-Z.,]+->[a-zA-Z.]*$/.test(equation)) throw new NotLowered(say`its equation is not known`);
  return [scope.emit('Einsum', scope.all(), { equation: attribute.string(equation) }, { shape: undefined })];
};

export const matrixOperators: Readonly<Record<string, OperatorLowering>> = {
  MatMul: matMul,
  _FusedMatMul: matMul,
  BatchMatMul: batchMatMul,
  BatchMatMulV2: batchMatMul,
  Einsum: einsum,
};
