import type { GradientRule } from '../call';
import { lazy } from '../lazy';
import { broadcastShapes, product } from '../shapes';

/**
 * dA = dY B^T, dB = A^T dY, with leading axes that were broadcast summed away. Vectors are taken as matrices with one
 * row or column. A matrix on the right shares one product over all leading axes of A.
 */
export const MatMul: GradientRule = ({ dy, inputs }, g) => {
  const [shapeA, shapeB] = inputs.map((i) => g.shape(i));
  const matrixA = shapeA.length === 1 ? [1, ...shapeA] : shapeA;
  const matrixB = shapeB.length === 1 ? [...shapeB, 1] : shapeB;
  const [m, k] = matrixA.slice(-2);
  const n = matrixB[matrixB.length - 1];
  const a = lazy(() => g.reshape(inputs[0], matrixA));
  const b = lazy(() => g.reshape(inputs[1], matrixB));
  if (matrixB.length === 2) {
    const rows = m * product(matrixA.slice(0, -2));
    const flat = lazy(() => g.reshape(dy, [rows, n]));
    return [
      () => g.reshape(g.gemm(flat(), b(), { transB: true }), shapeA),
      () => g.reshape(g.gemm(g.reshape(inputs[0], [rows, k]), flat(), { transA: true }), shapeB),
    ];
  }
  const batch = broadcastShapes(matrixA.slice(0, -2), matrixB.slice(0, -2));
  const dyMatrix = lazy(() => g.reshape(dy, [...batch, m, n]));
  return [
    () => g.reshape(g.sumTo(g.matMul(dyMatrix(), g.transposeMatrix(b())), matrixA), shapeA),
    () => g.reshape(g.sumTo(g.matMul(g.transposeMatrix(a()), dyMatrix()), matrixB), shapeB),
  ];
};
