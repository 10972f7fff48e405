import assert from 'node:assert/strict';
import type { FixResult } from '../../../src/protocol/fix';
import { changedText, fixText } from '../../../src/reports/fixText';

const result: FixResult = {
  schemaVersion: 1,
  fix: 'fold',
  model: 'net.onnx',
  output: 'copy.onnx',
  weights: null,
  changed: ['bn1', 'bn2'],
  left: [],
  proof: { kind: 'results', difference: 7.8e-7, limit: 1e-5, batches: 2, samples: 2, compared: ['y'] },
  engine: { name: 'onnxruntime-node', version: '1.30.0', threads: 2 },
  notes: [],
};

describe('a fix as text', () => {
  it('says what was done and how it was proven', () => {
    assert.equal(
      fixText(result),
      'net.onnx: 2 batch norms folded\n' +
        "  its results differ from the model's by at most 7.80e-7 of their size (1.00e-5 is allowed), " +
        'on 2 batches of 2 random samples (onnxruntime-node 1.30.0)\n' +
        '  saved as copy.onnx\n',
    );
  });

  it('counts in words that fit', () => {
    assert.equal(changedText({ ...result, fix: 'drop-bias' }), '2 redundant biases dropped');
    assert.equal(changedText({ ...result, fix: 'momentum', changed: ['a'] }), '1 momentum converted');
  });

  it('says what was left alone and that nothing was saved, in printable characters', () => {
    const left = Array.from({ length: 7 }, (_, i) => ({ layer: `bn${i}\u001b[2J`, reason: 'its weight is shared' }));
    const proof = { ...result.proof, difference: 0.25, limit: null };
    const text = fixText({ ...result, fix: 'inference-mode', output: null, left, proof });
    assert.match(text, /results differ from the model's by up to 0.25 of their size/);
    assert.match(text, /and 2 more left as they are/);
    assert.match(text, /not saved: --yes saves/);
    assert.ok(!text.includes('\u001b'));
  });
});
