import { attribute } from '../../ir/attribute';
import type { GradientRule } from '../call';

/** Inputs indices, depth, values [off, on] (opset 11): each value gets the sum of the cotangent where it stands. */
export const OneHot: GradientRule = (c, g) => [
  undefined,
  undefined,
  () => {
    const dtype = g.dtype(c.y);
    const ends = g.floats([2], [0, 1], dtype);
    const axis = { axis: attribute.int(c.int('axis', -1)) };
    const isOn = g.node('OneHot', [c.input(0), c.input(1), ends], g.shape(c.y), axis, dtype);
    const [on, all] = [g.mul(c.dy, isOn), c.dy].map((v) => g.reshape(g.sumTo(v, []), [1]));
    return g.concat([g.sub(all, on), on], 0);
  },
];
