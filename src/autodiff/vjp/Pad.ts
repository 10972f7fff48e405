import { say } from '../../texts/say';
import type { GradientRule } from '../call';
import type { Call } from '../call';
import type { GradientBuilder } from '../gradientBuilder';
import { NoGradient } from '../noGradient';
import { copyMatrix } from '../axisMatrix';
import { range } from '../shapes';

/** Elements of the map of an axis above which the padding is taken off piece by piece: a product would take longer. */
const LARGEST_MATRIX = 2 ** 16;

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
    if (source === undefined) throw new NoGradient(say`padding of mode ${mode}`);
    return shape.reduce((dy, size, axis) => {
      if (before[axis] === 0 && after[axis] === 0) return dy;
      const length = before[axis] + size + after[axis];
      const piecewise = length * size > LARGEST_MATRIX && [before, after].every((p) => p[axis] >= 0 && p[axis] < size);
      if (piecewise)
        return mode === 'edge' ? unedged(dy, axis, size, before[axis], g) : unfolded(dy, axis, size, before[axis], g);
      return g.mapAxis(
        dy,
        axis,
        copyMatrix(length, size, (i) => source(i - before[axis], size)),
      );
    }, c.dy);
  },
];

/** The middle, with the sum of what was copied from each end added to that end. */
function unedged(dy: string, axis: number, size: number, before: number, g: GradientBuilder): string {
  return withEnds(dy, axis, size, before, g, (piece, front) => ({
    part: g.reduce('ReduceSum', piece, [axis]),
    start: front ? 0 : size - 1,
  }));
}

/** The middle, with the reflections turned back beside the element that they were reflected at. */
function unfolded(dy: string, axis: number, size: number, before: number, g: GradientBuilder): string {
  return withEnds(dy, axis, size, before, g, (piece, front) => ({
    part: g.reverse(piece, [axis]),
    start: front ? 1 : size - 1 - g.shape(piece)[axis],
  }));
}

/** @param back what the padding on one side gives to which elements of the axis. */
function withEnds(
  dy: string,
  axis: number,
  size: number,
  before: number,
  g: GradientBuilder,
  back: (piece: string, front: boolean) => { part: string; start: number },
): string {
  const after = g.shape(dy)[axis] - before - size;
  const at = (n: number) => g.shape(dy).map((_, i) => (i === axis ? n : 0));
  const pieces = [
    { start: 0, count: before, front: true },
    { start: before + size, count: after, front: false },
  ];
  const ends = pieces.flatMap(({ start: from, count, front }) => {
    if (count === 0) return [];
    const { part, start } = back(g.slice(dy, [{ axis, start: from, count }]), front);
    return [g.pad(part, at(start), at(size - start - g.shape(part)[axis]))];
  });
  return g.sum([g.slice(dy, [{ axis, start: before, count: size }]), ...ends]);
}

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
  if (!given || !axes) throw new NoGradient(say`its pads are decided at run time`);
  const before = g.shape(c.x).map(() => 0);
  const after = [...before];
  axes.forEach((a, i) => {
    before[g.axis(c.x, a)] = given[i];
    after[g.axis(c.x, a)] = given[i + axes.length];
  });
  return { before, after };
}
