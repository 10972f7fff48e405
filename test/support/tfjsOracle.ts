import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import { BytesSource, type ModelFolder } from '../../src/ir/byteSource';
import { ModelError } from '../../src/ir/errors';
import type { Model } from '../../src/ir/model';
import { openTfjsLayers } from '../../src/formats/tfjs/openTfjsLayers';
import { noise, runGraph } from './runGraph';

// tfjs recommends its native package on every start
tf.env().set('IS_NODE', false);

/** A folder whose files are given as bytes; it notes which were opened and how often each was read. */
export class MemoryFolder implements ModelFolder {
  readonly opened: string[] = [];
  reads = 0;

  constructor(private readonly files: Readonly<Record<string, Uint8Array>> = {}) {}

  open(path: string): Promise<BytesSource> {
    this.opened.push(path);
    if (!Object.hasOwn(this.files, path)) return Promise.reject(new ModelError('not-found', `${path} is not there`));
    const source = new BytesSource(this.files[path]);
    const read = source.read.bind(source);
    source.read = (offset, length) => {
      this.reads++;
      return read(offset, length);
    };
    return Promise.resolve(source);
  }
}

export interface SavedModel {
  readonly text: string;
  readonly folder: MemoryFolder;
}

/** What `model.save` writes: the text of model.json and the weights in one file. */
export async function savedModel(model: tfl.LayersModel): Promise<SavedModel> {
  let saved: SavedModel | undefined;
  await model.save({
    save: (artifacts) => {
      const { modelTopology, format, generatedBy, convertedBy, weightSpecs } = artifacts;
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      const text = JSON.stringify({ modelTopology, format, generatedBy, convertedBy, weightsManifest });
      const bytes = new Uint8Array(tf.io.CompositeArrayBuffer.join(artifacts.weightData));
      saved = { text, folder: new MemoryFolder({ 'weights.bin': bytes }) };
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } });
    },
  });
  return saved!;
}

/** Weights that differ from each other and from what they are initialised with; running variances stay positive. */
export function shuffleWeights(model: tfl.LayersModel, seed = 7): void {
  const values = model.weights.map((w, i) => {
    const shape = w.shape as number[];
    const raw = noise(
      shape.reduce((a, b) => a * b, 1),
      seed + i,
    );
    const isVariance = w.originalName.endsWith('variance');
    return tf.tensor(isVariance ? raw.map((v) => 1 + 0.5 * v) : raw.map((v) => 0.5 * v), shape);
  });
  model.setWeights(model.weights.map((w) => values[model.weights.indexOf(w)]));
}

/** Runs the opened model on ONNX Runtime and the original on tfjs with the same random input, and compares each output. */
export async function assertAgrees(model: tfl.LayersModel, opened: Model, options: AgreeOptions = {}): Promise<void> {
  const { batch = 2, integers, sizes = {} } = options;
  const inputs = model.inputs.map((input, i) => {
    const shape = input.shape.map((d, axis) => d ?? (axis === 0 ? batch : (sizes[axis] ?? 8)));
    const raw = noise(
      shape.reduce((a, b) => a * b, 1),
      100 + i,
    );
    return {
      shape,
      data: integers === undefined ? raw.map((v) => 2 * v) : raw.map((v) => Math.floor((v + 1) * 0.5 * integers)),
    };
  });
  const graph = opened.graph.toMutable();
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, type }, i) => [name, feedOf(type.dtype ?? 'float32', inputs[i].shape, inputs[i].data)]),
  );
  const results = await runGraph(graph, feeds);
  const expected = tf.tidy(() => {
    const predicted = model.predict(
      inputs.map(({ shape, data }) => tf.tensor(data, shape)),
      { batchSize: 1024 },
    );
    return (Array.isArray(predicted) ? predicted : [predicted]).map((t) => ({ dims: t.shape, data: t.dataSync() }));
  });
  assert.equal(graph.outputs.length, expected.length, 'number of outputs');
  graph.outputs.forEach(({ name }, i) => {
    const actual = results[name];
    assert.deepEqual(actual.dims, expected[i].dims, `shape of ${name}`);
    const scale = Math.max(1e-6, ...expected[i].data.map(Math.abs));
    let worst = 0;
    for (let k = 0; k < expected[i].data.length; k++) {
      const difference = Math.abs(Number(actual.data[k]) - expected[i].data[k]);
      if (!(difference <= worst)) worst = difference;
    }
    assert.ok(worst / scale < 1e-4, `${name}: differs by ${worst} at a scale of ${scale}`);
    assert.ok(scale > 1e-5, `${name}: all zero, so nothing was compared`);
  });
}

export interface AgreeOptions {
  readonly batch?: number;
  /** Feed integers from 0 to below this. */
  readonly integers?: number;
  /** Codes of the problems that opening reports. */
  readonly problems?: readonly string[];
  /** Sizes of axes that the model leaves open. */
  readonly sizes?: Readonly<Record<number, number>>;
}

function feedOf(dtype: string, shape: number[], data: Float32Array): ort.Tensor {
  if (dtype === 'int32') return new ort.Tensor('int32', Int32Array.from(data), shape);
  return new ort.Tensor('float32', data, shape);
}

/**
 * Saves a model with shuffled weights, opens what was saved and compares the two.
 * @param reference a model with the same weights that tfjs computes in its place
 */
export async function assertLowersExactly(
  model: tfl.LayersModel,
  options: AgreeOptions = {},
  reference = model,
): Promise<Model> {
  shuffleWeights(model);
  const { text, folder } = await savedModel(model);
  const opened = await openTfjsLayers(folder, 'model.json', text);
  assert.deepEqual(
    opened.problems.map((p) => p.code),
    options.problems ?? [],
  );
  assert.equal(folder.reads, 0, 'opening reads no weights');
  assert.ok(
    [...opened.graph.nodes()].every((n) => n.domain === ''),
    'no layer is opaque',
  );
  if (reference !== model) reference.setWeights(model.getWeights());
  await assertAgrees(reference, opened, options);
  return opened;
}
