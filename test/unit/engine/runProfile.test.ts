import assert from 'node:assert/strict';
import { nodeHost } from '../../../src/engine/nodeHost';
import { runProfile, type EngineHost } from '../../../src/engine/runProfile';
import { ModelError } from '../../../src/ir/errors';
import { missingTensor } from '../../../src/ir/tensor';
import type { ProfileEvent, ProfileResult, ProfileSettings } from '../../../src/protocol/profile';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';
import { foldProfile } from '../../../src/profile/profileResult';
import { convNet, temporaryFolder, withWeights, writeModel } from './smallModels';

const mean = (values: readonly (number | string)[]) =>
  values.reduce<number>((a, b) => a + Number(b), 0) / values.length;

async function events(
  path: string,
  settings: Partial<ProfileSettings> = {},
  host: EngineHost = nodeHost,
  signal = new AbortController().signal,
): Promise<{ events: ProfileEvent[]; error?: ModelError }> {
  const list: ProfileEvent[] = [];
  try {
    await runProfile(
      { model: { path }, settings: { ...defaultProfileSettings, ...settings } },
      (e) => list.push(e),
      signal,
      host,
    );
    return { events: list };
  } catch (error) {
    assert.ok(error instanceof ModelError, String((error as Error).stack));
    return { events: list, error };
  }
}

async function profile(path: string, settings?: Partial<ProfileSettings>): Promise<ProfileResult> {
  const run = await events(path, settings);
  if (run.error) throw run.error;
  return foldProfile(run.events)!;
}

/** Everything that a run measured, without times. */
function figures({ loss, layers }: ProfileResult): unknown {
  return { loss, layers };
}

describe('runProfile', function () {
  this.timeout(60000);
  const folder = temporaryFolder();
  let convNetFile: string;
  before(async () => {
    convNetFile = await writeModel(folder, 'conv.onnx', withWeights(convNet));
  });

  it('trains a convolutional network with batch norms and says what it did', async () => {
    const { events: list } = await events(convNetFile, { steps: 30 });
    const kinds = list.map((e) => (e.type === 'phase' ? e.phase : e.type));
    const head = ['reading', 'differentiating', 'compiling', 'training', 'started', 'step'];
    assert.deepEqual(kinds.slice(0, head.length), head);
    assert.equal(kinds.at(-1), 'finished');
    const result = foldProfile(list)!;
    assert.equal(result.status, 'complete');
    assert.equal(result.loss.length, 30);
    assert.ok(mean(result.loss.slice(-5)) <= 0.7 * mean(result.loss.slice(0, 5)), result.loss.join(' '));
    const { settings } = result;
    assert.deepEqual([settings.loss, settings.batch, settings.trainingFormNorms], ['cross-entropy', 16, 2]);
    assert.equal(settings.weights, 'kept from the file');
    assert.deepEqual(settings.notes, []);
    assert.match(settings.data.inputs, /drawn pictures \(3x8x8\) of 4 classes/);
    assert.equal(result.engine.name, 'onnxruntime-node');
  });

  it('measures every layer at every step, with quantiles and histograms on sampled steps', async () => {
    const { layers } = await profile(convNetFile, { steps: 7 });
    assert.deepEqual(
      layers.map((l) => [l.kind, l.role, l.depth, l.activation.length, l.gradient.length]),
      [
        ['Conv', 'linear', 1, 7, 7],
        ['BatchNormalization', 'norm', 1, 7, 7],
        ['Relu', 'activation', 1, 7, 7],
        ['Conv', 'linear', 2, 7, 7],
        ['BatchNormalization', 'norm', 2, 7, 7],
        ['Tanh', 'activation', 2, 7, 7],
        ['GlobalAveragePool', 'pool', 2, 7, 7],
        ['Gemm', 'linear', 3, 7, 7],
        // behind the logits, where the loss is taken
        ['Softmax', 'activation', 3, 7, 0],
      ],
    );
    const [conv, norm, relu] = layers;
    assert.deepEqual(
      conv.activation.flatMap((s) => (s.histogram ? [s.step] : [])),
      [0, 1, 2, 5, 6],
    );
    for (const { activation, gradient } of layers) {
      for (const series of [activation, gradient]) {
        const edges = series.find((s) => s.histogram)?.histogram?.edges;
        for (const s of series) {
          assert.ok(Number(s.min) <= Number(s.mean) && Number(s.mean) <= Number(s.max));
          assert.ok(
            Math.abs(Number(s.rms) ** 2 - Number(s.mean) ** 2 - Number(s.std) ** 2) < 1e-6 * Number(s.rms) ** 2 + 1e-12,
          );
          if (s.histogram) assert.deepEqual(s.histogram.edges, edges);
        }
      }
    }
    // after a norm with scale s and shift t the deviation is about s; a ReLU sets the negative part to zero
    assert.ok(
      relu.activation.every((s) => Number(s.min) === 0 && Number(s.zeroFraction) > 0.1 && Number(s.zeroFraction) < 0.9),
    );
    assert.ok(norm.activation.every((s) => Number(s.zeroFraction) < 0.01));
    assert.ok(layers[5].activation.every((s) => Number(s.saturatedFraction) >= 0 && Number(s.saturatedFraction) < 0.6));
    assert.ok(relu.activation.every((s) => s.saturatedFraction === undefined));
  });

  it('reports weights by layer and moves every one of them', async () => {
    const { layers } = await profile(convNetFile, { steps: 3 });
    const names = layers.map((l) => [...new Set(l.weights?.map((w) => w.parameter))].join());
    assert.deepEqual(names, ['w1', 's1,t1', '', 'w2', 's2,t2', '', '', 'w3,b3', '']);
    for (const { weights = [] } of layers) {
      for (const w of weights) {
        assert.ok(Number(w.updateRatio) > 0 && Number(w.gradientRms) > 0, w.parameter);
        assert.ok(Number(w.gradientNorm) >= Number(w.gradientRms));
      }
    }
  });

  it('moves the running statistics by the momentum of the file, weight of the old value', async () => {
    const { layers } = await profile(convNetFile, { steps: 2 });
    const graph = withWeights(convNet);
    const average = async (name: string) => {
      const bytes = (await graph.initializers.get(name)!.read()).slice();
      return mean([...new Float32Array(bytes.buffer)]);
    };
    for (const [layer, momentum, n] of [
      [1, 0.8, 1],
      [4, 0.9, 2],
    ] as const) {
      let [runningMean, runningVariance] = [await average(`m${n}`), await average(`v${n}`)];
      for (const s of layers[layer].statistics!) {
        runningMean = momentum * runningMean + (1 - momentum) * Number(s.batchMean.mean);
        runningVariance = momentum * runningVariance + (1 - momentum) * Number(s.batchVariance.mean);
        assert.ok(Math.abs(runningMean - Number(s.runningMean.mean)) < 1e-5);
        assert.ok(Math.abs(runningVariance - Number(s.runningVariance.mean)) < 1e-5);
      }
      // statistics of the batch are those of the norm's input: its mean is the mean over channels
      const [first] = layers[layer].statistics!;
      assert.ok(Math.abs(Number(first.batchMean.mean) - Number(layers[layer - 1].activation[0].mean)) < 1e-4);
    }
  });

  it('gives the same figures for the same seed, others for another', async () => {
    const run = async (seed: number) => figures(await profile(convNetFile, { steps: 6, seed, init: 'default' }));
    const first = await run(3);
    assert.deepEqual(await run(3), first);
    assert.notDeepEqual(await run(4), first);
  });

  it('gives the same figures on WebAssembly, within float32', async () => {
    const native = await profile(convNetFile, { steps: 5 });
    const wasm = await profile(convNetFile, { steps: 5, engine: 'wasm' });
    assert.equal(wasm.engine.name, 'onnxruntime-web');
    native.loss.forEach((l, i) => assert.ok(Math.abs(Number(l) / Number(wasm.loss[i]) - 1) < 1e-3));
    native.layers.forEach((layer, i) => {
      const [a, b] = [layer.gradient[0], wasm.layers[i].gradient[0]];
      if (a) assert.ok(Math.abs(Number(a.rms) / Number(b.rms) - 1) < 1e-3, layer.name);
    });
  });

  for (const optimizer of ['sgd', 'momentum', 'adam'] as const) {
    it(`learns with ${optimizer}`, async () => {
      const lr = { sgd: 0.3, momentum: 0.05, adam: 0.01 }[optimizer];
      const { loss } = await profile(convNetFile, { optimizer, lr, steps: 30, init: 'default' });
      assert.ok(mean(loss.slice(-5)) <= 0.7 * mean(loss.slice(0, 5)), loss.join(' '));
    });
  }

  it('initialises weights that the file declares without data, and says so', async () => {
    const model = await nodeHost.openModel(convNetFile);
    const holed = withWeights(convNet);
    holed.initializers.set('w3', missingTensor('w3', 'float32', [4, 8]));
    const host = { ...nodeHost, openModel: () => Promise.resolve({ ...model, graph: holed.freeze() }) };
    const result = foldProfile((await events('holed.onnx', { steps: 20 }, host)).events)!;
    assert.match(result.settings.weights, /partly re-initialised \(1 of 8 have no data/);
    assert.ok(mean(result.loss.slice(-5)) < mean(result.loss.slice(0, 5)));
    assert.equal((await profile(convNetFile, { steps: 1, init: 'default' })).settings.weights, 're-initialised');
  });

  it('ends a run that diverges with the step, the layer and the figures so far', async () => {
    const { events: list, error } = await events(convNetFile, { lr: 1e30, optimizer: 'sgd', steps: 30 });
    assert.equal(error?.code, 'engine');
    assert.match(
      error.message,
      /diverged: the loss is (NaN|Infinity|-Infinity) from step \d+ on \(learning rate 1e\+30\)/,
    );
    const result = foldProfile(list, { status: 'failed' })!;
    assert.ok(result.loss.length < 10 && typeof result.loss.at(-1) === 'string');
    assert.equal(JSON.parse(JSON.stringify(result)).loss.at(-1), result.loss.at(-1));
  });

  it('stops between steps when it is cancelled', async () => {
    const abort = new AbortController();
    let steps = 0;
    const list: ProfileEvent[] = [];
    const settings = { ...defaultProfileSettings, steps: 1000 };
    const run = runProfile(
      { model: { path: convNetFile }, settings },
      (event) => {
        list.push(event);
        if (event.type === 'step' && ++steps === 3) abort.abort();
      },
      abort.signal,
      nodeHost,
    );
    await assert.rejects(run, (e) => e instanceof ModelError && e.code === 'cancelled');
    assert.equal(foldProfile(list)!.loss.length, 3);
  });

  it('refuses a step that would not fit into memory, with a batch that would', async () => {
    const { error } = await events(
      convNetFile,
      { batch: 64 },
      { ...nodeHost, availableBytes: () => 2 ** 26 + 2 ** 20 },
    );
    assert.equal(error?.code, 'too-large');
    const fitting = Number(/a batch of at most (\d+)/.exec(error.message)?.[1]);
    assert.ok(fitting >= 1 && fitting < 64, error.message);
    const again = await events(
      convNetFile,
      { batch: fitting, steps: 1 },
      { ...nodeHost, availableBytes: () => 2 ** 26 + 2 ** 20 },
    );
    assert.equal(again.error, undefined);
  });

  it('says at a learning rate of a million what happened, and keeps what was measured', async () => {
    for (const optimizer of ['sgd', 'momentum', 'adam'] as const) {
      const { events: list, error } = await events(convNetFile, { optimizer, lr: 1e6, steps: 5 });
      const result = foldProfile(list, { status: error ? 'failed' : 'complete', failure: error?.message })!;
      assert.ok(result.loss.length >= 1 && result.layers[0].activation.length === result.loss.length);
      if (error !== undefined) assert.match(error.message, /diverged.*learning rate 1000000.*smaller learning rate/s);
      else
        assert.ok(
          result.findings.some((f) => f.ruleId === 'update-ratio'),
          `${optimizer}: ${result.loss.join(' ')}`,
        );
    }
  });

  it('works with a batch of one', async () => {
    const { loss, settings } = await profile(convNetFile, { batch: 1, steps: 4 });
    assert.equal(settings.batch, 1);
    assert.ok(loss.every((l) => typeof l === 'number'));
  });

  it('changes a file with a fixed batch to the one asked for', async () => {
    const fixed = withWeights(convNet.replaceAll('[N,', '[1,'));
    const { settings } = await profile(await writeModel(folder, 'fixed.onnx', fixed), { steps: 2 });
    assert.equal(settings.batch, 16);
  });

  for (const engine of ['native', 'wasm'] as const)
    it(`trains layers whose names no text of a runtime can hold (${engine})`, async () => {
      const names = ['half \ud800 of a pair', '__proto__', 'constructor', 'half \udc00 of a pair'];
      const layer = (class_name: string, config: object) => ({ class_name, config });
      const layers = names.flatMap((name, i) => [
        layer('Dense', { name, units: 4, ...(i === 0 && { batch_input_shape: [null, 6] }) }),
        layer('BatchNormalization', { name: `${name} norm` }),
      ]);
      const text = JSON.stringify({ modelTopology: { class_name: 'Sequential', config: { name: 'odd', layers } } });
      const path = folder.write('model.json', new TextEncoder().encode(text));
      const { layers: measured } = await profile(path, { engine, steps: 2, init: 'default' });
      const found = new Set(measured.map(({ id }) => id));
      for (const name of names) assert.ok(found.has(name), [...found].join());
    });

  it('says why a model cannot be trained', async () => {
    const relu = withWeights(
      '<ir_version: 8, opset_import: ["" : 18]> g (float[N,4] x) => (float[N,4] y) { y = Relu(x) }',
    );
    const { error } = await events(await writeModel(folder, 'relu.onnx', relu));
    assert.equal(error?.code, 'unsupported');
    assert.match(error.message, /cannot be trained: it holds no weights/);
    const wrong = withWeights(convNet.replace('float[8,6,3,3] w2', 'float[8,5,3,3] w2'));
    const broken = await events(await writeModel(folder, 'wrong.onnx', wrong));
    assert.match(broken.error!.describe(), /node c2/);
    const missing = await events('no/such/file.onnx');
    assert.equal(missing.error?.code, 'not-found');
  });
});
