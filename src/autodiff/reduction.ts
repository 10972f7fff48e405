import { say } from '../texts/say';
import type { Call } from './call';
import type { GradientBuilder } from './gradientBuilder';
import { NoGradient } from './noGradient';
import { lazy } from './lazy';
import { product, range } from './shapes';

/** What the gradients of the Reduce operators share. */
export interface Reduction {
  /** The reduced axes, counted from the front. */
  readonly axes: readonly number[];
  /** How many elements go into one. */
  readonly count: number;
  /** The output and its cotangent with the reduced axes kept at size 1, so that they broadcast against the input. */
  readonly y: () => string;
  readonly dy: () => string;
}

/** @throws NoGradient when the axes are not constant and the shapes do not tell them. */
export function reduction(call: Call, g: GradientBuilder): Reduction {
  const shape = g.shape(call.x);
  const axes = reducedAxes(call, g);
  const kept = shape.map((d, i) => (axes.includes(i) ? 1 : d));
  return {
    axes,
    count: product(axes.map((a) => shape[a])),
    y: lazy(() => g.reshape(call.y, kept)),
    dy: lazy(() => g.reshape(call.dy, kept)),
  };
}

function reducedAxes(call: Call, g: GradientBuilder): readonly number[] {
  const shape = g.shape(call.x);
  const given = call.ints('axes') ?? (call.has(1) ? g.constantInts(call.input(1)) : []);
  if (given === undefined) {
    const reduced = g.shape(call.y);
    if (reduced.length !== shape.length) throw new NoGradient(say`its axes are decided at run time`);
    return range(shape.length).filter((i) => reduced[i] === 1);
  }
  if (given.length > 0) return given.map((a) => g.axis(call.x, a));
  return call.int('noop_with_empty_axes', 0) === 1 ? [] : range(shape.length);
}
