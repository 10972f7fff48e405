import { attribute, type Attribute } from '../../src/ir/attribute';
import type { Dim } from '../../src/ir/graph';
import type { MutableGraph } from '../../src/ir/mutableGraph';
import { int64Tensor } from '../../src/ir/tensor';
import { graphOf, operatorCases } from './operatorCases';

const NUMBERS = [0, 1, -1, 2, 3, -7, 64, 2 ** 31, 2 ** 53, 2 ** 62, -(2 ** 63), NaN, Infinity, 0.5];
const DIMS: Dim[] = [0, 1, 2, 3, 64, 2 ** 31, 2 ** 53 - 1, 2 ** 62, -1, NaN, 'N', 'M', null];
const STRINGS = ['', 'SAME_UPPER', '->', 'i,,j...->k', '__proto__', 'BANANA', 'wrap'];
const ATTRIBUTES = [
  'axes',
  'axis',
  'pads',
  'shape',
  'strides',
  'group',
  'blocksize',
  'num_outputs',
  'p',
  'to',
  'broadcast',
];

/** Numbers from 0 to 1 that depend on the seed alone. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** Calls of every operator with shapes, constants, attributes, inputs and opsets that make no sense, the same ones for a seed. */
export function* hostileGraphs(seed: number, rounds: number): Iterable<MutableGraph> {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)];
  const list = <T>(choices: readonly T[]) => Array.from({ length: Math.floor(next() * 6) }, () => pick(choices));
  const anyAttribute = (): Attribute =>
    pick([
      () => attribute.int(pick(NUMBERS)),
      () => attribute.ints(list(NUMBERS)),
      () => attribute.float(pick(NUMBERS)),
      () => attribute.floats(list(NUMBERS)),
      () => attribute.string(pick(STRINGS)),
    ])();
  for (const c of operatorCases) {
    for (let round = 0; round < rounds; round++) {
      const g = graphOf(c);
      const [node] = g.nodes;
      for (const input of g.inputs) {
        if (next() < 0.7) input.type = { ...input.type, shape: next() < 0.1 ? undefined : list(DIMS) };
      }
      for (const name of g.initializers.keys()) {
        const values = list(NUMBERS);
        if (next() < 0.5) g.initializers.set(name, int64Tensor(name, [values.length], values));
      }
      for (const name of node.attributes.keys()) {
        if (next() < 0.5) node.attributes.set(name, anyAttribute());
        else if (next() < 0.2) node.attributes.delete(name);
      }
      for (const name of ATTRIBUTES) if (next() < 0.15) node.attributes.set(name, anyAttribute());
      if (next() < 0.3) node.inputs = list([...node.inputs, '', 'nowhere']);
      if (next() < 0.3) g.opsets.set('', pick([1, 5, 6, 9, 12, 24, 314159]));
      yield g;
    }
  }
}
