import assert from 'node:assert/strict';
import { attribute, type Attribute } from '../../../../src/ir/attribute';
import type { Dim } from '../../../../src/ir/graph';
import { inferTypes } from '../../../../src/ir/inferTypes';
import { MutableGraph } from '../../../../src/ir/mutableGraph';
import { int64Tensor } from '../../../../src/ir/tensor';
import { verifyGraph } from '../../../../src/ir/verifyGraph';
import { graphOf, operatorCases } from '../../../support/operatorCases';

/** Numbers from 0 to 1 that depend on the seed alone. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

const NUMBERS = [0, 1, -1, 2, 3, -7, 64, 2 ** 31, 2 ** 53, 2 ** 62, -(2 ** 63), NaN, Infinity, 0.5];
const DIMS: Dim[] = [0, 1, 2, 3, 64, 2 ** 31, 2 ** 53 - 1, 2 ** 62, -1, NaN, 'N', 'M', null];

describe('inference of hostile graphs', () => {
  it('never throws, allocates nothing by the sizes that a file states, and says only sane sizes', () => {
    const next = random(7);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)];
    const list = <T>(choices: readonly T[]) => Array.from({ length: Math.floor(next() * 6) }, () => pick(choices));
    const anyAttribute = (): Attribute =>
      pick([
        () => attribute.int(pick(NUMBERS)),
        () => attribute.ints(list(NUMBERS)),
        () => attribute.float(pick(NUMBERS)),
        () => attribute.floats(list(NUMBERS)),
        () => attribute.string(pick(['', 'SAME_UPPER', '->', 'i,,j...->k', '__proto__'])),
      ])();
    for (const c of operatorCases) {
      for (let round = 0; round < 40; round++) {
        const g = graphOf(c);
        const [node] = g.nodes;
        for (const input of g.inputs) {
          if (next() < 0.7) input.type = { ...input.type, shape: next() < 0.1 ? undefined : list(DIMS) };
        }
        for (const name of g.initializers.keys()) {
          const values = list(NUMBERS);
          if (next() < 0.5) g.initializers.set(name, int64Tensor(name, [values.length], values));
        }
        for (const name of node.attributes.keys()) if (next() < 0.5) node.attributes.set(name, anyAttribute());
        for (const name of ['axes', 'axis', 'pads', 'shape', 'strides', 'group', 'blocksize', 'num_outputs', 'p'])
          if (next() < 0.15) node.attributes.set(name, anyAttribute());
        if (next() < 0.3) node.inputs = list([...node.inputs, '', 'nowhere']);
        if (next() < 0.2) g.opsets.set('', pick([1, 5, 9, 12, 24, 314159]));
        for (const [name, { shape }] of inferTypes(g)) {
          for (const d of shape ?? []) {
            const sane = typeof d !== 'number' || (Number.isSafeInteger(d) && d >= 0);
            assert.ok(sane, `${c.opType} says ${name} is [${shape}]`);
          }
        }
        verifyGraph(g);
      }
    }
  });

  it('knows nothing of operators named like members of every object', () => {
    const g = new MutableGraph();
    g.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [1] });
    for (const [i, opType] of ['__proto__', 'constructor', 'toString', ''].entries())
      g.addNode(opType, ['x'], {}, { outputs: [`y${i}`], domain: i % 2 ? opType : '' });
    for (let i = 0; i < 4; i++) assert.equal(inferTypes(g).get(`y${i}`)?.kind, 'unknown');
    assert.deepEqual(verifyGraph(g), []);
  });

  it('goes through a hundred thousand nodes in a moment', () => {
    const g = new MutableGraph();
    g.opsets.set('', 18);
    g.addInput('v0', { kind: 'tensor', dtype: 'float32', shape: ['N', 8] });
    for (let i = 0; i < 100_000; i++) g.addNode('Relu', [`v${i}`], {}, { outputs: [`v${i + 1}`] });
    const start = performance.now();
    assert.deepEqual(inferTypes(g).get('v100000')?.shape, ['N', 8]);
    assert.ok(performance.now() - start < 5000);
  });
});
