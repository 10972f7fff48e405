import assert from 'node:assert/strict';
import path from 'node:path';
import { EngineClient } from '../../../src/engine/engineClient';
import { forkTransport, type ForkTransport } from '../../../src/engine/forkTransport';
import { ModelError } from '../../../src/ir/errors';
import type { ProfileEvent, ProfileSettings } from '../../../src/protocol/profile';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';
import { convNet, deepNet, temporaryFolder, withWeights, writeModel } from './smallModels';

const child = path.join(__dirname, '../../../src/engine/child.ts');

/** The engine's process from source. */
const fromSource = () => forkTransport(child, { execArgv: ['--import', 'tsx'] });

const settings: ProfileSettings = { ...defaultProfileSettings, steps: 5 };
/** Long enough that nobody waits for its end. */
const endless: ProfileSettings = { ...settings, steps: 1_000_000 };

async function failure(promise: Promise<unknown>): Promise<ModelError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  assert.ok(error instanceof ModelError, `got ${String(error)}`);
  return error;
}

describe('the engine in a process of its own', function () {
  this.timeout(60000);
  const folder = temporaryFolder();
  const engines: ForkTransport[] = [];
  let client: EngineClient;
  let model: { path: string };

  before(async () => {
    model = { path: await writeModel(folder, 'conv.onnx', withWeights(convNet)) };
    client = new EngineClient(() => {
      engines.push(fromSource());
      return engines.at(-1)!;
    });
  });
  after(() => client.dispose());

  it('profiles, twice in the same process', async () => {
    for (let run = 0; run < 2; run++) {
      const events: ProfileEvent[] = [];
      const result = await client.profile(model, settings, (e) => events.push(e));
      assert.equal(result.status, 'complete', result.failure);
      assert.equal(result.loss.length, 5);
      assert.equal(events.filter((e) => e.type === 'step').length, 5);
    }
    assert.equal(engines.length, 1);
  });

  it('passes on what is wrong with a model, and goes on with the next', async () => {
    const path = folder.write('text.onnx', Buffer.from('this is no model'));
    const error = await failure(client.profile({ path }, settings, () => undefined));
    assert.equal(error.code, 'not-a-model');
    assert.equal(error.path, path);
    assert.equal((await client.profile(model, settings, () => undefined)).status, 'complete');
    assert.equal(engines.length, 1);
  });

  it('passes on figures that are not finite', async () => {
    const wild: ProfileSettings = { ...settings, lr: 1e30, optimizer: 'sgd', steps: 20 };
    const result = await client.profile(model, wild, () => undefined);
    assert.equal(result.status, 'failed');
    assert.match(result.failure!, /the training diverged/);
    assert.ok(result.loss.length >= 3);
  });

  it('is cancelled within 200 ms, keeping what was measured', async function () {
    this.retries(2); // another process may have the processor
    const abort = new AbortController();
    let begun = Infinity;
    const result = await client.profile(
      model,
      endless,
      (e) => {
        if (e.type !== 'step' || e.step !== 3) return;
        begun = performance.now();
        abort.abort();
      },
      abort.signal,
    );
    assert.ok(performance.now() - begun < 200);
    assert.equal(result.status, 'cancelled');
    assert.ok(result.loss.length >= 4);
  });

  describe('with a network that takes long to set up', () => {
    let deep: { path: string };

    before(async () => {
      deep = { path: await writeModel(folder, 'deep.onnx', withWeights(deepNet(250))) };
    });

    for (const phase of ['reading', 'differentiating', 'compiling', 'training'] as const) {
      it(`is cancelled within 200 ms while it is ${phase}`, async function () {
        this.retries(2);
        const abort = new AbortController();
        let begun = NaN;
        const run = client.profile(
          deep,
          endless,
          (e) => {
            if (e.type !== 'phase' || e.phase !== phase) return;
            // in the midst of it: each takes longer than this
            setTimeout(() => {
              begun = performance.now();
              abort.abort();
            }, 20);
          },
          abort.signal,
        );
        const end = await run.then(
          (result) => result.status,
          (error: ModelError) => error.code,
        );
        assert.ok(performance.now() - begun < 200, `${performance.now() - begun} ms`);
        assert.equal(end, 'cancelled');
      });
    }

    it('that is killed while it compiles is an error that says when, and the next run starts another', async () => {
      const error = await failure(
        client.profile(deep, endless, (e) => {
          if (e.type === 'phase' && e.phase === 'compiling') process.kill(engines.at(-1)!.pid!, 'SIGKILL');
        }),
      );
      assert.equal(error.path, deep.path);
      assert.match(error.message, /before the first step the engine's process ended by signal SIGKILL/);
      assert.equal((await client.profile(model, settings, () => undefined)).status, 'complete');
    });
  });

  it('runs profiles that are asked for together one after the other, with the same figures for the same seed', async () => {
    const order: string[] = [];
    const abort = new AbortController();
    const runs = ['first', 'second', 'unwanted', 'third'].map((name) =>
      client.profile(
        model,
        { ...settings, seed: name === 'third' ? 2 : 1 },
        (e) => e.type === 'step' && order.push(name),
        name === 'unwanted' ? abort.signal : undefined,
      ),
    );
    const unwanted = failure(runs.splice(2, 1)[0]);
    abort.abort();
    const [first, second, third] = await Promise.all(runs);
    assert.equal((await unwanted).code, 'cancelled');
    assert.deepEqual(
      order,
      ['first', 'second', 'third'].flatMap((name) => Array.from({ length: 5 }, () => name)),
    );
    assert.deepEqual([second.loss, second.layers], [first.loss, first.layers]);
    assert.notDeepEqual(third.loss, first.loss);
  });

  it('refuses a batch that would fill the memory with one that would not, and goes on', async () => {
    const before = engines.length;
    const error = await failure(client.profile(model, { ...settings, batch: 2 ** 30 }, () => undefined));
    assert.equal(error.code, 'too-large');
    assert.match(
      error.message,
      /batch 1073741824 needs about \d+\.\d GB, \d+\.\d GB are free: choose a batch of at most \d+/,
    );
    assert.equal((await client.profile(model, settings, () => undefined)).status, 'complete');
    assert.equal(engines.length, Math.max(before, 1));
  });

  it('that is killed leaves a failed profile with what was measured, and the next run starts another', async () => {
    const before = engines.length;
    const result = await client.profile(model, endless, (e) => {
      if (e.type === 'step' && e.step === 2) process.kill(engines.at(-1)!.pid!, 'SIGKILL');
    });
    assert.equal(result.status, 'failed');
    assert.match(result.failure!, /at step \d+ the engine's process ended by signal SIGKILL/);
    assert.ok(result.loss.length >= 3);
    assert.equal((await client.profile(model, settings, () => undefined)).status, 'complete');
    assert.equal(engines.length, before + 1);
  });

  it('that cannot be started is an error that says why', async () => {
    const broken = new EngineClient(() => forkTransport(path.join(__dirname, 'no-such-engine.js')));
    const error = await failure(broken.profile(model, settings, () => undefined));
    assert.equal(error.code, 'engine');
    assert.match(error.message, /before the first step the engine's process ended with status 1/);
    broken.dispose();
  });

  it('outlives Ctrl+C in the terminal of its host, which says how it ends', async () => {
    const before = engines.length;
    const abort = new AbortController();
    const result = await client.profile(
      model,
      endless,
      (e) => {
        if (e.type === 'step' && e.step === 2) process.kill(engines.at(-1)!.pid!, 'SIGINT');
        if (e.type === 'step' && e.step === 5) abort.abort();
      },
      abort.signal,
    );
    assert.equal(result.status, 'cancelled', result.failure);
    assert.ok(result.loss.length >= 6);
    assert.ok(engines.length <= before + 1);
  });

  it('ends when its host lets go of it', async () => {
    const transport = fromSource();
    const gone = new Promise<string>((resolve) => transport.onExit(resolve));
    await new Promise<void>((resolve) => transport.onMessage((m) => m.type === 'ready' && resolve()));
    transport.kill();
    assert.match(await gone, /SIGKILL/);
    // sending to it is no error
    transport.send({ type: 'cancel', id: 1 });
  });
});
