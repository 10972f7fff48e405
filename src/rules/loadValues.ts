import { ModelError } from '../ir/errors';
import type { Graph, ValueId } from '../ir/graph';
import type { Problem } from '../ir/model';
import { elementCount } from '../ir/tensor';
import { readFloats } from '../ir/tensorValues';

/** Statistics and biases have an element per channel: anything longer is no such thing, and is not loaded. */
const MAX_ELEMENTS = 2 ** 20;

/** Reads at one time: enough to keep a disk busy, few enough to keep memory small. */
const AT_ONCE = 16;

export interface LoadedValues {
  readonly values: ReadonlyMap<ValueId, Float32Array>;
  readonly problems: readonly Problem[];
}

/**
 * Loads the numbers of constants. What the file does not hold stays unknown; a payload that is there and cannot be read is
 * a problem, reported once per message.
 */
export async function loadValues(graph: Graph, wanted: Iterable<ValueId>): Promise<LoadedValues> {
  const values = new Map<ValueId, Float32Array>();
  const problems = new Map<string, Problem>();
  const queue = [...new Set(wanted)];
  const load = async (value: ValueId): Promise<void> => {
    const tensor = graph.initializer(value);
    if (tensor === undefined || tensor.location === 'missing' || elementCount(tensor.dims) > MAX_ELEMENTS) return;
    try {
      values.set(value, await readFloats(tensor));
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      if (error.code === 'missing-weights' || error.code === 'unsupported') return;
      problems.set(error.message, { code: error.code, message: error.message, place: error.place });
    }
  };
  for (let i = 0; i < queue.length; i += AT_ONCE) await Promise.all(queue.slice(i, i + AT_ONCE).map(load));
  return { values, problems: [...problems.values()] };
}
