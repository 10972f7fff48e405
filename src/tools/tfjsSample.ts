import { formatModel } from '../config/formattedText';
import { Random } from '../training/random';

const CLASSES = 10;

interface Layer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>> & { readonly name: string };
}

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Adds layers one after the other with their weights, which depend on the seed alone and on no function that engines round differently. */
class SequentialBuilder {
  readonly layers: Layer[] = [];
  readonly weights: Weight[] = [];
  private readonly random = new Random(2018);

  add(class_name: string, name: string, config: Readonly<Record<string, unknown>> = {}): void {
    this.layers.push({ class_name, config: { name, trainable: true, dtype: 'float32', ...config } });
  }

  /** 3x3 kernels [3, 3, in, out], uniform within the bound of He et al. 2015 (sqrt(6 / fan-in)). */
  conv(name: string, inputs: number, filters: number, config: Readonly<Record<string, unknown>> = {}): void {
    const settings = { strides: [1, 1], activation: 'linear', use_bias: false, ...config };
    this.add('Conv2D', name, {
      filters,
      kernel_size: [3, 3],
      padding: 'same',
      data_format: 'channels_last',
      dilation_rate: [1, 1],
      ...settings,
    });
    const bound = Math.sqrt(6 / (9 * inputs));
    this.weight(`${name}/kernel`, [3, 3, inputs, filters], -bound, bound);
    if (settings.use_bias) this.weight(`${name}/bias`, [filters], -0.1, 0.1);
  }

  batchNorm(name: string, channels: number): void {
    this.add('BatchNormalization', name, { axis: [3], momentum: 0.99, epsilon: 0.001, center: true, scale: true });
    this.weight(`${name}/gamma`, [channels], 0.8, 1.2);
    this.weight(`${name}/beta`, [channels], -0.2, 0.2);
    this.weight(`${name}/moving_mean`, [channels], -0.5, 0.5);
    this.weight(`${name}/moving_variance`, [channels], 0.5, 2);
  }

  relu(name: string): void {
    this.add('Activation', name, { activation: 'relu' });
  }

  dense(name: string, inputs: number, units: number): void {
    this.add('Dense', name, { units, activation: 'softmax', use_bias: true });
    const bound = Math.sqrt(3 / inputs);
    this.weight(`${name}/kernel`, [inputs, units], -bound, bound);
    this.weight(`${name}/bias`, [units], 0, 0);
  }

  private weight(name: string, shape: readonly number[], low: number, high: number): void {
    const count = shape.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length: count }, () => this.random.uniform(low, high));
    this.weights.push({ name, shape, values });
  }
}

/**
 * The TensorFlow.js sample: a small convolutional network for pictures of 32x32x3 in ten classes, with the issues that the rules
 * look for: a bias in front of a batch norm (`conv_3`), a dropout in front of one, and a batch norm after its activation (`norm_4`).
 * @returns the text of model.json and the bytes of its one weight file
 */
export function tfjsSample(): { readonly text: string; readonly weights: Uint8Array; readonly weightFile: string } {
  const net = new SequentialBuilder();
  net.add('InputLayer', 'picture', { batch_input_shape: [null, 32, 32, 3], sparse: false });
  net.conv('conv_1', 3, 16);
  net.batchNorm('norm_1', 16);
  net.relu('relu_1');
  net.conv('conv_2', 16, 32, { strides: [2, 2] });
  net.batchNorm('norm_2', 32);
  net.relu('relu_2');
  net.conv('conv_3', 32, 32, { use_bias: true });
  net.batchNorm('norm_3', 32);
  net.relu('relu_3');
  net.add('Dropout', 'dropout', { rate: 0.25 });
  net.conv('conv_4', 32, 64, { strides: [2, 2], activation: 'relu' });
  net.batchNorm('norm_4', 64);
  net.add('GlobalAveragePooling2D', 'pool', { data_format: 'channels_last' });
  net.dense('classes', 64, CLASSES);

  const weightFile = 'group1-shard1of1.bin';
  const model = {
    format: 'layers-model',
    generatedBy: 'normscope',
    convertedBy: null,
    modelTopology: {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: { class_name: 'Sequential', config: { name: 'small_convolutional_network', layers: net.layers } },
    },
    weightsManifest: [
      { paths: [weightFile], weights: net.weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })) },
    ],
  };
  const all = Float32Array.from(net.weights.flatMap(({ values }) => [...values]));
  return { text: formatModel(JSON.stringify(model)).text, weights: new Uint8Array(all.buffer), weightFile };
}
