import { serialization } from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import assert from 'node:assert/strict';
import { loweredClasses } from '../../../../src/formats/tfjs/layers/registry';
import { assertLowersExactly, type AgreeOptions } from '../../../support/tfjsOracle';

const { layers } = tfl;
type TfLayer = ReturnType<typeof layers.dense>;

/** One layer on an input of this shape. */
function one(shape: (number | null)[], layer: unknown): tfl.LayersModel {
  const input = tfl.input({ shape });
  return tfl.model({ inputs: input, outputs: (layer as TfLayer).apply(input) as tfl.SymbolicTensor });
}

/** A layer on several inputs. */
function joined(shapes: (number | null)[][], layer: unknown): tfl.LayersModel {
  const inputs = shapes.map((shape) => tfl.input({ shape }));
  return tfl.model({ inputs, outputs: (layer as TfLayer).apply(inputs) as tfl.SymbolicTensor });
}

const image = [9, 8, 3];
const sequence = [7, 4];

const cases: readonly [name: string, make: () => tfl.LayersModel, options?: AgreeOptions][] = [
  ['Dense', () => one([5], layers.dense({ units: 4, activation: 'relu' }))],
  ['Dense without bias', () => one([5], layers.dense({ units: 4, useBias: false }))],
  ['Dense on steps', () => one(sequence, layers.dense({ units: 3, activation: 'tanh' }))],
  ['Dense on an image', () => one(image, layers.dense({ units: 3, useBias: false }))],
  ['Conv1D', () => one(sequence, layers.conv1d({ filters: 5, kernelSize: 3, activation: 'relu' }))],
  [
    'Conv1D same, strides',
    () => one(sequence, layers.conv1d({ filters: 5, kernelSize: 4, strides: 2, padding: 'same' })),
  ],
  [
    'Conv1D dilated',
    () => one(sequence, layers.conv1d({ filters: 2, kernelSize: 3, dilationRate: 2, padding: 'same' })),
  ],
  ['Conv2D', () => one(image, layers.conv2d({ filters: 4, kernelSize: 3, activation: 'sigmoid' }))],
  [
    'Conv2D same, even kernel, strides',
    () => one(image, layers.conv2d({ filters: 4, kernelSize: [4, 2], strides: [2, 3], padding: 'same' })),
  ],
  ['Conv2D dilated', () => one(image, layers.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same' }))],
  [
    'Conv2D channels_first',
    () => one([3, 9, 8], layers.conv2d({ filters: 4, kernelSize: 3, dataFormat: 'channelsFirst', padding: 'same' })),
  ],
  [
    'Conv2D on open sizes',
    () => one([null, null, 3], layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' })),
    { sizes: { 1: 9, 2: 6 } },
  ],
  ['Conv3D', () => one([5, 6, 4, 2], layers.conv3d({ filters: 3, kernelSize: 2, padding: 'same' }))],
  [
    'DepthwiseConv2D',
    () => one(image, layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', strides: 2 })),
  ],
  [
    'SeparableConv2D',
    () => one(image, layers.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2, activation: 'relu' })),
  ],
  [
    'SeparableConv2D dilated',
    () => one(image, layers.separableConv2d({ filters: 5, kernelSize: 3, dilationRate: 2, useBias: false })),
  ],
  [
    'Conv2DTranspose same',
    () => one(image, layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' })),
  ],
  [
    'Conv2DTranspose valid',
    () => one(image, layers.conv2dTranspose({ filters: 4, kernelSize: [3, 4], strides: 2, activation: 'elu' })),
  ],
  [
    'Conv2DTranspose, kernel below stride',
    () => one(image, layers.conv2dTranspose({ filters: 2, kernelSize: 2, strides: 3 })),
  ],
  [
    'Conv2DTranspose same, kernel below stride',
    () => one(image, layers.conv2dTranspose({ filters: 2, kernelSize: 1, strides: 2, padding: 'same' })),
  ],
  [
    'Conv3DTranspose',
    () => one([3, 4, 3, 2], layers.conv3dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same' })),
  ],
  ['MaxPooling1D', () => one(sequence, layers.maxPooling1d({ poolSize: 3, strides: 2, padding: 'same' }))],
  ['MaxPooling2D', () => one(image, layers.maxPooling2d({ poolSize: 2 }))],
  ['MaxPooling2D same', () => one(image, layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }))],
  ['MaxPooling3D', () => one([5, 6, 4, 2], layers.maxPooling3d({ poolSize: 2 }))],
  ['AveragePooling1D', () => one(sequence, layers.averagePooling1d({ poolSize: 2 }))],
  ['AveragePooling2D same', () => one(image, layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }))],
  [
    'AveragePooling2D channels_first',
    () => one([3, 9, 8], layers.averagePooling2d({ poolSize: [2, 3], dataFormat: 'channelsFirst' })),
  ],
  ['AveragePooling3D', () => one([5, 6, 4, 2], layers.averagePooling3d({ poolSize: 2 }))],
  ['GlobalAveragePooling1D', () => one(sequence, layers.globalAveragePooling1d({}))],
  ['GlobalAveragePooling2D', () => one(image, layers.globalAveragePooling2d({}))],
  ['GlobalMaxPooling1D', () => one(sequence, layers.globalMaxPooling1d({}))],
  ['GlobalMaxPooling2D', () => one(image, layers.globalMaxPooling2d({ dataFormat: 'channelsFirst' }))],
  ['BatchNormalization of features', () => one([5], layers.batchNormalization())],
  ['BatchNormalization of steps', () => one(sequence, layers.batchNormalization({ epsilon: 0.1 }))],
  ['BatchNormalization of an image', () => one(image, layers.batchNormalization({ scale: false }))],
  ['BatchNormalization without shift', () => one(image, layers.batchNormalization({ center: false }))],
  ['LayerNormalization', () => one(sequence, layers.layerNormalization())],
  ['LayerNormalization of two axes', () => one(sequence, layers.layerNormalization({ axis: [1, 2] }))],
  [
    'LayerNormalization over the middle',
    () => one(image, layers.layerNormalization({ axis: 1, epsilon: 0.01, scale: false })),
  ],
  ['LayerNormalization without shift', () => one(image, layers.layerNormalization({ axis: [-1], center: false }))],
  ['ReLU', () => one(image, layers.reLU({}))],
  ['ReLU with a bound', () => one(image, layers.reLU({ maxValue: 0.7 }))],
  ['LeakyReLU', () => one([5], layers.leakyReLU({ alpha: 0.1 }))],
  ['LeakyReLU default', () => one([5], layers.leakyReLU({}))],
  ['ELU', () => one([5], layers.elu({}))],
  ['ThresholdedReLU', () => one([5], layers.thresholdedReLU({ theta: 0.6 }))],
  ['PReLU', () => one(image, layers.prelu({}))],
  ['PReLU with shared axes', () => one(image, layers.prelu({ sharedAxes: [1, 2] }))],
  ['Softmax', () => one([5], layers.softmax({ axis: -1 }))],
  ['Softmax over two axes', () => one(sequence, layers.softmax({ axis: [1, 2] }))],
  ['Dropout', () => one([5], layers.dropout({ rate: 0.4 }))],
  ['SpatialDropout1D', () => one(sequence, layers.spatialDropout1d({ rate: 0.4 }))],
  ['GaussianNoise', () => one([5], layers.gaussianNoise({ stddev: 1 }))],
  ['GaussianDropout', () => one([5], layers.gaussianDropout({ rate: 0.3 }))],
  ['AlphaDropout', () => one([5], layers.alphaDropout({ rate: 0.3 }))],
  ['Masking', () => one(sequence, layers.masking({ maskValue: 0.5 })), { problems: ['mask-ignored'] }],
  ['Rescaling', () => one(sequence, layers.rescaling({ scale: 0.25, offset: -1 }))],
  ['Flatten', () => one(image, layers.flatten())],
  ['Flatten channels_first', () => one(image, layers.flatten({ dataFormat: 'channelsFirst' }))],
  ['Reshape', () => one(image, layers.reshape({ targetShape: [8, -1] }))],
  ['Reshape with known sizes', () => one(image, layers.reshape({ targetShape: [27, 8] }))],
  ['Permute', () => one(image, layers.permute({ dims: [3, 1, 2] }))],
  ['RepeatVector', () => one([5], layers.repeatVector({ n: 3 }))],
  [
    'ZeroPadding2D',
    () =>
      one(
        image,
        layers.zeroPadding2d({
          padding: [
            [1, 2],
            [0, 3],
          ],
        }),
      ),
  ],
  [
    'ZeroPadding2D channels_first',
    () => one(image, layers.zeroPadding2d({ padding: [2, 1], dataFormat: 'channelsFirst' })),
  ],
  [
    'Cropping2D',
    () =>
      one(
        image,
        layers.cropping2D({
          cropping: [
            [1, 2],
            [0, 3],
          ],
        }),
      ),
  ],
  ['Cropping2D channels_first', () => one([3, 8, 9], layers.cropping2D({ cropping: 1, dataFormat: 'channelsFirst' }))],
  ['UpSampling2D nearest', () => one(image, layers.upSampling2d({ size: [2, 3] }))],
  ['UpSampling2D bilinear', () => one(image, layers.upSampling2d({ size: [2, 3], interpolation: 'bilinear' }))],
  ['Embedding', () => one([6], layers.embedding({ inputDim: 10, outputDim: 4 })), { integers: 10 }],
  ['SimpleRNN', () => one(sequence, layers.simpleRNN({ units: 3 }))],
  [
    'SimpleRNN, all steps',
    () => one(sequence, layers.simpleRNN({ units: 3, returnSequences: true, useBias: false, activation: 'relu' })),
  ],
  ['GRU', () => one(sequence, layers.gru({ units: 3 }))],
  [
    'GRU backwards, all steps',
    () =>
      one(sequence, layers.gru({ units: 3, goBackwards: true, returnSequences: true, recurrentActivation: 'sigmoid' })),
  ],
  ['LSTM', () => one(sequence, layers.lstm({ units: 3 }))],
  [
    'LSTM, all steps',
    () => one(sequence, layers.lstm({ units: 3, returnSequences: true, recurrentActivation: 'sigmoid' })),
  ],
  ['LSTM backwards', () => one(sequence, layers.lstm({ units: 3, goBackwards: true }))],
  ['LSTM on open steps', () => one([null, 4], layers.lstm({ units: 3 })), { sizes: { 1: 5 } }],
  [
    'LSTM, linear',
    () => one(sequence, layers.lstm({ units: 2, activation: 'linear', recurrentActivation: 'softsign' })),
  ],
  [
    'Bidirectional LSTM',
    () => one(sequence, layers.bidirectional({ layer: layers.lstm({ units: 3 }), mergeMode: 'concat' })),
  ],
  [
    'Bidirectional GRU, all steps',
    () =>
      one(sequence, layers.bidirectional({ layer: layers.gru({ units: 3, returnSequences: true }), mergeMode: 'sum' })),
  ],
  [
    'Bidirectional SimpleRNN, averaged',
    () => one(sequence, layers.bidirectional({ layer: layers.simpleRNN({ units: 3 }), mergeMode: 'ave' })),
  ],
  [
    'Bidirectional SimpleRNN, multiplied',
    () => one(sequence, layers.bidirectional({ layer: layers.simpleRNN({ units: 3 }), mergeMode: 'mul' })),
  ],
  [
    'TimeDistributed Dense',
    () => one(sequence, layers.timeDistributed({ layer: layers.dense({ units: 3, activation: 'relu' }) })),
  ],
  [
    'TimeDistributed Conv2D',
    () =>
      one(
        [4, 9, 8, 3],
        layers.timeDistributed({ layer: layers.conv2d({ filters: 2, kernelSize: 3, activation: 'tanh' }) }),
      ),
  ],
  ['Add', () => joined([image, image, image], layers.add())],
  ['Add of different ranks', () => joined([image, [3]], layers.add())],
  ['Multiply', () => joined([image, [1, 1, 3]], layers.multiply())],
  ['Average', () => joined([image, image, image], layers.average())],
  ['Maximum', () => joined([image, image, image], layers.maximum())],
  ['Minimum', () => joined([image, image], layers.minimum())],
  ['Concatenate', () => joined([image, image], layers.concatenate())],
  ['Concatenate on axis 1', () => joined([image, image], layers.concatenate({ axis: 1 }))],
  ['Dot of vectors', () => joined([[5], [5]], layers.dot({ axes: -1 }))],
  ['Dot, normalised', () => joined([[5], [5]], layers.dot({ axes: 1, normalize: true }))],
  [
    'Dot of sequences',
    () =>
      joined(
        [
          [7, 4],
          [6, 4],
        ],
        layers.dot({ axes: 2 }),
      ),
  ],
  [
    'Dot over the steps',
    () =>
      joined(
        [
          [7, 4],
          [7, 5],
        ],
        layers.dot({ axes: [1, 1] }),
      ),
  ],
  ['Dot of a sequence and a vector', () => joined([[7, 4], [4]], layers.dot({ axes: [2, 1] }))],
  ['Dot of a vector and a sequence', () => joined([[4], [7, 4]], layers.dot({ axes: [1, 2] }))],
  ['RNN of one cell', () => one(sequence, layers.rnn({ cell: layers.gruCell({ units: 3 }), returnSequences: true }))],
  [
    'RNN of a stack of cells',
    () => one(sequence, layers.rnn({ cell: [layers.lstmCell({ units: 3 }), layers.gruCell({ units: 2 })] as never })),
  ],
  [
    'RNN of a stack, from the end, all steps',
    () => {
      const stack = layers.stackedRNNCells({
        cells: [layers.simpleRNNCell({ units: 3 }), layers.lstmCell({ units: 2 })],
      });
      return one(sequence, layers.rnn({ cell: stack, goBackwards: true, returnSequences: true }));
    },
  ],
  ['ConvLSTM2D', () => one([4, 6, 5, 2], layers.convLstm2d({ filters: 3, kernelSize: 3, activation: 'relu' }))],
  [
    'ConvLSTM2D same, strides, all steps',
    () =>
      one(
        [3, 6, 5, 2],
        layers.convLstm2d({ filters: 2, kernelSize: [2, 3], strides: 2, padding: 'same', returnSequences: true }),
      ),
  ],
  [
    'ConvLSTM2D from the end, without bias',
    () => one([3, 5, 5, 1], layers.convLstm2d({ filters: 2, kernelSize: 2, goBackwards: true, useBias: false })),
  ],
];

const activations = [
  'linear',
  'relu',
  'relu6',
  'elu',
  'selu',
  'sigmoid',
  'hardSigmoid',
  'tanh',
  'softplus',
  'softsign',
  'softmax',
  'logSoftmax',
  'gelu',
  'gelu_new',
  'mish',
  'swish',
] as const;

describe('Layers lowered to operators give what tfjs gives', () => {
  for (const [name, make, options] of cases) {
    it(name, async () => {
      await assertLowersExactly(make(), options);
    });
  }

  // tfjs' CPU backend computes other axes than the last wrongly (tensorflow/tfjs#2120): it gets the axis moved to the end
  for (const [axis, there, back] of [
    [1, [2, 3, 1], [3, 1, 2]],
    [2, [1, 3, 2], [1, 3, 2]],
  ] as const) {
    it(`BatchNormalization over axis ${axis}`, async () => {
      const input = tfl.input({ shape: image });
      const moved = layers.permute({ dims: [...there] }).apply(input);
      const normed = layers.batchNormalization().apply(moved);
      const outputs = layers.permute({ dims: [...back] }).apply(normed) as tfl.SymbolicTensor;
      const model = one(image, layers.batchNormalization({ axis }));
      await assertLowersExactly(model, {}, tfl.model({ inputs: input, outputs }));
    });
  }

  it('LSTM with states in and out', async () => {
    const input = tfl.input({ shape: sequence });
    const states = [tfl.input({ shape: [3] }), tfl.input({ shape: [3] })];
    const encoder = layers.lstm({ units: 3, returnState: true, returnSequences: true, name: 'encoder' });
    const [steps, h, c] = encoder.apply(input, { initialState: states }) as tfl.SymbolicTensor[];
    const decoder = layers.lstm({ units: 3, name: 'decoder' });
    const output = decoder.apply(steps, { initialState: [h, c] }) as tfl.SymbolicTensor;
    // tfjs warns that it leaves the states out of the call's settings; it saves them as inputs all the same
    const { warn } = console;
    console.warn = () => undefined;
    try {
      await assertLowersExactly(tfl.model({ inputs: [input, ...states], outputs: [output, c] }));
    } finally {
      console.warn = warn;
    }
  });

  it('ConvLSTM2D with its states out', async () => {
    const input = tfl.input({ shape: [3, 6, 5, 2] });
    const layer = layers.convLstm2d({ filters: 2, kernelSize: 3, returnState: true, returnSequences: true });
    await assertLowersExactly(tfl.model({ inputs: input, outputs: layer.apply(input) as tfl.SymbolicTensor[] }));
  });

  for (const activation of activations) {
    const known = activation as 'relu';
    it(`Activation ${activation}`, async () => {
      await assertLowersExactly(one([6], layers.activation({ activation: known })));
    });
    it(`fused ${activation}`, async () => {
      const opened = await assertLowersExactly(
        one(image, layers.conv2d({ filters: 3, kernelSize: 2, activation: known, name: 'c' })),
      );
      const names = [...opened.graph.nodes()].map((n) => n.name);
      const snake = activation.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
      assert.ok(names.includes('c'));
      assert.equal(names.includes(`c/${snake}`), activation !== 'linear');
    });
  }

  it('covers every class that is lowered, but for those that tfjs does not have', () => {
    const covered = new Set(cases.map(([name]) => name.split(/[\s,]/)[0]));
    const registered = serialization.SerializationMap.getMap().classNameMap;
    const elsewhere = ['Resizing', 'CenterCrop', 'CategoryEncoding']; // in preprocessingLayers.test.ts
    const missing = loweredClasses.filter(
      (c) => Object.hasOwn(registered, c) && !covered.has(c) && !elsewhere.includes(c),
    );
    assert.deepEqual(missing, ['Activation']);
  });
});
