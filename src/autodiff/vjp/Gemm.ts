import type { GradientRule } from '../call';

/** Y = alpha A' B' + beta C, with A' and B' transposed on demand: every product below is one Gemm again. */
export const Gemm: GradientRule = (c, g) => {
  const { dy } = c;
  const [a, b] = c.inputs;
  const alpha = c.float('alpha', 1);
  const beta = c.float('beta', 1);
  const transA = c.int('transA', 0) !== 0;
  const transB = c.int('transB', 0) !== 0;
  return [
    () => (transA ? g.gemm(b, dy, { transA: transB, transB: true, alpha }) : g.gemm(dy, b, { transB: !transB, alpha })),
    () => (transB ? g.gemm(dy, a, { transA: true, transB: transA, alpha }) : g.gemm(a, dy, { transA: !transA, alpha })),
    () => g.mul(g.sumTo(dy, c.input(2)), beta),
  ];
};
