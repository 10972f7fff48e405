import * as ort from 'onnxruntime-node';
import type { DataType } from '../../src/ir/dataType';
import type { MutableGraph } from '../../src/ir/mutableGraph';
import { encode } from './encode';

export interface RunResult {
  readonly type: DataType;
  readonly dims: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

/** Runs a graph on ONNX Runtime, encoded by onnx-proto, with the graph as it stands (no optimisation by the runtime). */
export async function runGraph(
  graph: MutableGraph,
  feeds: Readonly<Record<string, ort.Tensor>>,
  irVersion = 8,
): Promise<Record<string, RunResult>> {
  return (await runSteps(graph, feeds, 1, irVersion))[0];
}

/** Runs a graph several times in one session. */
export async function runSteps(
  graph: MutableGraph,
  feeds: Readonly<Record<string, ort.Tensor>>,
  steps: number,
  irVersion = 8,
): Promise<Record<string, RunResult>[]> {
  const session = await ort.InferenceSession.create(await encode(graph, irVersion), {
    graphOptimizationLevel: 'disabled',
    enableMemPattern: false,
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const describe = (t: ort.Tensor): RunResult => ({
    type: t.type,
    dims: [...t.dims],
    data: t.data as unknown as ArrayLike<number | bigint>,
  });
  try {
    const results: Record<string, RunResult>[] = [];
    for (let i = 0; i < steps; i++) {
      const outputs = await session.run(feeds);
      results.push(Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, describe(t)])));
    }
    return results;
  } finally {
    await session.release();
  }
}

/** A float32 feed. */
export function floats(dims: readonly number[], values: ArrayLike<number>): ort.Tensor {
  return new ort.Tensor('float32', Float32Array.from(values), [...dims]);
}

/** An int64 feed. */
export function longs(dims: readonly number[], values: readonly number[]): ort.Tensor {
  return new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [...dims]);
}

/** Numbers between -1 and 1 that depend on the seed alone (a linear congruential generator). */
export function noise(count: number, seed = 1): Float32Array {
  let state = (seed * 2654435761) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  });
}
