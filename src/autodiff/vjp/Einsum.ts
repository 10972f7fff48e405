import { say } from '../../texts/say';
import type { GradientRule } from '../call';
import { attribute } from '../../ir/attribute';
import type { GradientBuilder } from '../gradientBuilder';
import { NoGradient } from '../noGradient';
import { product, range, type Shape } from '../shapes';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * The cotangent of an operand is again an Einsum, of the output's cotangent and the other operands. Letters that no other term
 * has were summed: their cotangent is the same everywhere. Those that the operand has twice lie on its diagonal. Axes of size 1
 * that were broadcast are summed.
 * @see ONNX Einsum, opset 12.
 */
export const Einsum: GradientRule = (c, g) => {
  const { terms, result } = parse(
    c.string('equation', ''),
    c.inputs.map((input) => g.shape(input)),
  );
  const sizes = new Map<string, number>();
  terms.forEach((term, k) => {
    [...term].forEach((letter, i) => sizes.set(letter, Math.max(sizes.get(letter) ?? 1, g.shape(c.input(k))[i])));
  });
  return c.inputs.map((input, k) => () => {
    const shape = g.shape(input);
    const letters = [...new Set(terms[k])];
    const long = letters.filter((letter) => shape[terms[k].indexOf(letter)] === sizes.get(letter));
    const others = terms.filter((_, i) => i !== k);
    const seen = long.filter((letter) => result.includes(letter) || others.some((term) => term.includes(letter)));
    const operands = [...c.inputs.filter((_, i) => i !== k), c.dy];
    const equation = `${[...others, result].join()}->${seen.join('')}`;
    const contracted = g.node(
      'Einsum',
      operands,
      seen.map((letter) => sizes.get(letter)!),
      { equation: attribute.string(equation) },
    );
    const sizeOf = (letter: string) => (long.includes(letter) ? sizes.get(letter)! : 1);
    const placed = g.reshape(
      contracted,
      letters.map((letter) => (seen.includes(letter) ? sizeOf(letter) : 1)),
    );
    const whole = g.expand(placed, letters.map(sizeOf));
    return letters.length === shape.length ? whole : onDiagonal(whole, letters, terms[k], shape, g);
  });
};

/** Spreads a tensor with one axis per letter over the axes of a term that has some letters twice; zeros off the diagonal. */
function onDiagonal(x: string, letters: readonly string[], term: string, shape: Shape, g: GradientBuilder): string {
  const first = [...term].map((letter, i) => term.indexOf(letter) === i);
  const spread = g.reshape(
    x,
    shape.map((size, i) => (first[i] ? size : 1)),
  );
  return letters
    .filter((letter) => term.indexOf(letter) !== term.lastIndexOf(letter))
    .reduce((value, letter) => {
      const axes = range(term.length).filter((i) => term[i] === letter);
      const mask = shape.map((size, i) => (axes.includes(i) ? size : 1));
      return g.mul(value, diagonal(mask, axes, g, g.dtype(x)));
    }, spread);
}

/** Ones where the indices of the given axes agree. */
function diagonal(
  shape: Shape,
  axes: readonly number[],
  g: GradientBuilder,
  dtype: Parameters<GradientBuilder['constant']>[2],
): string {
  const index = (flat: number, axis: number) => Math.floor(flat / product(shape.slice(axis + 1))) % shape[axis];
  const key = `diagonal [${shape.join()}] of ${axes.join()}`;
  return g.constant(key, shape, dtype, (i) => (axes.every((axis) => index(i, axis) === index(i, axes[0])) ? 1 : 0));
}

/** The terms with letters in place of the ellipsis, whose axes are aligned at their ends. */
function parse(equation: string, shapes: readonly Shape[]): { terms: string[]; result: string } {
  const [left, right] = equation.replace(/\s/g, '').split('->');
  const stated = left.split(',');
  if (stated.length !== shapes.length) throw new NoGradient(say`its equation does not fit its inputs`);
  const ranks = stated.map((term, i) => shapes[i].length - term.replace('...', '').length);
  const most = Math.max(...ranks.filter((_, i) => stated[i].includes('...')), 0);
  const free = [...LETTERS].filter((letter) => !equation.includes(letter));
  if (free.length < most) throw new NoGradient(say`its equation has too many letters`);
  const rest = free.slice(0, most).join('');
  const terms = stated.map((term, i) => term.replace('...', rest.slice(most - Math.max(ranks[i], 0))));
  if (terms.some((term, i) => term.length !== shapes[i].length))
    throw new NoGradient(say`its equation does not fit its inputs`);
  if (right !== undefined) return { terms, result: right.replace('...', rest) };
  const all = stated.join('').replace(/[.,]/g, '');
  const once = [...new Set(all)].filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter));
  return { terms, result: rest + once.sort().join('') };
}
