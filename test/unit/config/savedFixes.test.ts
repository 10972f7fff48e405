import assert from 'node:assert/strict';
import * as path from 'node:path';
import { savedFixes, savedFixesOf } from '../../../src/config/savedFixes';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { fixFormats } from '../../../src/protocol/fix';
import type { ModelFacts } from '../../../src/protocol/facts';
import { analyzeModel } from '../../../src/rules/analyzeModel';

const samples = path.join(__dirname, '../../../media/samples');

describe('fixes that a copy can be saved with', () => {
  let layers: ModelFacts;
  let onnx: ModelFacts;
  before(async () => {
    const factsOf = async (file: string) => analyzeModel(await openModelFile(path.join(samples, file)), file);
    [layers, onnx] = [await factsOf('tfjs/model.json'), await factsOf('sample.onnx')];
  });
  const ids = (offers: readonly { id: string }[]) => offers.map(({ id }) => id).sort();
  const of = (facts: ModelFacts, id: string) =>
    savedFixesOf(
      facts,
      facts.layers.find((l) => l.id === id)!,
    ).map(({ title }) => title);

  it('are those of the findings, and in layers models what no rule asks for', () => {
    assert.deepEqual(ids(savedFixes(layers)), ['drop-bias', 'fold', 'norm-after-activation', 'norm-before-activation']);
    assert.deepEqual(ids(savedFixes(onnx)), ids(onnx.findings.flatMap((f) => f.fix ?? [])));
    for (const { id } of savedFixes(layers)) assert.ok(fixFormats[id].includes('tfjs-layers'), id);
    for (const { id } of savedFixes(onnx)) assert.ok(fixFormats[id].includes('onnx'), id);
  });

  it('of one layer name it', () => {
    assert.deepEqual(of(layers, 'norm_1'), [
      'norm_1 folded into the layer beside it',
      'norm_1 moved after its activation',
    ]);
    assert.deepEqual(of(layers, 'norm_4'), ['norm_4 moved before its activation']);
    assert.deepEqual(of(layers, 'conv_3'), ['the redundant bias at conv_3 dropped']);
  });

  it('are none without weights', () => {
    const empty: ModelFacts = { ...layers, weights: 'missing', findings: [] };
    assert.deepEqual(savedFixes(empty), []);
  });
});
