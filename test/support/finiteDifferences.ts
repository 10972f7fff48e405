import * as ort from 'onnxruntime-node';
import { differentiate, type Gradients } from '../../src/autodiff/differentiate';
import { attribute, type Attribute } from '../../src/ir/attribute';
import { inferTypes } from '../../src/ir/inferTypes';
import { MutableGraph } from '../../src/ir/mutableGraph';
import { float32Tensor, int64Tensor, tensorFromBytes } from '../../src/ir/tensor';
import { lowerPrivateOperators } from '../../src/variants/lowerPrivate';
import { toTrainingForm } from '../../src/variants/trainingForm';
import { writtenOut } from '../../src/variants/writtenOut';
import { encode } from './encode';
import { nativeEngine, type LoadedGraph, type TestEngine } from './engines';
import { writeOutBlocks } from './plainBlocks';
import { noise } from './runGraph';

/** The largest norm of the difference over the norm that a gradient may have. */
export const TOLERANCE = 1e-3;

type FloatType = 'float32' | 'float64';
type IntegerType = 'int64' | 'int32' | 'int8' | 'uint8';

/** A floating-point input of the operator under test, which is differentiated. */
export interface FloatSpec {
  readonly shape: readonly number[];
  /** Points where the operator has a kink: values keep a distance of 0.1 from them. */
  readonly awayFrom?: readonly number[];
  /** Values lie between these; default -2 and 2. */
  readonly between?: readonly [number, number];
  /** The values themselves. */
  readonly values?: readonly number[];
  /** All values differ, within and between inputs, for operators that compare them. */
  readonly distinct?: boolean;
}

/** An input of the operator under test: a plain list is the shape of a FloatSpec, null is left out. */
export type InputSpec =
  | readonly number[]
  | FloatSpec
  | null
  | {
      readonly longs: readonly number[];
      readonly shape?: readonly number[];
      /** Default int64. */
      readonly dtype?: IntegerType;
      /** Made by nodes, so that it is not known before the graph runs. */
      readonly computed?: boolean;
    }
  | { readonly bools: readonly number[]; readonly shape?: readonly number[] }
  | {
      /** A floating-point constant. */
      readonly constant: readonly number[];
      readonly shape?: readonly number[];
      /** It is of type float32 in graphs of float64 as well. */
      readonly float32?: boolean;
    };

/** One operator call whose gradients are compared with central differences. */
export interface GradientCase {
  readonly opType: string;
  readonly name: string;
  readonly inputs: readonly InputSpec[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** How many outputs the call has; a random projection of those in `into` is the loss. */
  readonly outputs?: number;
  /** Indices of the outputs that are not asked for. */
  readonly leftOut?: readonly number[];
  /** Indices of the outputs that the loss depends on; default the first. */
  readonly into?: readonly number[];
  readonly domain?: string;
  /** The operator draws random numbers: every evaluation takes a fresh session, which starts at the same seed. */
  readonly random?: boolean;
  /**
   * False: the case takes no part in the test by mutation, because some terms of its gradient are zero, where no fault shows,
   * or because other cases have the same nodes.
   */
  readonly mutated?: boolean;
  /** The most nodes that the backward pass may have, the projection's own not counted. */
  readonly nodes?: number;
  /** The gradient for a runtime that convolves blocks of so many channels, its operators written out in standard ones. */
  readonly channelBlock?: number;
}

interface Feed {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

/** The gradients of a case by reverse mode: a graph that can be run, and mutated. */
export interface BackwardGraph {
  readonly graph: MutableGraph;
  readonly gradients: Gradients;
  /** Index of the first node that `differentiate` added. */
  readonly firstAdded: number;
}

/** The operator under test as registries name it. */
export function operatorOf({ opType, domain }: GradientCase): string {
  return domain ? `${domain}.${opType}` : opType;
}

/** Names of the inputs that are differentiated. */
export function floatInputs(test: GradientCase): string[] {
  return forwardGraph(test, 'float32').feeds.map((feed) => feed.name);
}

/** The shape of an input that is differentiated. */
export function inputShape(test: GradientCase, name: string): readonly number[] {
  return forwardGraph(test, 'float32').feeds.find((feed) => feed.name === name)!.shape;
}

/** A graph with the case's call; floating-point inputs are graph inputs of the given type. */
export function forwardGraph(
  test: GradientCase,
  dtype: FloatType,
): { graph: MutableGraph; feeds: Feed[]; outputs: string[] } {
  const graph = new MutableGraph();
  graph.opsets.set('', 18);
  if (test.domain) graph.opsets.set(test.domain, 1);
  const feeds: Feed[] = [];
  const inputs = test.inputs.map((spec, i) => {
    const name = `input${i}`;
    if (spec === null) return '';
    if ('longs' in spec) {
      const shape = spec.shape ?? [spec.longs.length];
      if (!spec.computed) return graph.addInitializer(integerTensor(name, shape, spec.longs, spec.dtype));
      const constant = graph.addInitializer(integerTensor(`${name}/constant`, shape, spec.longs, spec.dtype));
      return graph.add('Abs', [graph.add('Neg', [constant])], {}, { outputs: [name] });
    }
    if ('bools' in spec) {
      return graph.addInitializer(
        tensorFromBytes(name, 'bool', spec.shape ?? [spec.bools.length], Uint8Array.from(spec.bools)),
      );
    }
    if ('constant' in spec)
      return graph.addInitializer(floatTensor(name, spec.shape ?? [], spec.constant, spec.float32 ? 'float32' : dtype));
    const floats = 'shape' in spec ? spec : { shape: spec };
    graph.addInput(name, { kind: 'tensor', dtype, shape: floats.shape });
    feeds.push({ name, shape: floats.shape, values: valuesOf(floats, i) });
    return name;
  });
  const count = test.outputs ?? 1;
  const outputs = Array.from({ length: count }, (_, i) => (test.leftOut?.includes(i) ? '' : `output${i}`));
  graph.addNode(test.opType, inputs, test.attributes, { outputs, domain: test.domain });
  return { graph, feeds, outputs: (test.into ?? [0]).map((i) => outputs[i]) };
}

function integerTensor(
  name: string,
  shape: readonly number[],
  values: readonly number[],
  dtype: IntegerType = 'int64',
) {
  if (dtype === 'int64') return int64Tensor(name, shape, values);
  const arrays = { int32: Int32Array, int8: Int8Array, uint8: Uint8Array };
  return tensorFromBytes(name, dtype, shape, new Uint8Array(arrays[dtype].from(values).buffer));
}

function floatTensor(name: string, shape: readonly number[], values: readonly number[], dtype: FloatType) {
  if (dtype === 'float32') return float32Tensor(name, shape, values);
  return tensorFromBytes(name, 'float64', shape, new Uint8Array(Float64Array.from(values, Math.fround).buffer));
}

/** Values that float32 holds exactly, so that both precisions see the same ones. */
function valuesOf(spec: FloatSpec, index: number): Float64Array {
  const { shape, awayFrom = [], between = [-2, 2], distinct = false } = spec;
  if (spec.values) return Float64Array.from(spec.values, Math.fround);
  const random = noise(size(shape), index + 1);
  if (distinct) {
    // a grid in random order; the grids of different inputs have no point in common
    const order = [...random.keys()].sort((a, b) => random[a] - random[b]);
    const values = new Float64Array(random.length);
    order.forEach((at, rank) => (values[at] = Math.fround(0.05 * (rank - random.length / 2) + 0.016 * (index + 0.5))));
    return values;
  }
  return Float64Array.from(random, (r) => {
    let value = between[0] + ((r + 1) / 2) * (between[1] - between[0]);
    for (const kink of awayFrom) if (Math.abs(value - kink) < 0.1) value += value < kink ? -0.1 : 0.1;
    return Math.fround(value);
  });
}

function size(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function feedsOf(feeds: readonly Feed[], dtype: FloatType): Record<string, ort.Tensor> {
  return Object.fromEntries(
    feeds.map(({ name, shape, values }) => [
      name,
      dtype === 'float64'
        ? new ort.Tensor('float64', values, [...shape])
        : new ort.Tensor('float32', Float32Array.from(values), [...shape]),
    ]),
  );
}

/** The weights of the random projection that makes one loss of an output. */
function projection(output: number, count: number): Float32Array {
  return noise(count, 101 + output);
}

const NO_KERNEL =
  /NOT_IMPLEMENTED|Type Error|Could not find an implementation|Failed to find kernel|does not support double/;

type Numeric = ReadonlyMap<string, Float64Array>;
/** What the native runtime said: several tests ask for the same case. */
const known = new WeakMap<GradientCase, Promise<Numeric>>();

/** Central differences of the projected outputs with respect to every element of every input, by input name. */
export function numericGradients(test: GradientCase, engine: TestEngine = nativeEngine): Promise<Numeric> {
  if (engine !== nativeEngine) return differences(test, engine);
  let gradients = known.get(test);
  if (!gradients) known.set(test, (gradients = differences(test, engine)));
  return gradients;
}

async function differences(test: GradientCase, engine: TestEngine): Promise<Numeric> {
  for (const dtype of ['float64', 'float32'] as const) {
    const { graph, feeds, outputs } = forwardGraph(test, dtype);
    for (const name of outputs) graph.addOutput(name);
    lowerPrivateOperators(graph);
    const model = await encode(graph);
    let loaded: LoadedGraph | undefined;
    const evaluate = async () => {
      if (test.random) {
        await loaded?.release();
        loaded = undefined;
      }
      loaded ??= await engine.load(model);
      const results = await loaded.run(feedsOf(feeds, dtype));
      return outputs.reduce((total, name, k) => {
        const data = results[name].data as Float32Array;
        const weights = projection(k, data.length);
        return data.reduce<number>((sum, v, i) => sum + v * weights[i], total);
      }, 0);
    };
    try {
      await evaluate();
    } catch (error) {
      if (dtype === 'float64' && NO_KERNEL.test(String(error))) continue;
      throw error;
    }
    // float32 outputs carry a relative error of 6e-8, which the difference divides by the step
    const step = dtype === 'float64' ? 2 ** -17 : 2 ** -7;
    const gradients = new Map<string, Float64Array>();
    for (const { name, values } of feeds) {
      const gradient = new Float64Array(values.length);
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        values[i] = value + step;
        const above = await evaluate();
        values[i] = value - step;
        gradient[i] = (above - (await evaluate())) / (2 * step);
        values[i] = value;
      }
      gradients.set(name, gradient);
    }
    await loaded?.release();
    return gradients;
  }
  throw new Error(`${test.opType}: no kernel`);
}

/** Differentiates a case in float32, as the product does. */
export function backwardGraph(test: GradientCase, wanted?: readonly string[]): BackwardGraph {
  const { graph, feeds, outputs } = forwardGraph(test, 'float32');
  if (writtenOut.has(operatorOf(test))) toTrainingForm(graph);
  let types = inferTypes(graph);
  const terms = outputs.map((name, k) => {
    const shape = types.get(name)?.shape as number[] | undefined;
    if (!shape?.every((d) => typeof d === 'number')) throw new Error(`the shape of ${name} was not inferred`);
    const weights = graph.addInitializer(float32Tensor(`projection${k}`, shape, projection(k, size(shape))));
    const output = types.get(name)!.dtype === 'float32' ? name : graph.add('Cast', [name], { to: attribute.int(1) });
    return graph.add('ReduceSum', [graph.add('Mul', [output, weights])], { keepdims: attribute.int(0) });
  });
  const loss = terms.length === 1 ? terms[0] : graph.add('Sum', terms);
  types = inferTypes(graph);
  const firstAdded = graph.nodes.length;
  const wrt = wanted ?? feeds.map((f) => f.name);
  const { channelBlock = 1 } = test;
  const gradients = differentiate(graph, types, { loss, wrt, channelBlock });
  writeOutBlocks(graph, gradients.typeOf, channelBlock);
  return { graph, gradients, firstAdded };
}

/** A gradient by reverse mode, with its shape. */
export interface ReverseGradient {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** A backward graph in a runtime. */
export interface LoadedBackward {
  /** @param further feeds of inputs that are not the case's own @returns the gradient of each wanted input by name */
  run(further?: Readonly<Record<string, ort.Tensor>>): Promise<Map<string, ReverseGradient>>;
  release(): Promise<void>;
}

export async function loadBackward(
  test: GradientCase,
  { graph, gradients }: BackwardGraph,
  engine: TestEngine = nativeEngine,
): Promise<LoadedBackward> {
  const copy = graph.copy();
  const unique = new Set(gradients.gradientOf.values());
  for (const name of unique) copy.addOutput(name);
  lowerPrivateOperators(copy);
  const loaded = await engine.load(await encode(copy));
  const feeds = feedsOf(forwardGraph(test, 'float32').feeds, 'float32');
  return {
    release: () => loaded.release(),
    async run(further) {
      const results = await loaded.run({ ...feeds, ...further });
      return new Map(
        [...gradients.gradientOf].map(([value, gradient]) => [
          value,
          { data: results[gradient].data as Float32Array, dims: results[gradient].dims },
        ]),
      );
    },
  };
}

/** Runs the backward graph of a case once. */
export async function reverseGradients(
  test: GradientCase,
  backward: BackwardGraph,
  engine: TestEngine = nativeEngine,
): Promise<Map<string, ReverseGradient>> {
  const loaded = await loadBackward(test, backward, engine);
  try {
    return await loaded.run();
  } finally {
    await loaded.release();
  }
}

/** Norm of the difference over the norm of the reference; the plain norm where the reference is zero. */
export function relativeError(value: ArrayLike<number>, reference: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < reference.length; i++) {
    difference += (value[i] - reference[i]) ** 2;
    norm += reference[i] ** 2;
  }
  const error = Math.sqrt(difference);
  return norm > 1e-12 ? error / Math.sqrt(norm) : error;
}
