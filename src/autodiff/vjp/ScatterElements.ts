import type { GradientRule } from '../call';
import { attribute } from '../../ir/attribute';
import { scatter } from '../scatter';

/** @see ONNX ScatterElements, opset 18. */
export const ScatterElements: GradientRule = (c, g) => {
  const axis = attribute.int(c.int('axis', 0));
  const indices = c.input(1);
  return scatter(c, g, (from) => g.node('GatherElements', [from, indices], g.shape(indices), { axis }), { axis });
};
