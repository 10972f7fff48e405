import { ModelError } from '../ir/errors';
import type { Graph, ValueId } from '../ir/graph';
import type { Problem } from '../ir/model';
import { elementCount } from '../ir/tensor';
import { floatsAtHand, readFloats } from '../ir/tensorValues';
import { say } from '../texts/say';

/** Statistics and biases have an element per channel: anything longer is no such thing, and is not loaded. */
const MAX_ELEMENTS = 2 ** 20;

/** Numbers that all rules together may look at: seconds of work. Real models stay far below; norms without end may share one tensor. */
export const MAX_LOOKED_AT = 2 ** 30;

/** Reads at one time: enough to keep a disk busy, few enough to keep memory small. */
const AT_ONCE = 16;

export interface LoadedValues {
  readonly values: Map<ValueId, Float32Array>;
  readonly problems: readonly Problem[];
}

/**
 * Loads the numbers of constants. What the file does not hold stays unknown; a payload that is there and cannot be read is
 * a problem, reported once per message.
 * @param known what was loaded from the same files before; its problems stay
 */
export async function loadValues(graph: Graph, wanted: Iterable<ValueId>, known?: LoadedValues): Promise<LoadedValues> {
  const values = new Map<ValueId, Float32Array>();
  const problems = new Map((known?.problems ?? []).map((problem) => [problem.message, problem]));
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
  // waiting for what is at hand anyway would take longer than all the rest
  const far = queue.filter((value) => {
    const before = known?.values.get(value);
    if (before !== undefined) values.set(value, before);
    if (before !== undefined) return false;
    const tensor = graph.initializer(value);
    const floats = tensor === undefined || elementCount(tensor.dims) > MAX_ELEMENTS ? undefined : floatsAtHand(tensor);
    if (floats !== undefined) values.set(value, floats);
    return floats === undefined;
  });
  for (let i = 0; i < far.length; i += AT_ONCE) await Promise.all(far.slice(i, i + AT_ONCE).map(load));
  return { values, problems: [...problems.values()] };
}

/** Hands out loaded numbers until `most` of them have been, counted anew each time; from then on they are unknown. */
export class LimitedValues {
  private left: number;

  constructor(
    private readonly values: ReadonlyMap<ValueId, Float32Array>,
    most = MAX_LOOKED_AT,
  ) {
    this.left = most;
  }

  get(value: ValueId): Float32Array | undefined {
    const numbers = this.values.get(value);
    if (numbers === undefined || this.left < 0) return undefined;
    this.left -= numbers.length;
    return this.left < 0 ? undefined : numbers;
  }

  /** What was not looked at, for the reader of the findings. */
  get problems(): readonly Problem[] {
    if (this.left >= 0) return [];
    const message = say`the parameters of the norms are too large to look at all of their numbers: rules on numbers left some out`;
    return [{ code: 'too-large', message }];
  }
}
