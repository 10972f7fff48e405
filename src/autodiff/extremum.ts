import type { Call, Thunk } from './call';
import type { GradientBuilder } from './gradientBuilder';
import { lazy } from './lazy';

/**
 * Gradients of the elementwise Max and Min.
 * @param notBeaten the comparison of two operands that the first one wins: GreaterOrEqual for Max, LessOrEqual for Min.
 */
export function extremum({ y, dy, inputs }: Call, g: GradientBuilder, notBeaten: string): Thunk[] {
  if (inputs.length === 1) return [() => dy];
  if (inputs.length === 2) {
    const [a, b] = inputs;
    const first = lazy(() => g.compare(notBeaten, a, b));
    return [() => g.sumTo(g.where(first(), dy, 0), a), () => g.sumTo(g.where(first(), 0, dy), b)];
  }
  const masks = inputs.map((input) => lazy(() => g.mask('Equal', input, y)));
  const share = lazy(() => g.div(dy, g.sum(masks.map((mask) => mask()))));
  return inputs.map((input, i) => () => g.sumTo(g.mul(share(), masks[i]()), input));
}

/**
 * Gradient of a maximum or minimum over axes: the cotangent to the elements that are equal to it, in equal shares.
 * `extreme` and `dy` have size 1 on the reduced axes.
 */
export function shareAmongEqual(
  x: string,
  extreme: string,
  dy: string,
  axes: readonly number[],
  g: GradientBuilder,
): string {
  const mask = g.mask('Equal', x, extreme);
  return g.mul(mask, g.div(dy, g.reduce('ReduceSum', mask, axes)));
}
