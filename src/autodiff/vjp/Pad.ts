import type { GradientRule } from '../call';
import type { Call } from '../call';
import type { GradientBuilder } from '../gradientBuilder';
import { NoGradient } from '../noGradient';
import { copyMatrix } from '../axisMatrix';
import { range } from '../shapes';

/**
 * Constant padding: the padding is cut off again. Otherwise each axis is a fixed linear map that copies elements.
 * @see ONNX Pad, opset 18: inputs data, pads, constant_value, axes; modes constant, reflect, edge.
 */
export const Pad: GradientRule = (c, g) => [
  () => {
    const shape = g.shape(c.x);
    const { before, after } = pads(c, g);
    const mode = c.string('mode', 'constant');
    if (mode === 'constant') {
      return g.pad(
        c.dy,
        before.map((p) => -p),
        after.map((p) => -p),
      );
    }
    const source = sources[mode];
    if (source === undefined) throw new NoGradient(`padding of mode ${mode}`);
    return shape.reduce((dy, size, axis) => {
      if (before[axis] === 0 && after[axis] === 0) return dy;
      const length = before[axis] + size + after[axis];
      return g.mapAxis(
        dy,
        axis,
        copyMatrix(length, size, (i) => source(i - before[axis], size)),
      );
    }, c.dy);
  },
];

/** Which element of an axis of `size` elements stands at position `i`, which may lie outside. */
const sources: Record<string, ((i: number, size: number) => number) | undefined> = {
  edge: (i, size) => Math.min(Math.max(i, 0), size - 1),
  reflect: (i, size) => {
    const period = Math.max(2 * size - 2, 1);
    const place = ((i % period) + period) % period;
    return place < size ? place : period - place;
  },
};

function pads(c: Call, g: GradientBuilder): { before: number[]; after: number[] } {
  const given = g.constantInts(c.input(1));
  const axes = c.has(3) ? g.constantInts(c.input(3)) : range(g.rank(c.x));
  if (!given || !axes) throw new NoGradient('its pads are decided at run time');
  const before = g.shape(c.x).map(() => 0);
  const after = [...before];
  axes.forEach((a, i) => {
    before[g.axis(c.x, a)] = given[i];
    after[g.axis(c.x, a)] = given[i + axes.length];
  });
  return { before, after };
}
