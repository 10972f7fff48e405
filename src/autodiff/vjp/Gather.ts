import type { GradientRule } from '../call';
import { range } from '../shapes';

/**
 * Each row of the cotangent is added to the row that it was taken from: a pad for one constant index, else ScatterND
 * with reduction `add` along the leading axis.
 */
export const Gather: GradientRule = (c, g) => [
  () => {
    const { x, dy } = c;
    const indices = c.input(1);
    const shape = g.shape(x);
    const axis = g.axis(x, c.int('axis', 0));
    const index = g.constantNumber(indices);
    if (index !== undefined) {
      const start = index < 0 ? index + shape[axis] : index;
      const row = g.reshape(
        dy,
        shape.map((d, i) => (i === axis ? 1 : d)),
      );
      const at = (n: number) => shape.map((_, i) => (i === axis ? n : 0));
      return g.pad(row, at(start), at(shape[axis] - 1 - start));
    }
    const taken = g.rank(indices);
    const all = range(g.rank(dy));
    const inner = [...all.slice(0, axis), ...all.slice(axis + taken)];
    const updates = g.transpose(dy, [...all.slice(axis, axis + taken), ...inner]);
    const rest = shape.filter((_, i) => i !== axis);
    const zeros = g.zeros([shape[axis], ...rest], g.dtype(x));
    const places = g.reshape(g.cast(indices, 'int64'), [...g.shape(indices), 1]);
    const sums = g.scatterAdd('ScatterND', zeros, places, updates);
    const order = range(shape.length);
    return g.transpose(sums, [...order.slice(1, axis + 1), 0, ...order.slice(axis + 1)]);
  },
];
