import { normAxisNotChannel } from '../../../../src/rules/catalogue/normAxisNotChannel';
import { testRule } from '../../../support/ruleTester';

type Json = Record<string, unknown>;
type KerasLayer = readonly [className: string, config: Json];

/** A Keras Sequential model as JSON. */
function keras(shape: readonly (number | null)[], layers: readonly KerasLayer[]): string {
  const stated = layers.map(([class_name, config], i) => ({
    class_name,
    config: { name: `l${i}`, ...(i === 0 ? { batch_input_shape: shape } : {}), ...config },
  }));
  return JSON.stringify({ class_name: 'Sequential', config: { name: 'm', layers: stated } });
}

const image = [null, 8, 6, 3];
const conv = (more: Json = {}): KerasLayer => [
  'Conv2D',
  { filters: 4, kernel_size: [3, 3], strides: [1, 1], padding: 'same', activation: 'linear', use_bias: false, ...more },
];
const bn = (axis: unknown, name = 'norm'): KerasLayer => [
  'BatchNormalization',
  { name, axis, momentum: 0.99, epsilon: 0.001 },
];
const relu: KerasLayer = ['ReLU', {}];
const first = { data_format: 'channels_first' };

testRule(normAxisNotChannel, {
  fires: [
    {
      name: 'axis 1 with channels last',
      language: 'keras',
      reported: ['norm'],
      text: keras(image, [conv(), bn([1])]),
      message: /axis 1, and the channels of l0 \(channels_last\) are axis 3/,
    },
    {
      name: 'axis -1 with channels first',
      language: 'keras',
      reported: ['norm'],
      text: keras([null, 3, 8, 6], [conv(first), bn(-1)]),
      message: /axis -1, and .* are axis 1: .* along axis 3/,
    },
    {
      name: 'behind an activation and a pool',
      language: 'keras',
      reported: ['norm'],
      text: keras(image, [
        conv(),
        relu,
        ['MaxPooling2D', { pool_size: [2, 2], strides: [2, 2], padding: 'valid' }],
        bn(2),
      ]),
    },
    {
      name: 'a convolution over time',
      language: 'keras',
      reported: ['norm'],
      text: keras(
        [null, 10, 3],
        [['Conv1D', { filters: 4, kernel_size: [3], strides: [1], padding: 'valid', activation: 'relu' }], bn(1)],
      ),
    },
    {
      name: 'a layer norm over the batch',
      language: 'keras',
      reported: ['norm'],
      text: keras([null, 6, 3], [['LayerNormalization', { name: 'norm', axis: [0, 1, 2], epsilon: 0.001 }]]),
      message: /axis 0, the batch/,
    },
  ],
  silent: [
    {
      name: 'the channels, counted from the front',
      language: 'keras',
      text: keras(image, [conv(), bn([3]), relu, conv(), bn(-1)]),
    },
    { name: 'axis 1 with channels first', language: 'keras', text: keras([null, 3, 8, 6], [conv(first), bn(1)]) },
    {
      name: 'dense layers, where axis 1 is the last',
      language: 'keras',
      text: keras([null, 5], [['Dense', { units: 4, activation: 'relu' }], bn(1)]),
    },
    {
      name: 'dense features reshaped to an image',
      language: 'keras',
      text: keras([null, 5], [['Dense', { units: 12 }], ['Reshape', { target_shape: [2, 2, 3] }], bn(1)]),
    },
    {
      name: 'a layer norm over all but the batch',
      language: 'keras',
      text: keras(image, [['LayerNormalization', { axis: [1, 2, 3], epsilon: 0.001 }]]),
    },
    { name: 'an input norm', language: 'keras', text: keras(image, [bn(1), conv()]) },
  ],
});
