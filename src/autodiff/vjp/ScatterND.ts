import type { GradientRule } from '../call';
import { scatter } from '../scatter';

/** @see ONNX ScatterND, opset 18. */
export const ScatterND: GradientRule = (c, g) =>
  scatter(c, g, (from) => g.node('GatherND', [from, c.input(1)], g.shape(c.input(2))));
