import type { GradientRule } from '../call';
import { lazy } from '../lazy';
import { normInputGradient } from '../normalization';
import { range } from '../shapes';

/**
 * Statistics over the axes from `axis` on; the operator's outputs 2 and 3 are the mean and 1/std.
 * @see Ba, Kiros, Hinton 2016; ONNX LayerNormalization, opset 17.
 */
export const LayerNormalization: GradientRule = (c, g) => {
  const { x, dy } = c;
  const shape = g.shape(x);
  const axis = g.axis(x, c.int('axis', -1));
  const kept = shape.map((d, i) => (i < axis ? d : 1));
  const save = (index: number, hint: string) => g.addOutput(c.node, index, 'float32', kept, hint);
  const inverse = lazy(() => g.cast(save(2, 'inverseStd'), g.dtype(x)));
  const normalized = lazy(() => g.mul(g.sub(x, g.cast(save(1, 'mean'), g.dtype(x))), inverse()));
  return [
    () => normInputGradient(g.mul(dy, c.input(1)), normalized(), inverse(), range(shape.length).slice(axis), g),
    () => g.sumTo(g.mul(dy, normalized()), c.input(1)),
    () => g.sumTo(dy, c.input(2)),
  ];
};
