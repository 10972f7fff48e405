import { encodeOnnx, type OnnxWriterOptions } from '../formats/onnx/onnxWriter';
import { ModelError } from '../ir/errors';
import type { MutableGraph } from '../ir/mutableGraph';
import { elementCount } from '../ir/tensor';
import { say } from '../texts/say';
import { inputSpecs } from '../training/data/inputSpec';
import { SyntheticData } from '../training/data/syntheticData';
import { isHostDataType, type HostTensor } from '../training/hostTensor';
import { chooseInputShapes, toOpset18ForRun } from '../training/inputShapes';
import { toFloat32 } from '../training/plainGraph';
import type { Runtime } from './runtime';

/** Where ONNX Runtime's kernels begin. */
const FIRST_OPSET = 7;

/** Elements of all random batches together: 2 GB of float32. */
const MOST_ELEMENTS = 2 ** 29;

export type Feeds = ReadonlyMap<string, HostTensor>;
export type Outputs = ReadonlyMap<string, HostTensor>;

/** Random inputs that fit a graph. */
export interface RandomBatches {
  readonly samples: number;
  readonly feeds: readonly Feeds[];
}

/**
 * @param samples in a batch, where the file leaves that open
 * @throws ModelError `unsupported` for inputs that no data can be made for
 */
export function randomBatches(graph: MutableGraph, batches: number, samples: number, seed = 1): RandomBatches {
  const copy = graph.copy();
  const { shapes, batch } = chooseInputShapes(copy, samples, true);
  const elements = [...shapes.values()].reduce((sum, shape) => sum + elementCount(shape), 0);
  if (elements * batches > MOST_ELEMENTS)
    throw new ModelError('too-large', say`its inputs have ${elements} elements, too many to make random batches of`);
  const data = new SyntheticData(inputSpecs(copy, shapes, batch, false), [], batch, seed);
  return { samples: batch, feeds: Array.from({ length: batches }, (_, step) => data.feeds(step)) };
}

/** True when the runtime can be given the graph as the file states it. */
export function runsAsStated(graph: MutableGraph): boolean {
  const types = [...graph.inputs, ...graph.outputs].map(({ type }) => type.dtype);
  return (graph.opsets.get('') ?? 1) >= FIRST_OPSET && types.every((t) => t === undefined || isHostDataType(t));
}

/**
 * A copy in opset 18 and float32, which the runtime has kernels for.
 * @param samples in the batches it will be run on, where the file leaves that open
 * @throws ModelError `unsupported`, naming the node, for what opset 18 cannot express
 */
export function runnableCopy(graph: MutableGraph, samples: number): MutableGraph {
  const copy = graph.copy();
  toOpset18ForRun(copy, samples);
  toFloat32(copy);
  return copy;
}

/**
 * Runs a graph on one batch after the other, node by node as it stands.
 * @param options for the writer: the file that the graph was edited from, functions that it calls
 * @throws ModelError `engine` when the runtime refuses it
 */
export async function runBatches(
  graph: MutableGraph,
  options: OnnxWriterOptions,
  { feeds }: RandomBatches,
  fetches: readonly string[],
  runtime: Runtime,
): Promise<readonly Outputs[]> {
  const bytes = await encodeOnnx(graph, options);
  const session = await runtime.createSession(bytes, { optimization: 'disabled' });
  try {
    const outputs: Outputs[] = [];
    for (const batch of feeds) outputs.push(await session.run(batch, fetches));
    return outputs;
  } finally {
    await session.release();
  }
}

/**
 * Gives the outputs of `copy` the names that they have in `original`, in place: a layer that took over an output brings its own
 * name along. Values that had such a name get another.
 * @param copy as many outputs, and no bodies that read values around them
 */
export function nameOutputsAlike(original: MutableGraph, copy: MutableGraph): void {
  const names = new Map<string, string>();
  original.outputs.forEach(({ name }, i) => {
    const own = copy.outputs[i]?.name;
    if (own !== undefined && own !== name) names.set(own, name);
  });
  for (const name of [...names.values()]) if (!names.has(name)) names.set(name, copy.freshName(name));
  const renamed = (name: string) => names.get(name) ?? name;
  for (const node of copy.nodes) {
    node.inputs = node.inputs.map(renamed);
    node.outputs = node.outputs.map(renamed);
  }
  copy.outputs = copy.outputs.map((output) => ({ ...output, name: renamed(output.name) }));
  copy.valueTypes = new Map([...copy.valueTypes].map(([name, type]) => [renamed(name), type]));
}

/** A value all of whose magnitudes lie below this is zero but for what float32 cannot hold exactly. */
const SMALLEST_SCALE = 1e-30;

/** `differenceBetween` of the outputs with these names, the largest of them. */
export function largestDifference(
  expected: readonly Outputs[],
  actual: readonly Outputs[],
  names: readonly string[],
): number {
  const numbers = (outputs: Outputs, name: string) => {
    const tensor = outputs.get(name);
    if (tensor === undefined) throw new ModelError('engine', say`the run did not give out ${name}`);
    return tensor.data;
  };
  const differences = names.map((name) =>
    differenceBetween(
      expected.map((outputs) => numbers(outputs, name)),
      actual.map((outputs) => numbers(outputs, name)),
    ),
  );
  return differences.reduce((most, d) => Math.max(most, d), 0);
}

/**
 * The largest difference between numbers, as a part of the largest magnitude that is expected. Numbers that are not finite must
 * be the same.
 * @returns Infinity when they are not, or when all that is finite is too small to compare
 */
export function differenceBetween(
  expected: readonly HostTensor['data'][] | readonly number[][],
  actual: readonly HostTensor['data'][] | readonly number[][],
): number {
  let scale = 0;
  let largest = 0;
  for (const [run, numbers] of expected.entries()) {
    const others = actual[run];
    if (others.length !== numbers.length) return Infinity;
    for (let i = 0; i < numbers.length; i++) {
      const [x, y] = [Number(numbers[i]), Number(others[i])];
      if (Number.isFinite(x) && Number.isFinite(y)) {
        scale = Math.max(scale, Math.abs(x));
        largest = Math.max(largest, Math.abs(x - y));
      } else if (!Object.is(x, y)) return Infinity;
    }
  }
  return scale < SMALLEST_SCALE ? Infinity : largest / scale;
}
