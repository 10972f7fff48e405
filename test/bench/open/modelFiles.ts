import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import * as path from 'node:path';
import { onnx } from 'onnx-proto';
import protobuf from 'protobufjs/minimal';

const FLOAT = onnx.TensorProto.DataType.FLOAT;
const RAW_DATA = 9;
const GRAPH_INITIALIZER = 5;
const MODEL_GRAPH = 7;

interface Weight {
  readonly name: string;
  readonly dims: readonly number[];
}

/**
 * A chain of blocks of convolution, batch norm and ReLU, with weights of zeros that are left out of the file system where it
 * can do that: they are read like any others.
 * @param channels of every layer; a block has 36 * channels^2 + 16 * channels bytes of weights
 * @param external puts the weights into a file beside the model
 * @returns the model file
 */
export function convolutions(folder: string, name: string, blocks: number, channels: number, external = false): string {
  const node: onnx.INodeProto[] = [];
  const weights: Weight[] = [];
  let last = 'input';
  for (let i = 0; i < blocks; i++) {
    const block = `/features/stage${i >> 4}/block${i}`;
    const inputs = (layer: string, parts: readonly (readonly [string, number[]])[]) =>
      parts.map(([part, dims]) => {
        weights.push({ name: `features.stage${i >> 4}.block${i}.${layer}.${part}`, dims });
        return weights[weights.length - 1].name;
      });
    const add = (opType: string, more: string[], attribute: onnx.IAttributeProto[] = []) => {
      const layer = `${block}/${opType.toLowerCase()}`;
      node.push({
        opType,
        name: `${layer}/${opType}`,
        input: [last, ...more],
        output: [`${layer}/Output_0`],
        attribute,
      });
      last = `${layer}/Output_0`;
    };
    const pads = [ints('kernel_shape', [3, 3]), ints('pads', [1, 1, 1, 1]), ints('strides', [1, 1])];
    add('Conv', inputs('conv', [['weight', [channels, channels, 3, 3]]]), pads);
    const vector = [channels];
    const parts = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [part, vector] as const);
    add('BatchNormalization', inputs('norm', parts), [float('epsilon', 1e-5)]);
    add('Relu', []);
  }
  return writeModel(folder, name, { name, node, ...ends([1, channels, 8, 8], last) }, weights, external);
}

/** Many small nodes: blocks of a transformer whose weights are shared. */
export function manyNodes(folder: string, name: string, count: number): string {
  const node: onnx.INodeProto[] = [];
  const width = 32;
  const weights: Weight[] = [];
  let last = 'input';
  const add = (opType: string, inputs: string[], attribute: onnx.IAttributeProto[] = []) => {
    const layer = `/encoder/layer.${Math.floor(node.length / 5)}/${opType}_${node.length % 5}`;
    node.push({ opType, name: layer, input: inputs, output: [`${layer}_output_0`], attribute });
    last = `${layer}_output_0`;
  };
  while (node.length < count) {
    const skip = last;
    const layer = `encoder.layers.${(node.length / 5) % 64}`;
    if (node.length / 5 < 64) {
      weights.push({ name: `${layer}.weight`, dims: [width, width] });
      for (const part of ['scale', 'shift']) weights.push({ name: `${layer}.norm.${part}`, dims: [width] });
    }
    const norm = [int('axis', -1), float('epsilon', 1e-5)];
    add('LayerNormalization', [last, `${layer}.norm.scale`, `${layer}.norm.shift`], norm);
    add('MatMul', [last, `${layer}.weight`]);
    add('Relu', [last]);
    add('Add', [last, skip]);
    add('Transpose', [last], [ints('perm', [0, 1])]);
  }
  return writeModel(folder, name, { name, node, ...ends([1, width], last) }, weights, false);
}

function writeModel(
  folder: string,
  name: string,
  graph: onnx.IGraphProto,
  weights: readonly Weight[],
  external: boolean,
): string {
  const file = path.join(folder, `${name}.onnx`);
  const location = `${name}.weights`;
  const head = onnx.ModelProto.encode({
    irVersion: 8,
    producerName: 'bench',
    opsetImport: [{ domain: '', version: 17 }],
  }).finish();
  const body = onnx.GraphProto.encode(graph).finish();
  let outside = 0;
  const tensors = weights.map(({ name, dims }) => {
    const size = 4 * dims.reduce((a, b) => a * b, 1);
    const t: onnx.ITensorProto = { name, dims: [...dims], dataType: FLOAT };
    if (!external) {
      const fields = Buffer.concat([onnx.TensorProto.encode(t).finish(), header(RAW_DATA, size)]);
      return { fields: Buffer.concat([header(GRAPH_INITIALIZER, fields.length + size), fields]), size };
    }
    t.dataLocation = onnx.TensorProto.DataLocation.EXTERNAL;
    t.externalData = Object.entries({ location, offset: outside, length: size }).map(([key, value]) => ({
      key,
      value: String(value),
    }));
    outside += size;
    const fields = onnx.TensorProto.encode(t).finish();
    return { fields: Buffer.concat([header(GRAPH_INITIALIZER, fields.length), fields]), size: 0 };
  });
  const length = tensors.reduce((all, { fields, size }) => all + fields.length + size, body.length);
  const descriptor = openSync(file, 'w');
  let at = 0;
  const write = (bytes: Uint8Array) => (at += writeSync(descriptor, bytes, 0, bytes.length, at));
  write(head);
  write(header(MODEL_GRAPH, length));
  write(body);
  for (const { fields, size } of tensors) {
    write(fields);
    at += size;
  }
  ftruncateSync(descriptor, at);
  closeSync(descriptor);
  if (external) {
    const weightsFile = openSync(path.join(folder, location), 'w');
    ftruncateSync(weightsFile, outside);
    closeSync(weightsFile);
  }
  return file;
}

/** A Keras model of convolutions, batch norms and ReLUs as TensorFlow.js writes it, with weights that are not there to be read. */
export function kerasModel(folder: string, name: string, blocks: number): string {
  const layers: object[] = [];
  const weights: object[] = [];
  const add = (class_name: string, layer: string, config: object) => {
    const before = layers.length === 0 ? [] : [[[(layers[layers.length - 1] as { name: string }).name, 0, 0, {}]]];
    const settings = { name: layer, trainable: true, dtype: 'float32', ...config };
    layers.push({ class_name, name: layer, config: settings, inbound_nodes: before });
  };
  const weight = (weightName: string, shape: number[]) => weights.push({ name: weightName, shape, dtype: 'float32' });
  const scaled = {
    class_name: 'VarianceScaling',
    config: { scale: 1, mode: 'fan_avg', distribution: 'uniform', seed: null },
  };
  add('InputLayer', 'input', { batch_input_shape: [null, 8, 8, 4], sparse: false });
  for (let i = 0; i < blocks; i++) {
    const prefix = `stage_${i >> 4}_block_${i}`;
    add('Conv2D', `${prefix}_conv`, {
      filters: 4,
      kernel_size: [3, 3],
      strides: [1, 1],
      padding: 'same',
      data_format: 'channels_last',
      dilation_rate: [1, 1],
      activation: 'linear',
      use_bias: false,
      kernel_initializer: scaled,
      bias_initializer: { class_name: 'Zeros', config: {} },
      kernel_regularizer: null,
      bias_regularizer: null,
      activity_regularizer: null,
      kernel_constraint: null,
      bias_constraint: null,
    });
    add('BatchNormalization', `${prefix}_norm`, {
      axis: [3],
      momentum: 0.99,
      epsilon: 0.001,
      center: true,
      scale: true,
      beta_initializer: { class_name: 'Zeros', config: {} },
      gamma_initializer: { class_name: 'Ones', config: {} },
      moving_mean_initializer: { class_name: 'Zeros', config: {} },
      moving_variance_initializer: { class_name: 'Ones', config: {} },
      beta_regularizer: null,
      gamma_regularizer: null,
    });
    add('Activation', `${prefix}_relu`, { activation: 'relu' });
    weight(`${prefix}_conv/kernel`, [3, 3, 4, 4]);
    for (const part of ['gamma', 'beta', 'moving_mean', 'moving_variance']) weight(`${prefix}_norm/${part}`, [4]);
  }
  const last = (layers[layers.length - 1] as { name: string }).name;
  const config = { name, layers, input_layers: [['input', 0, 0]], output_layers: [[last, 0, 0]] };
  const text = JSON.stringify({
    format: 'layers-model',
    generatedBy: 'keras v2.4.0',
    convertedBy: 'TensorFlow.js Converter v4.22.0',
    modelTopology: {
      keras_version: '2.4.0',
      backend: 'tensorflow',
      model_config: { class_name: 'Functional', config },
    },
    weightsManifest: [{ paths: [`${name}.bin`], weights }],
  });
  const file = path.join(folder, `${name}.json`);
  writeFileSync(file, text);
  writeFileSync(path.join(folder, `${name}.bin`), new Uint8Array(blocks * 4 * (9 * 16 + 16)));
  return file;
}

function ends(shape: number[], output: string): onnx.IGraphProto {
  const type = { tensorType: { elemType: FLOAT, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } };
  return { input: [{ name: 'input', type }], output: [{ name: output, type }] };
}

/** Tag and length of a length-delimited field. */
function header(field: number, length: number): Uint8Array {
  return protobuf.Writer.create()
    .uint32(field * 8 + 2)
    .uint64(length)
    .finish();
}

const { AttributeType } = onnx.AttributeProto;

function int(name: string, i: number): onnx.IAttributeProto {
  return { name, type: AttributeType.INT, i };
}

function float(name: string, f: number): onnx.IAttributeProto {
  return { name, type: AttributeType.FLOAT, f };
}

function ints(name: string, values: number[]): onnx.IAttributeProto {
  return { name, type: AttributeType.INTS, ints: values };
}
