import type { GradientRule } from '../call';
import { lazy } from '../lazy';

/** Each input gets its part of the cotangent. */
export const Concat: GradientRule = (c, g) => {
  const { dy, inputs } = c;
  const axis = g.axis(dy, c.int('axis', 0));
  const counts = inputs.map((i) => g.shape(i)[axis]);
  if (inputs.every((_, i) => c.wants(i))) {
    const parts = lazy(() => g.split(dy, axis, counts));
    return inputs.map((_, i) => () => parts()[i]);
  }
  const start = (i: number) => counts.slice(0, i).reduce((a, b) => a + b, 0);
  return counts.map((count, i) => () => g.slice(dy, [{ axis, start: start(i), count }]));
};
