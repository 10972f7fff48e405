import type { GradientRule } from '../call';
import { product, range } from '../shapes';

/**
 * Each slice of the cotangent is added to the slice that it was taken from. Batch axes become one leading axis, whose
 * place each index is given as a first coordinate.
 * @see ONNX GatherND, opset 13.
 */
export const GatherND: GradientRule = (c, g) => [
  () => {
    const shape = g.shape(c.x);
    const batchDims = c.int('batch_dims', 0);
    const zeros = (of: readonly number[]) => g.zeros(of, g.dtype(c.x));
    if (batchDims === 0) return g.scatterAdd('ScatterND', zeros(shape), c.input(1), c.dy);
    const batch = product(shape.slice(0, batchDims));
    const places = g.shape(c.input(1));
    const inner = places.slice(batchDims, -1);
    const sample = g.expand(g.reshape(g.ints(range(batch)), [batch, ...inner.map(() => 1), 1]), [batch, ...inner, 1]);
    const indices = g.concat([sample, g.reshape(c.input(1), [batch, ...places.slice(batchDims)])], inner.length + 1);
    const updates = g.reshape(c.dy, [batch, ...g.shape(c.dy).slice(batchDims)]);
    const sums = g.scatterAdd('ScatterND', zeros([batch, ...shape.slice(batchDims)]), indices, updates);
    return g.reshape(sums, shape);
  },
];
