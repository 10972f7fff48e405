import assert from 'node:assert/strict';
import { compareModel } from '../../../src/engine/compareModel';
import { EngineClient } from '../../../src/engine/engineClient';
import { searchRate } from '../../../src/engine/rateSearch';
import type { Runtime, RuntimeSession } from '../../../src/engine/runtime';
import { SessionCache } from '../../../src/engine/sessionCache';
import type { Transport } from '../../../src/engine/transport';
import { ModelError } from '../../../src/ir/errors';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';
import type { CompareEvent, CompareSettings } from '../../../src/protocol/compare';
import type { EngineMessage } from '../../../src/protocol/engine';

describe('searchRate', () => {
  /** Stable up to a limit. */
  const upTo = (limit: number) => {
    let runs = 0;
    return { isStable: (lr: number) => Promise.resolve((runs++, lr <= limit)), runs: () => runs };
  };

  it('finds the largest stable rate to a factor of two', async () => {
    for (const limit of [0.0001, 0.0007, 0.003, 0.0059, 0.006, 0.02, 0.3, 2]) {
      const { isStable, runs } = upTo(limit);
      const { largest } = await searchRate(1, 0.003, isStable);
      assert.ok(largest !== null && largest <= limit && 2 * largest > limit, `${limit}: ${largest}`);
      assert.ok(runs() <= 8);
    }
  });

  it('ends where everything is stable, or nothing is', async () => {
    const all = upTo(Infinity);
    const { largest, tried } = await searchRate(1, 1, all.isStable);
    assert.equal(largest, 2 * 4 ** 6);
    assert.equal(tried.length, 8);
    assert.equal((await searchRate(1, 1, upTo(0).isStable)).largest, null);
  });

  it('runs nothing twice', async () => {
    const { isStable, runs } = upTo(1);
    const { tried } = await searchRate(1, 1, isStable, [{ lr: 1, stable: true }]);
    assert.deepEqual(
      tried.map((t) => t.lr),
      [1, 4, 2],
    );
    assert.equal(runs(), 2);
  });
});

describe('SessionCache', () => {
  it('gives out one session for one model, and releases it for the next', async () => {
    const log: string[] = [];
    const runtime: Runtime = {
      facts: { name: 'onnxruntime-node', version: '1', threads: 1 },
      addressableBytes: Infinity,
      createSession(bytes) {
        log.push(`create ${bytes.join()}`);
        const session: RuntimeSession = {
          run: () => Promise.resolve(new Map()),
          release: () => Promise.resolve(void log.push(`release ${bytes.join()}`)),
        };
        return Promise.resolve(session);
      },
    };
    const cache = new SessionCache(runtime);
    const [a, b] = [Uint8Array.of(1, 2), Uint8Array.of(1, 3)];
    await (await cache.createSession(a)).release();
    await (await cache.createSession(a.slice())).release();
    await cache.createSession(a, { optimization: 'basic' });
    await cache.createSession(b);
    await cache.dispose();
    assert.deepEqual(log, ['create 1,2', 'release 1,2', 'create 1,2', 'release 1,2', 'create 1,3', 'release 1,3']);
  });
});

describe('compareModel', () => {
  const settings: CompareSettings = {
    ...defaultProfileSettings,
    ...{ variants: ['as-is', 'none'], seeds: 1, learningRates: false },
  };
  const events: CompareEvent[] = [
    {
      type: 'started',
      model: { path: 'm.onnx', graphHash: '' },
      engine: { name: 'onnxruntime-node', version: '1', threads: 1 },
      settings: { ...settings, loss: 'mse', weights: '', data: { kind: 'synthetic', inputs: '', targets: '' } },
    },
    { type: 'variant', variant: { id: 'as-is', title: '', change: '', notes: [] } },
    { type: 'variantDone', variant: 'as-is' },
    { type: 'variant', variant: { id: 'none', title: '', change: '', notes: [] } },
  ];

  /** An engine that says these events and then dies. */
  function dying(said: readonly CompareEvent[]): EngineClient {
    return new EngineClient(() => {
      let [message, exit]: [(m: EngineMessage) => void, (reason: string) => void] = [() => undefined, () => undefined];
      const transport: Transport = {
        send: (request) => {
          if (request.type !== 'start') return;
          const { id } = request;
          setImmediate(() => {
            for (const event of said) message({ type: 'event', id, event });
            exit('ended by signal SIGKILL');
          });
        },
        onMessage: (listener) => void (message = listener),
        onExit: (listener) => void (exit = listener),
        kill: () => undefined,
      };
      return transport;
    });
  }

  it('keeps what was measured when the engine dies', async () => {
    const result = await compareModel(dying(events), { path: 'm.onnx' }, settings, () => undefined);
    assert.equal(result.status, 'failed');
    assert.match(result.failure!, /ended by signal SIGKILL/);
    assert.deepEqual(
      result.variants.map((v) => v.status),
      ['complete', 'partial'],
    );
  });

  it('fails when nothing was measured', async () => {
    await assert.rejects(
      compareModel(dying([]), { path: 'm.onnx' }, settings, () => undefined),
      (e: unknown) => e instanceof ModelError && e.code === 'engine',
    );
  });
});
