import * as tfl from '@tensorflow/tfjs-layers';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { tfjsSample } from '../../../src/tools/tfjsSample';
import { assertAgrees } from '../../support/tfjsOracle';

const folder = path.resolve(__dirname, '../../../media/samples/tfjs');
const file = path.join(folder, 'model.json');

describe('the TensorFlow.js sample model', () => {
  it('is what its script makes, byte for byte, and small', async () => {
    const { text, weights, weightFile } = tfjsSample();
    const stored = await readFile(path.join(folder, weightFile));
    assert.equal(await readFile(file, 'utf8'), text);
    assert.ok(stored.equals(weights));
    assert.ok(text.length + stored.length < 200_000, `${text.length + stored.length} bytes`);
  });

  it('has the issues that the rules look for, and no problems', async () => {
    const facts = await analyzeModel(await openModelFile(file), file);
    assert.deepEqual(facts.problems, []);
    assert.deepEqual(facts.summary.norm, { batch: 4 });
    assert.equal(facts.weights, 'present');
    const found = facts.findings.map((f) => [f.ruleId, f.layer ?? f.layers!.join()]).sort();
    assert.deepEqual(found, [
      ['bias-before-norm', 'conv_3'],
      ['dropout-before-batch-norm', 'dropout'],
      ['norm-after-activation', 'norm_4'],
    ]);
  });

  it('is loaded by tfjs and computes the same there', async () => {
    const { text, weights } = tfjsSample();
    const { modelTopology, weightsManifest } = JSON.parse(text) as {
      modelTopology: object;
      weightsManifest: { weights: never[] }[];
    };
    const weightData = weights.slice().buffer;
    const weightSpecs = weightsManifest[0].weights;
    const model = await tfl.loadLayersModel({
      load: () => Promise.resolve({ modelTopology, weightSpecs, weightData }),
    });
    await assertAgrees(model, await openModelFile(file), { batch: 3 });
  });
});
