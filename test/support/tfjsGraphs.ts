import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { GraphModel } from '@tensorflow/tfjs-converter';
import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import type { Model } from '../../src/ir/model';
import { noise, runGraph } from './runGraph';
import { MemoryFolder, type SavedModel } from './tfjsOracle';

/** What a test says of a constant: its shape and its values; integers become int32 where `int32` says so. */
export interface TestWeight {
  readonly dtype: 'float32' | 'int32';
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

export const ints = (...values: number[]): TestWeight => ({ dtype: 'int32', shape: [values.length], values });
export const int = (value: number): TestWeight => ({ dtype: 'int32', shape: [], values: [value] });
export const floats = (shape: readonly number[], values: ArrayLike<number>): TestWeight => ({
  dtype: 'float32',
  shape,
  values,
});
/** Random numbers between -0.5 and 0.5, always the same for the same seed. */
export const random = (shape: readonly number[], seed = 1): TestWeight =>
  floats(
    shape,
    noise(
      shape.reduce((a, b) => a * b, 1),
      seed,
    ).map((v) => 0.5 * v),
  );

const numberOfType = { float32: 1, int32: 3 } as const;

/** A node of a GraphDef with its attributes as plain values: text as base64, numbers without a point as 64-bit integers. */
export function graphNode(
  name: string,
  op: string,
  input: readonly string[] = [],
  attr: Readonly<Record<string, unknown>> = {},
) {
  return { name, op, input, attr: Object.fromEntries(Object.entries(attr).map(([k, v]) => [k, attrValue(v)])) };
}

/** Marks a number as a float attribute even when it has no fraction. */
export const f = (value: number) => ({ f: value });

function attrValue(value: unknown): unknown {
  if (typeof value === 'string') return { s: btoa(value) };
  if (typeof value === 'number') return Number.isInteger(value) ? { i: String(value) } : { f: value };
  if (typeof value === 'boolean') return { b: value };
  if (!Array.isArray(value)) return value;
  const items = value as unknown[];
  const isText = items.some((v) => typeof v === 'string');
  return { list: isText ? { s: items.map((v) => btoa(String(v))) } : { i: items.map(String) } };
}

export function placeholder(name: string, shape: readonly number[], dtype: 'float32' | 'int32' = 'float32') {
  return graphNode(name, 'Placeholder', [], {
    dtype: { type: numberOfType[dtype] },
    shape: { shape: { dim: shape.map((size) => ({ size: String(size) })) } },
  });
}

/** A function of the library: arguments by name, results by the node's output that each is. */
export function graphFunction(
  name: string,
  args: readonly string[],
  nodeDef: readonly ReturnType<typeof graphNode>[],
  results: readonly string[],
) {
  const outputs = results.map((ref, i) => [`result_${i}`, ref] as const);
  const argument = (arg: string) => ({ name: arg, type: 1 });
  return {
    signature: { name, inputArg: args.map(argument), outputArg: outputs.map(([output]) => argument(output)) },
    nodeDef,
    ret: Object.fromEntries(outputs),
  };
}

/** Names a function in an attribute. */
export const calls = (name: string) => ({ func: { name } });

/** A graph model as the converter writes it; every weight gets a Const node of its name. */
export function graphModel(
  nodes: readonly ReturnType<typeof graphNode>[],
  weights: Readonly<Record<string, TestWeight>> = {},
  more: Readonly<Record<string, unknown>> = {},
  functions: readonly object[] = [],
): SavedModel {
  const names = Object.keys(weights);
  const constants = names.map((name) =>
    graphNode(name, 'Const', [], { dtype: { type: numberOfType[weights[name].dtype] } }),
  );
  const bytes = names.map((name) => {
    const { dtype, values } = weights[name];
    const typed = dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values);
    return new Uint8Array(typed.buffer);
  });
  const data = new Uint8Array(bytes.reduce((n, b) => n + b.length, 0));
  let offset = 0;
  for (const b of bytes) {
    data.set(b, offset);
    offset += b.length;
  }
  const specs = names.map((name) => ({ name, shape: weights[name].shape, dtype: weights[name].dtype }));
  const text = JSON.stringify({
    format: 'graph-model',
    modelTopology: {
      node: [...constants, ...nodes],
      versions: { producer: 1 },
      ...(functions.length > 0 && { library: { function: functions } }),
    },
    weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
    ...more,
  });
  return { text, folder: new MemoryFolder({ 'weights.bin': data }) };
}

interface GraphModelFile {
  readonly modelTopology: object;
  readonly signature?: object;
  readonly userDefinedMetadata?: Record<string, object>;
  readonly weightsManifest: { readonly paths: string[]; readonly weights: tf.io.WeightsManifestEntry[] }[];
}

/** tfjs frees elements of tensor lists that another node still reads (4.22): while it runs, nothing is freed. */
async function withoutDisposal<T>(run: () => Promise<T>): Promise<T> {
  const prototype = tf.Tensor.prototype as { dispose(): void };
  const dispose = Object.getOwnPropertyDescriptor(prototype, 'dispose')!;
  prototype.dispose = () => undefined;
  try {
    return await run();
  } finally {
    Object.defineProperty(prototype, 'dispose', dispose);
  }
}

/**
 * Runs an opened graph model on ONNX Runtime and the file's own text on tfjs-converter with the same random input, and compares
 * each output.
 * @param readFile the bytes of a weight file
 * @param sizes sizes for the axes that the model leaves open, by input
 */
export async function assertGraphAgrees(
  opened: Model,
  text: string,
  readFile: (path: string) => Promise<Uint8Array>,
  options: {
    readonly sizes?: readonly (readonly number[])[];
    readonly tolerance?: number;
    /** The model has branches or loops. */
    readonly isDynamic?: boolean;
  } = {},
): Promise<void> {
  const file = JSON.parse(text) as GraphModelFile;
  const parts = await Promise.all(file.weightsManifest.flatMap((g) => g.paths.map(readFile)));
  const weightData = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  parts.reduce((offset, p) => {
    weightData.set(p, offset);
    return offset + p.length;
  }, 0);
  const original = new GraphModel({
    load: () => ({
      modelTopology: file.modelTopology,
      signature: file.signature ?? {},
      userDefinedMetadata: file.userDefinedMetadata,
      weightSpecs: file.weightsManifest.flatMap((g) => g.weights),
      weightData: weightData.buffer,
    }),
  });
  original.load();

  const graph = opened.graph.toMutable();
  const feeds: Record<string, ort.Tensor> = {};
  const inputs: Record<string, tf.Tensor> = {};
  graph.inputs.forEach(({ name, type }, i) => {
    const dims = options.sizes?.[i] ?? type.shape!.map((d) => (typeof d === 'number' ? d : 2));
    const count = dims.reduce((a, b) => a * b, 1);
    const raw = noise(count, 100 + i).map((v) => 2 * v);
    const isInt = type.dtype === 'int32';
    const values = isInt ? Int32Array.from(raw, (v) => Math.floor(Math.abs(v) * 100)) : raw;
    feeds[name] = new ort.Tensor(isInt ? 'int32' : 'float32', values, [...dims]);
    inputs[name] = tf.tensor(values, [...dims], isInt ? 'int32' : 'float32');
  });
  const results = await runGraph(graph, feeds);
  // by name: without a signature tfjs gives all nodes that nothing reads
  const names = (file.signature as { outputs?: Record<string, { name: string }> } | undefined)?.outputs;
  const outputs = names === undefined ? original.outputs.map((o) => o.name) : Object.values(names).map((o) => o.name);
  const run = options.isDynamic === true ? 'executeAsync' : 'execute';
  const computed = await withoutDisposal(() => Promise.resolve(original[run](inputs, outputs)));
  const expected = Array.isArray(computed) ? computed : [computed];
  assert.equal(graph.outputs.length, expected.length, 'number of outputs');
  graph.outputs.forEach(({ name }, i) => {
    const actual = results[name];
    assert.deepEqual(actual.dims, expected[i].shape, `shape of ${name}`);
    const values = expected[i].dataSync();
    const scale = Math.max(1e-6, ...values.map(Math.abs));
    let worst = 0;
    for (let k = 0; k < values.length; k++) {
      const difference = Math.abs(Number(actual.data[k]) - values[k]);
      if (!(difference <= worst)) worst = difference;
    }
    assert.ok(worst / scale < (options.tolerance ?? 1e-4), `${name}: differs by ${worst} at a scale of ${scale}`);
    assert.ok(scale > 1e-5, `${name}: all zero, so nothing was compared`);
  });
}

/** An operator's name, the nodes of a model with it from `x` to `y`, and the model's weights. */
export type OperatorCase = readonly [
  name: string,
  nodes: Parameters<typeof graphModel>[0],
  weights?: Readonly<Record<string, TestWeight>>,
];
