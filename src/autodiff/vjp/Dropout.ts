import { say } from '../../texts/say';
import type { GradientRule } from '../call';
import { NoGradient } from '../noGradient';

/**
 * In training mode dx = dy mask / (1 - ratio), with the mask as the operator's second output; else the cotangent itself.
 * @see ONNX Dropout, opset 13: inputs data, ratio (default 0.5), training_mode (default false).
 */
export const Dropout: GradientRule = (c, g) => [
  () => {
    const training = c.has(2) ? g.constantNumber(c.input(2)) : 0;
    if (training === 0) return c.dy;
    if (training === undefined) throw new NoGradient(say`whether it is in training mode is decided at run time`);
    const ratio = c.has(1) ? g.constantNumber(c.input(1)) : 0.5;
    if (ratio === undefined) throw new NoGradient(say`its ratio is decided at run time`);
    if (ratio >= 1) return g.zeros(g.shape(c.x), g.dtype(c.x));
    const mask = g.addOutput(c.node, 1, 'bool', g.shape(c.x), 'mask');
    return g.mul(c.dy, g.mul(g.cast(mask, g.dtype(c.x)), 1 / (1 - ratio)));
  },
];
