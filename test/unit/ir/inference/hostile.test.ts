import assert from 'node:assert/strict';
import { inferTypes } from '../../../../src/ir/inferTypes';
import { MutableGraph } from '../../../../src/ir/mutableGraph';
import { verifyGraph } from '../../../../src/ir/verifyGraph';
import { hostileGraphs } from '../../../support/hostileGraphs';

describe('inference of hostile graphs', () => {
  it('never throws, allocates nothing by the sizes that a file states, and says only sane sizes', () => {
    for (const g of hostileGraphs(7, 40)) {
      for (const [name, { shape }] of inferTypes(g)) {
        for (const d of shape ?? []) {
          const sane = typeof d !== 'number' || (Number.isSafeInteger(d) && d >= 0);
          assert.ok(sane, `${g.nodes[0].opType}: ${name} is said to be [${shape}]`);
        }
      }
      verifyGraph(g);
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
