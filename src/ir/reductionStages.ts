import type { Dim } from './graph';

/** From so many elements on, ONNX Runtime reduces the axes behind and then those before faster than both at once. */
const MANY_ELEMENTS = 2 ** 14;

/**
 * In which order to reduce axes by a mean or a sum: all in one go, or, where there are many elements, first those that end the
 * shape and then the others. The axes of a stage are counted in the original shape, and those behind it may be dropped by then.
 * @param axes in ascending order
 */
export function reductionStages(axes: readonly number[], shape: readonly Dim[]): (readonly number[])[] {
  const behind = axes.filter((axis, i) => shape.length - axis === axes.length - i);
  const before = axes.slice(0, axes.length - behind.length);
  const few = shape.reduce<number>((size, d) => size * (typeof d === 'number' ? d : Infinity), 1) < MANY_ELEMENTS;
  return few || behind.length === 0 || before.length === 0 ? [axes] : [behind, before];
}
