import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as ort from 'onnxruntime-node';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { sampleGraph } from '../../../src/tools/sampleGraph';
import { noise } from '../../support/runGraph';

const file = path.resolve(__dirname, '../../../media/samples/sample.onnx');

describe('the ONNX sample model', () => {
  it('is what its script makes, byte for byte, and small', async () => {
    const bytes = await readFile(file);
    assert.ok(bytes.equals(await encodeOnnx(sampleGraph(), { producer: 'normscope' })));
    assert.ok(bytes.length < 400_000, `${bytes.length} bytes`);
  });

  it('has the issues that the rules look for, and no problems', async () => {
    const facts = await analyzeModel(await openModelFile(file), file);
    assert.deepEqual(facts.problems, []);
    assert.deepEqual(facts.summary.norm, { batch: 6 });
    const found = facts.findings.map((f) => [f.ruleId, f.layer ?? f.layers!.join()]).sort();
    const layer = (node: string) => facts.layers.find((l) => l.nodes.includes(node))!.id;
    assert.deepEqual(found, [
      ['bias-before-norm', layer('wide.conv')],
      ['foldable-batch-norm', 'stem.norm,wide.norm,residual.norm1,residual.norm2,residual.shortcut_norm'],
      ['norm-after-activation', layer('late.norm')],
      ['untrained-statistics', layer('late.norm')],
    ]);
  });

  it('runs with any batch', async () => {
    const session = await ort.InferenceSession.create(file);
    for (const batch of [1, 5]) {
      const x = new ort.Tensor('float32', noise(batch * 3 * 32 * 32), [batch, 3, 32, 32]);
      const { 'logits.out': logits } = await session.run({ x });
      assert.deepEqual(logits.dims, [batch, 10]);
      assert.ok((logits.data as Float32Array).every(Number.isFinite));
    }
    await session.release();
  });
});
