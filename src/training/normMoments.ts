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
