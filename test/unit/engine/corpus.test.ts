import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { nodeHost } from '../../../src/engine/nodeHost';
import { runProfile } from '../../../src/engine/runProfile';
import type { Figure, ProfileResult, ProfileSettings } from '../../../src/protocol/profile';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';
import { ProfileFold } from '../../../src/profile/profileResult';

const models = path.join(__dirname, '../../../../shared/models');

async function profile(file: string, settings: Partial<ProfileSettings>): Promise<ProfileResult> {
  const fold = new ProfileFold();
  const request = { model: { path: path.join(models, file) }, settings: { ...defaultProfileSettings, ...settings } };
  await runProfile(request, (event) => fold.add(event), new AbortController().signal, nodeHost);
  return fold.result()!;
}

function mean(values: readonly Figure[]): number {
  return values.reduce<number>((sum, v) => sum + Number(v), 0) / values.length;
}

interface Case {
  readonly file: string;
  readonly settings?: Partial<ProfileSettings>;
  readonly loss: 'cross-entropy' | 'mse';
  readonly norms: number;
  readonly targets: RegExp;
  /** Weights that no gradient can reach, as the network is. */
  readonly unreached?: number;
}

const cases: readonly Case[] = [
  { file: 'onnx/cifar_deep_kw.onnx', loss: 'cross-entropy', norms: 0, targets: /one of 10/ },
  { file: 'onnx/ImageClassifier.onnx', loss: 'cross-entropy', norms: 0, targets: /one of 10/ },
  { file: 'onnx/test_training_model.onnx', loss: 'cross-entropy', norms: 0, targets: /one of 10/ },
  { file: 'onnx/tanh_test.onnx', loss: 'mse', norms: 0, targets: /random teacher.*through a tanh/ },
  { file: 'onnx/self-attention-mnist-pgd-medium-sim.onnx', loss: 'cross-entropy', norms: 0, targets: /one of 10/ },
  { file: 'onnx/godot_3DCarParking.onnx', loss: 'cross-entropy', norms: 0, targets: /one of 2/ },
  { file: 'onnx/dummy_transformer.onnx', loss: 'mse', norms: 0, targets: /vector for each token/ },
  {
    file: 'onnx/bert_toy_optimized.onnx',
    loss: 'cross-entropy',
    norms: 0,
    targets: /the token that follows each token/,
  },
  { file: 'tfjs-layers/tinymaix-cifar10/model.json', loss: 'cross-entropy', norms: 3, targets: /one of 10/ },
  { file: 'tfjs-layers/tinymaix-mnist_arduino/model.json', loss: 'cross-entropy', norms: 3, targets: /one of 10/ },
  { file: 'tfjs-layers/cnn_explainer_tinyvgg/model.json', loss: 'cross-entropy', norms: 0, targets: /one of 10/ },
  { file: 'tfjs-layers/mlperf-ad01/model.json', loss: 'mse', norms: 9, targets: /own input/ },
  { file: 'tfjs-layers/abalone/model.json', loss: 'mse', norms: 0, targets: /random teacher/ },
  { file: 'tfjs-layers/kotlindl-toyresnet/model.json', loss: 'cross-entropy', norms: 0, targets: /one of 10/ },
  {
    file: 'tfjs-layers/oarriaga-fer2013_mini_xception/model.json',
    settings: { steps: 20, batch: 8 },
    loss: 'cross-entropy',
    norms: 14,
    targets: /one of 7/,
  },
  {
    file: 'onnx/light_resnet50.onnx',
    settings: { steps: 10, batch: 4, init: 'default' },
    loss: 'cross-entropy',
    norms: 53,
    targets: /4 of the 1000 outputs are used/,
  },
];

describe('profiles of models that others made', function () {
  this.timeout(240_000);
  before(function () {
    if (!fs.existsSync(models)) this.skip();
  });

  for (const { file, settings = {}, loss, norms, targets, unreached = 0 } of cases) {
    it(`${file} learns, every weight changes, running statistics move`, async () => {
      const result = await profile(file, settings);
      assert.equal(result.status, 'complete');
      assert.equal(result.settings.loss, loss);
      assert.equal(result.settings.trainingFormNorms, norms);
      assert.match(result.settings.data.targets, targets);
      assert.equal(result.settings.batch, settings.batch ?? defaultProfileSettings.batch);

      const ratio = mean(result.loss.slice(-5)) / mean(result.loss.slice(0, 5));
      assert.ok(ratio <= 0.7, `${ratio}: ${result.loss.join(' ')}`);

      const changes = new Map<string, number>();
      for (const w of result.layers.flatMap((l) => l.weights ?? [])) {
        changes.set(w.parameter, (changes.get(w.parameter) ?? 0) + Number(w.gradientNorm) * Number(w.updateRatio));
      }
      const still = [...changes].filter(([, change]) => !(change > 0)).map(([name]) => name);
      assert.equal(still.length, unreached, still.join());
      assert.equal(result.settings.notes.filter((n) => /no gradient/.test(n)).length, 0);

      const statistics = result.layers.filter((l) => l.statistics);
      assert.equal(statistics.length, norms);
      for (const { name, statistics: steps = [] } of statistics) {
        assert.notEqual(steps[0].runningMean.mean, steps.at(-1)!.runningMean.mean, name);
        assert.notEqual(steps[0].runningVariance.mean, steps.at(-1)!.runningVariance.mean, name);
      }
      const reached = result.layers.filter((l) => l.role === 'linear' && l.gradient.length > 0);
      assert.equal(reached.length, result.layers.filter((l) => l.role === 'linear').length);
      assert.ok(result.gradientDepthSlope === null || Number.isFinite(Number(result.gradientDepthSlope)));
    });
  }
});
