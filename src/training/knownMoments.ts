import type { ValueType } from '../ir/graph';
import type { MutableNode } from '../ir/mutableGraph';
import type { TrainingNorm } from '../variants/trainingForm';
import type { KnownMoments } from './statisticsNodes';

/** A batch normalization in training form: where the step returns its batch statistics. */
export interface MeasuredNorm {
  readonly norm: TrainingNorm;
  /** Index of its layer; -1 when no layer covers it. */
  readonly layer: number;
  readonly channels: number;
  /** Place of its means in the output `batchStatistics`; variances, scales and shifts follow, `channels` of each. */
  readonly offset: number;
}

/** A value that a batch norm reads or yields: its moments follow from the statistics of the batch. */
export interface NormSide {
  readonly norm: MeasuredNorm;
  readonly side: 'input' | 'output';
}

/** What the mean of a value follows from: a batch norm beside it (its variance, too), or the units of a ReLU, by their place. */
export type MeanSource = NormSide | { readonly units: number };

/** Most means that are added to one: of a longer sum the mean is measured. */
const MOST_TERMS = 8;

/**
 * The values whose means are known without measuring, with the figures of a step that each is the sum of: what batch norms read and
 * yield (a value between two norms counts as the output of the first), outputs of ReLUs, and sums of such values.
 *
 * @param relus outputs of ReLUs, in the order of their places
 * @param nodes in the order of the graph
 */
export function meanSources(
  norms: readonly MeasuredNorm[],
  relus: readonly string[],
  nodes: readonly MutableNode[],
  types: ReadonlyMap<string, ValueType>,
): Map<string, readonly MeanSource[]> {
  const sources = new Map<string, readonly MeanSource[]>(relus.map((value, units) => [value, [{ units }]]));
  for (const side of ['input', 'output'] as const)
    for (const norm of norms) sources.set(norm.norm[side], [{ norm, side }]);
  for (const { opType, domain, inputs, outputs } of nodes) {
    const [sum] = outputs;
    if (domain !== '' || !(opType === 'Add' || opType === 'Sum') || sources.has(sum)) continue;
    const terms = inputs.map((term) => (isLike(term, sum, types) ? sources.get(term) : undefined));
    if (!terms.every((term) => term !== undefined)) continue;
    const all = terms.flat();
    if (all.length <= MOST_TERMS) sources.set(sum, all);
  }
  return sources;
}

function isLike(a: string, b: string, types: ReadonlyMap<string, ValueType>): boolean {
  const [shape, other] = [a, b].map((value) => types.get(value)?.shape);
  return shape !== undefined && String(shape) === String(other);
}

/**
 * Moments over all elements of what goes into a batch norm or comes out of it. Channels have equally many elements each, so the
 * variance is that within the channels plus that between their means; behind the norm a channel's mean is its shift, and its
 * variance scale^2 variance / (variance + epsilon) (Ioffe and Szegedy 2015, algorithm 1).
 *
 * @param statistics the output `batchStatistics` of the step
 */
export function momentsBesideNorm({ norm, side }: NormSide, statistics: Float32Array): Required<KnownMoments> {
  const { channels, offset } = norm;
  const { epsilon } = norm.norm;
  const at = (row: number, channel: number) => statistics[offset + row * channels + channel];
  const meanOf = (c: number) => (side === 'input' ? at(0, c) : at(3, c));
  const varianceOf = (c: number) => {
    const variance = at(1, c);
    return side === 'input' ? variance : (at(2, c) ** 2 * variance) / (variance + epsilon);
  };
  let mean = 0;
  for (let c = 0; c < channels; c++) mean += meanOf(c) / channels;
  let variance = 0;
  for (let c = 0; c < channels; c++) variance += (varianceOf(c) + (meanOf(c) - mean) ** 2) / channels;
  return { mean, variance };
}
