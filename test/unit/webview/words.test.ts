import assert from 'node:assert/strict';
import type { NormFacts } from '../../../src/protocol/facts';
import { modelOf, recordedSettings, recordedState } from '../../support/recordedProfiles';
import { axesInWords, axesSentence, listed, momentumSentence, requestLine, settingsLine } from '../../../webview/words';

const batch = modelOf(recordedState(10)).layers.find((layer) => layer.norm)!.norm!;
const norm = (changes: Partial<NormFacts>): NormFacts => ({ ...batch, ...changes });

describe('words', () => {
  it('name the axes that share statistics', () => {
    assert.equal(axesInWords(batch), 'batch, height, width');
    const group = norm({ type: 'group', groups: 8, axesMeaning: ['C', 'H', 'W'] });
    assert.equal(axesInWords(group), 'channels of a group, height, width');
    assert.equal(axesInWords(norm({ axesMeaning: null, axes: [1, 2] })), 'axes 1, 2');
    assert.equal(axesInWords(norm({ axesMeaning: null, axes: null })), 'unknown axes');
  });

  it('say in a sentence what has one mean and variance', () => {
    assert.equal(
      axesSentence(batch),
      'One mean and variance for each of 32 channels, taken over batch, height and width (N H W).',
    );
    assert.equal(
      axesSentence(norm({ type: 'rms', axesMeaning: ['F'] })),
      'One root mean square for each position, taken over features (F).',
    );
    assert.equal(
      axesSentence(norm({ type: 'group', groups: 8, axesMeaning: ['C', 'H', 'W'] })),
      'One mean and variance for each example and each of 8 groups, taken over channels of a group, height and width (C H W).',
    );
  });

  it('give momentum in both conventions', () => {
    assert.equal(momentumSentence(batch), '0.9 (weight of the old value)');
    assert.equal(
      momentumSentence(norm({ momentumOriginal: 0.1 })),
      '0.9 (weight of the old value; the file states 0.1)',
    );
    assert.equal(momentumSentence(norm({ momentum: null })), 'keeps no running statistics');
  });

  it('say what the figures of a profile are', () => {
    const line = settingsLine(recordedState(10).profile!);
    for (const part of [
      'Synthetic data: procedural images',
      "targets: the data's class",
      'cross-entropy loss',
      'weights re-initialised',
      'batch 16',
      'seed 1',
      '20 steps',
      'Momentum SGD, learning rate 0.05',
      'ONNX Runtime 1.30.0 (native, 2 threads)',
    ])
      assert.ok(line.includes(part), `${part} is not in: ${line}`);
    const profile = recordedState(10).profile!;
    const file = { ...profile, loss: profile.loss.slice(0, 3) };
    assert.match(settingsLine(file), /3 of 20 steps/);
    const data = { ...profile.settings.data, kind: 'file' as const };
    assert.match(settingsLine({ ...profile, settings: { ...profile.settings, data } }), /^Data from file/);
  });

  it('say what a profile would be run with', () => {
    assert.equal(
      requestLine({ ...recordedSettings, init: 'keep', engine: 'wasm' }),
      "20 steps · batch 16 · Momentum SGD, learning rate 0.05 · seed 1 · the file's weights · WebAssembly engine",
    );
  });

  it('enumerate', () => {
    assert.equal(listed([]), '');
    assert.equal(listed(['a']), 'a');
    assert.equal(listed(['a', 'b', 'c']), 'a, b and c');
  });
});
