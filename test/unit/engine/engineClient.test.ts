import assert from 'node:assert/strict';
import { CANCEL_PATIENCE_MS, EngineClient } from '../../../src/engine/engineClient';
import type { Transport } from '../../../src/engine/transport';
import { ModelError } from '../../../src/ir/errors';
import type { EngineMessage, EngineRequest } from '../../../src/protocol/engine';
import type { ProfileEvent } from '../../../src/protocol/profile';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';

/** An engine that does what the test says. */
class FakeEngine implements Transport {
  readonly requests: EngineRequest[] = [];
  killed = false;
  private message: (message: EngineMessage) => void = () => undefined;
  private exit: (reason: string) => void = () => undefined;

  send(request: EngineRequest): void {
    this.requests.push(request);
  }
  onMessage(listener: (message: EngineMessage) => void): void {
    this.message = listener;
  }
  onExit(listener: (reason: string) => void): void {
    this.exit = listener;
  }
  kill(): void {
    this.killed = true;
    setImmediate(() => this.exit('ended by signal SIGKILL'));
  }

  says(message: EngineMessage): void {
    this.message(message);
  }
  dies(reason: string): void {
    this.exit(reason);
  }
  /** The job that it was last asked for. */
  get id(): number {
    return this.requests.filter((r) => r.type === 'start').at(-1)!.id;
  }
  event(event: ProfileEvent, id = this.id): void {
    this.says({ type: 'event', id, event });
  }
  started(): void {
    this.event({
      type: 'started',
      model: { path: 'net.onnx', graphHash: 'ab' },
      engine: { name: 'onnxruntime-node', version: '1', threads: 1 },
      settings: {
        ...defaultProfileSettings,
        norm: 'as-is',
        loss: 'mse',
        data: { kind: 'synthetic', inputs: '', targets: '' },
        weights: '',
        trainingFormNorms: 0,
        notes: [],
      },
      layers: [{ id: 'a', name: 'a', role: 'linear', kind: 'Conv', depth: 1 }],
      compileMs: 1,
    });
  }
  finished(): void {
    this.event({ type: 'finished' });
    this.says({ type: 'done', id: this.id, result: undefined });
  }
  step(step: number): void {
    this.event({ type: 'step', step, loss: 1, ms: 1, layers: [{}] });
  }
}

/** A client and the engines that it has started, newest last. */
function setUp(): { client: EngineClient; engines: FakeEngine[] } {
  const engines: FakeEngine[] = [];
  const client = new EngineClient(() => {
    engines.push(new FakeEngine());
    return engines.at(-1)!;
  });
  return { client, engines };
}

const model = { path: 'net.onnx' };
const settings = defaultProfileSettings;
const ignore = () => undefined;

async function rejection(promise: Promise<unknown>): Promise<ModelError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof ModelError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'the profile did not fail' });
}

describe('EngineClient', () => {
  it('starts the engine with the first profile and keeps it for the next', async () => {
    const { client, engines } = setUp();
    assert.equal(engines.length, 0);
    for (let run = 0; run < 2; run++) {
      const events: string[] = [];
      const result = client.profile(model, settings, (e) => events.push(e.type));
      const [engine] = engines;
      engine.says({ type: 'ready' });
      engine.started();
      engine.step(0);
      engine.finished();
      assert.equal((await result).status, 'complete');
      assert.deepEqual((await result).loss, [1]);
      assert.deepEqual(events, ['started', 'step', 'finished']);
    }
    assert.equal(engines.length, 1);
  });

  it('runs profiles one after the other', async () => {
    const { client, engines } = setUp();
    const first = client.profile(model, settings, ignore);
    const second = client.profile(model, settings, ignore);
    const [engine] = engines;
    assert.equal(engine.requests.length, 1);
    engine.started();
    engine.finished();
    await first;
    assert.equal(engine.requests.length, 2);
    engine.started();
    engine.finished();
    assert.equal((await second).status, 'complete');
  });

  it('passes a model that cannot be trained on as an error that names the file', async () => {
    const { client, engines } = setUp();
    const result = client.profile(model, settings, ignore);
    engines[0].says({ type: 'failed', id: engines[0].id, error: { code: 'unsupported', message: 'no weights' } });
    const error = await rejection(result);
    assert.equal(error.code, 'unsupported');
    assert.equal(error.describe(), 'net.onnx: no weights');
  });

  it('keeps what was measured when a run fails after its start', async () => {
    const { client, engines } = setUp();
    const result = client.profile(model, settings, ignore);
    engines[0].started();
    engines[0].step(0);
    engines[0].says({ type: 'failed', id: engines[0].id, error: { code: 'engine', message: 'diverged' } });
    const { status, failure, loss } = await result;
    assert.deepEqual([status, failure, loss], ['failed', 'diverged', [1]]);
  });

  it('reports a crash with the step it happened at, keeps the rest, and starts a new engine', async () => {
    const { client, engines } = setUp();
    const result = client.profile(model, settings, ignore);
    engines[0].started();
    engines[0].step(0);
    engines[0].step(1);
    engines[0].dies('ended by signal SIGSEGV');
    const { status, failure, loss } = await result;
    assert.equal(status, 'failed');
    assert.equal(failure, "at step 2 the engine's process ended by signal SIGSEGV");
    assert.equal(loss.length, 2);
    const next = client.profile(model, settings, ignore);
    assert.equal(engines.length, 2);
    engines[1].started();
    engines[1].finished();
    assert.equal((await next).status, 'complete');
  });

  it('reports an engine that dies before it has said anything', async () => {
    const { client, engines } = setUp();
    const result = client.profile(model, settings, ignore);
    engines[0].dies('could not be started: spawn ENOENT');
    const error = await rejection(result);
    assert.equal(error.code, 'engine');
    assert.match(error.message, /before the first step the engine's process could not be started: spawn ENOENT/);
  });

  it('cancels: asks first, and the engine that answers is kept', async () => {
    const { client, engines } = setUp();
    const abort = new AbortController();
    const result = client.profile(model, settings, ignore, abort.signal);
    const [engine] = engines;
    engine.started();
    engine.step(0);
    abort.abort();
    assert.deepEqual(engine.requests.at(-1), { type: 'cancel', id: engine.id });
    engine.says({ type: 'failed', id: engine.id, error: { code: 'cancelled', message: 'cancelled' } });
    const { status, loss } = await result;
    assert.deepEqual([status, loss], ['cancelled', [1]]);
    await new Promise((resolve) => setTimeout(resolve, CANCEL_PATIENCE_MS + 20));
    assert.ok(!engine.killed);
  });

  it('cancels within 200 ms an engine that does not answer, by killing it', async function () {
    this.retries(2); // another process may have the processor
    const { client, engines } = setUp();
    const abort = new AbortController();
    const result = client.profile(model, settings, ignore, abort.signal);
    engines[0].started();
    engines[0].step(0);
    const begun = performance.now();
    abort.abort();
    assert.equal((await result).status, 'cancelled');
    assert.ok(performance.now() - begun < 200);
    assert.ok(engines[0].killed);
  });

  it('cancels before the first step with an error, and a waiting profile without disturbing the running one', async () => {
    const { client, engines } = setUp();
    const aborts = [new AbortController(), new AbortController()];
    const first = client.profile(model, settings, ignore, aborts[0].signal);
    const second = client.profile(model, settings, ignore, aborts[1].signal);
    aborts[1].abort();
    assert.equal((await rejection(second)).code, 'cancelled');
    assert.equal(engines[0].requests.length, 1);
    aborts[0].abort();
    assert.equal((await rejection(first)).code, 'cancelled');
    const aborted = new AbortController();
    aborted.abort();
    assert.equal((await rejection(client.profile(model, settings, ignore, aborted.signal))).code, 'cancelled');
  });

  it('does not listen to a run that is over, nor to an engine that was killed', async () => {
    const { client, engines } = setUp();
    const seen: string[] = [];
    const abort = new AbortController();
    const first = client.profile(model, settings, (e) => seen.push(e.type), abort.signal);
    engines[0].started();
    abort.abort();
    await first;
    const second = client.profile(model, settings, ignore);
    engines[0].says({ type: 'done', id: engines[1].id, result: undefined });
    engines[1].says({ type: 'done', id: 1, result: undefined });
    engines[1].started();
    engines[1].finished();
    assert.equal((await second).status, 'complete');
    assert.deepEqual(seen, ['started']);
  });

  it('ends a run whose listener throws, with the error', async () => {
    const { client, engines } = setUp();
    const fault = new Error('the view is gone');
    const result = client.profile(model, settings, () => {
      throw fault;
    });
    engines[0].started();
    await assert.rejects(result, fault);
    assert.ok(engines[0].killed);
  });

  it('ends everything when it is disposed of', async () => {
    const { client, engines } = setUp();
    const running = client.profile(model, settings, ignore);
    const waiting = client.profile(model, settings, ignore);
    engines[0].started();
    client.dispose();
    assert.equal((await running).status, 'cancelled');
    assert.equal((await rejection(waiting)).code, 'cancelled');
    assert.ok(engines[0].killed);
    assert.equal((await rejection(client.profile(model, settings, ignore))).code, 'cancelled');
  });
});
