import type { CompletionTopic, NormTopic } from './configCompletions';

/** A setting of a norm: its key, the JSON of its default, and what it is about. */
export type NormSetting = readonly [key: string, value: string, topic: CompletionTopic];

const common: readonly NormSetting[] = [
  ['epsilon', '0.001', 'epsilon'],
  ['center', 'true', 'center'],
  ['scale', 'true', 'scale'],
];

/** Norm classes of Keras with their settings and defaults (keras.layers, version 3; TensorFlow.js has the first two). */
export const kerasNorms: ReadonlyMap<string, { readonly topic: NormTopic; readonly settings: readonly NormSetting[] }> =
  new Map([
    [
      'BatchNormalization',
      { topic: 'batch-norm', settings: [['axis', '-1', 'axis-channels'], ['momentum', '0.99', 'momentum'], ...common] },
    ],
    ['LayerNormalization', { topic: 'layer-norm', settings: [['axis', '-1', 'axis-over'], ...common] }],
    [
      'GroupNormalization',
      { topic: 'group-norm', settings: [['groups', '32', 'groups'], ['axis', '-1', 'axis-channels'], ...common] },
    ],
    [
      'RMSNormalization',
      {
        topic: 'rms-norm',
        settings: [
          ['axis', '-1', 'axis-over'],
          ['epsilon', '1e-6', 'epsilon'],
        ],
      },
    ],
    ['UnitNormalization', { topic: 'unit-norm', settings: [['axis', '-1', 'axis-over']] }],
  ]);

/** Those of them that TensorFlow.js has. */
export const tfjsNorms = ['BatchNormalization', 'LayerNormalization'];
