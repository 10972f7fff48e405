import assert from 'node:assert/strict';
import { viewMessage } from '../../../src/extension/viewMessage';
import { recordedSettings } from '../../support/recordedProfiles';

describe('a message of the view', () => {
  const save = { type: 'save', name: 'loss.svg', content: '<svg/>', encoding: 'text' };

  it('is taken as it was sent', () => {
    for (const message of [
      { type: 'ready' },
      { type: 'profile', settings: recordedSettings },
      {
        type: 'profile',
        settings: {
          ...recordedSettings,
          init: 0.01,
          data: 'digits.npz',
          norm: 'none',
          loss: 'mse',
          hold: { sr: 8000 },
        },
      },
      { type: 'compare', settings: recordedSettings },
      { type: 'cancel' },
      { type: 'eventsShown' },
      { type: 'chooseData', field: 'labels', settings: recordedSettings },
      { type: 'reveal', layer: 'conv', keepFocus: true },
      { type: 'openRule', ruleId: 'bias-before-norm' },
      { type: 'fix', fix: 'fold' },
      { type: 'reanalyze' },
      save,
    ])
      assert.deepEqual(viewMessage(message), message);
  });

  it('leaves behind what nobody asked for', () => {
    assert.deepEqual(viewMessage({ type: 'cancel', command: 'workbench.action.terminal.new' }), { type: 'cancel' });
  });

  it('is refused when it is anything else', () => {
    const settings = (more: object) => ({ type: 'profile', settings: { ...recordedSettings, ...more } });
    for (const message of [
      null,
      undefined,
      'ready',
      42,
      {},
      [],
      { type: 'toString' },
      { type: '__proto__' },
      { type: 'profile' },
      settings({ steps: 0 }),
      settings({ hold: { sr: '8000' } }),
      settings({ hold: 1 }),
      settings({ steps: 1.5 }),
      settings({ steps: '20' }),
      settings({ steps: Number.NaN }),
      settings({ batch: 1e9 }),
      settings({ lr: -1 }),
      settings({ optimizer: 'lion' }),
      settings({ engine: 'gpu' }),
      settings({ init: 'zeros' }),
      settings({ norm: 'other' }),
      settings({ data: 7 }),
      { type: 'reveal' },
      { type: 'reveal', layer: 7 },
      { type: 'reveal', layer: 'a', keepFocus: 'yes' },
      { type: 'openRule', ruleId: 'x'.repeat(201) },
      { type: 'fix', fix: 'everything' },
      { type: 'chooseData', field: 'password', settings: recordedSettings },
      { ...save, name: '../../.bashrc' },
      { ...save, name: 'picture.exe' },
      { ...save, name: 'a/b.svg' },
      { ...save, encoding: 'utf-8' },
      { ...save, content: 7 },
    ])
      assert.equal(viewMessage(message), undefined, JSON.stringify(message));
  });
});
