import { say } from '../../texts/say';
import type { GradientRule } from '../call';
import type { Call } from '../call';
import type { GradientBuilder } from '../gradientBuilder';
import { NoGradient } from '../noGradient';
import { product, range } from '../shapes';

/**
 * The cotangent set into zeros: turned round for negative steps, spread out for steps beyond one, then padded.
 * @see ONNX Slice, opset 13: inputs data, starts, ends, axes, steps.
 */
export const Slice: GradientRule = (c, g) => [
  () => {
    const shape = g.shape(c.x);
    const cuts = slicedAxes(c, g);
    const count = g.shape(c.y);
    if (product(count) === 0) return g.zeros(shape, g.dtype(c.x));
    const turned = g.reverse(
      c.dy,
      cuts.filter((cut) => cut.step < 0).map((cut) => cut.axis),
    );
    const steps = shape.map(() => 1);
    const before = shape.map(() => 0);
    for (const { axis, start, step } of cuts) {
      steps[axis] = Math.abs(step);
      before[axis] = step > 0 ? start : start + (count[axis] - 1) * step;
    }
    const spread = g.spread(turned, steps);
    const size = g.shape(spread);
    return g.pad(
      spread,
      before,
      shape.map((d, i) => d - before[i] - size[i]),
    );
  },
];

/** The first index and the step on each sliced axis. */
function slicedAxes(c: Call, g: GradientBuilder): { axis: number; start: number; step: number }[] {
  const given = (i: number, fallback: readonly number[]) => (c.has(i) ? g.constantInts(c.input(i)) : fallback);
  const starts = given(1, []);
  const axes = given(3, range(starts?.length ?? 0));
  const steps = given(4, new Array<number>(starts?.length ?? 0).fill(1));
  if (!starts || !axes || !steps) throw new NoGradient(say`its bounds are decided at run time`);
  const shape = g.shape(c.x);
  return starts.map((given, i) => {
    const axis = g.axis(c.x, axes[i]);
    const size = shape[axis];
    const last = steps[i] > 0 ? size : size - 1;
    const start = Math.min(Math.max(given < 0 ? given + size : given, 0), last);
    return { axis, start, step: steps[i] };
  });
}
