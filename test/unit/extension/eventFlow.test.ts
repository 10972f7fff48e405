import assert from 'node:assert/strict';
import { EventFlow } from '../../../src/extension/eventFlow';

describe('flow of events', () => {
  const sent: (readonly number[])[] = [];
  const flow = new EventFlow<number>((events) => sent.push(events));
  beforeEach(() => {
    sent.length = 0;
    flow.clear();
  });

  it('hands on the first at once, and what came meanwhile as one bundle', () => {
    for (let i = 0; i < 1000; i++) flow.add(i);
    assert.deepEqual(sent, [[0]]);
    flow.done();
    assert.equal(sent.length, 2);
    assert.deepEqual([sent[1][0], sent[1].length], [1, 999]);
    flow.done();
    flow.add(1000);
    assert.deepEqual(sent[2], [1000]);
  });

  it('forgets what waits when a run ends, and hands on that of the next', () => {
    flow.add(1);
    flow.add(2);
    flow.clear();
    flow.add(3);
    assert.deepEqual(sent, [[1], [3]]);
  });
});
