import assert from 'node:assert/strict';
import { Rested } from '../../../src/extension/rested';

describe('Rested', () => {
  let now = 0;
  let timers: { at: number; work: () => void }[] = [];
  let done: number[] = [];
  const clock = {
    now: () => now,
    after: (ms: number, work: () => void) => {
      const timer = { at: now + ms, work };
      timers.push(timer);
      return () => void (timers = timers.filter((t) => t !== timer));
    },
  };
  /** Lets time go by, in which timers ring. */
  const pass = (ms: number) => {
    for (const end = now + ms; now < end; now++) {
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { work } of due) work();
    }
  };
  /** Work of 20 ms, for one part in five of the time. */
  const rested = () => new Rested(() => void (done.push(now), (now += 20)), 4, clock);

  beforeEach(() => {
    [now, timers, done] = [0, [], []];
  });

  it('works at once after a rest, and once however often it was asked meanwhile', () => {
    const work = rested();
    work.runSoon();
    for (let i = 0; i < 10; i++) {
      pass(2);
      work.runSoon();
    }
    pass(1000);
    assert.deepEqual(done, [0, 100]);
    work.runSoon();
    assert.deepEqual(done, [0, 100, 1040]);
  });

  it('keeps to its part of the time under endless requests', () => {
    const work = rested();
    while (now < 2000) {
      work.runSoon();
      pass(1);
    }
    assert.equal(done.length, 20);
  });

  it('does not wait where it must not, and then does nothing twice', () => {
    const work = rested();
    work.run();
    work.runSoon();
    work.run();
    assert.deepEqual(done, [0, 20]);
    pass(1000);
    assert.deepEqual(done, [0, 20]);
  });

  it('forgets what was put off', () => {
    const work = rested();
    work.run();
    work.runSoon();
    work.cancel();
    pass(1000);
    assert.deepEqual(done, [0]);
  });
});
