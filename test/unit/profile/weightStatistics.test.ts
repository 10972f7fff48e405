import assert from 'node:assert/strict';
import { nodeHost } from '../../../src/engine/nodeHost';
import { runProfile } from '../../../src/engine/runProfile';
import { elementCount } from '../../../src/ir/tensor';
import { readFloats } from '../../../src/ir/tensorValues';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';
import { foldProfile } from '../../../src/profile/profileResult';
import type { ProfileEvent, ProfileResult } from '../../../src/protocol/profile';
import { convNet, temporaryFolder, withWeights, writeModel } from '../engine/smallModels';

const LR = 0.01;

describe('figures of weights and running statistics', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const graph = withWeights(convNet);
  let result: ProfileResult;
  before(async () => {
    const path = await writeModel(folder, 'conv.onnx', graph);
    const list: ProfileEvent[] = [];
    await runProfile(
      { model: { path }, settings: { ...defaultProfileSettings, steps: 3, optimizer: 'sgd', lr: LR } },
      (e) => list.push(e),
      new AbortController().signal,
      nodeHost,
    );
    result = foldProfile(list)!;
  });

  it('are those of the update of gradient descent, w - lr g', () => {
    const weights = result.layers.flatMap((l) => l.weights ?? []);
    assert.equal(weights.length, 3 * 8);
    for (const w of weights) {
      const root = Math.sqrt(elementCount(graph.initializers.get(w.parameter)!.dims));
      const [rms, gradientNorm] = [Number(w.rms), Number(w.gradientNorm)];
      // a small change of a weight about 1 is rounded to float32
      const near = (value: number | string, expected: number) =>
        assert.ok(Math.abs(Number(value) - expected) <= 2e-3 * expected, `${w.parameter} ${value} ${expected}`);
      near(w.gradientRms, gradientNorm / root);
      near(w.updateRatio, (LR * gradientNorm) / (rms * root));
    }
  });

  it('begin with the weights of the file', async () => {
    const first = result.layers.flatMap((l) => l.weights ?? []).filter((w) => w.step === 0);
    for (const { parameter, rms } of first) {
      const values = await readFloats(graph.initializers.get(parameter)!);
      const expected = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
      assert.ok(Math.abs(Number(rms) - expected) < 1e-6 * expected, parameter);
    }
  });

  it('say what is left of the running statistics of the file: momentum^(step + 1)', () => {
    const left = result.layers.flatMap((l) => (l.statistics ? [l.statistics.map((r) => r.initialWeight)] : []));
    const powers = (momentum: number) => [1, 2, 3].map((n) => Number((momentum ** n).toFixed(6)));
    assert.deepEqual(
      left.map((list) => list.map((v) => Number(v!.toFixed(6)))),
      [powers(0.8), powers(0.9)],
    );
  });
});
