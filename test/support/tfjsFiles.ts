import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { savedModel, shuffleWeights } from './tfjsOracle';
import { noise } from './runGraph';

interface ModelJson {
  modelTopology: object;
  weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
  [key: string]: unknown;
}

/** Saves a model with shuffled weights as `folder/model.json` and one file of weights. */
export async function saveModel(model: tfl.LayersModel, folder: string): Promise<string> {
  shuffleWeights(model);
  const { text, folder: files } = await savedModel(model);
  const weights = await files.open('weights.bin');
  fs.writeFileSync(path.join(folder, 'weights.bin'), await weights.read(0, weights.size));
  fs.writeFileSync(path.join(folder, 'model.json'), JSON.stringify(JSON.parse(text), undefined, 1));
  return path.join(folder, 'model.json');
}

export function readModelJson(file: string): ModelJson {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as ModelJson;
}

/** The bytes of a group's files, one after the other. */
export function groupBytes(file: string, group = 0): Buffer {
  const { paths } = readModelJson(file).weightsManifest[group];
  return Buffer.concat(paths.map((p) => fs.readFileSync(path.join(path.dirname(file), p))));
}

/** The model as TensorFlow.js loads it from its files. */
export function loadModel(file: string): Promise<tfl.LayersModel> {
  const { modelTopology, weightsManifest } = readModelJson(file);
  const bytes = Buffer.concat(weightsManifest.map((_, g) => groupBytes(file, g)));
  const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  return tfl.loadLayersModel({ load: () => Promise.resolve({ modelTopology, weightSpecs, weightData }) });
}

/** The largest difference of the outputs of two models on the same inputs in tfjs, as a part of the output's largest magnitude. */
export function tfjsDifference(model: tfl.LayersModel, copy: tfl.LayersModel): number {
  return tf.tidy(() => {
    const inputs = model.inputs.map(({ shape }, i) => {
      const sizes = shape.map((d) => d ?? 2);
      return tf.tensor(
        noise(
          sizes.reduce((a, b) => a * b, 1),
          50 + i,
        ),
        sizes,
      );
    });
    const [expected, actual] = [model, copy].map((m) =>
      [m.predict(inputs)].flat().map((t) => Array.from(t.dataSync())),
    );
    return Math.max(
      ...expected.map((values, i) => {
        const scale = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
        const differences = values.map((v, k) => Math.abs(v - actual[i][k]));
        if (!(scale > 1e-3) || actual[i].length !== values.length) return Infinity;
        return differences.reduce((most, d) => Math.max(most, d), 0) / scale;
      }),
    );
  });
}
