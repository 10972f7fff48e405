import { elementCount } from '../../ir/tensor';
import { say } from '../../texts/say';
import type { LossOutput } from '../lossOutputs';
import type { Random } from '../random';
import type { InputSpec } from './inputSpec';

/** Features of the input that a teacher of whole samples looks at. */
const MOST_FEATURES = 32;
/** Numbers that stand for one token. */
const TOKEN_FEATURES = 8;

/**
 * A fixed random linear function of a model's input, for outputs that are neither classes nor the input itself. What it asks
 * for can be learnt by a network that keeps what its output needs of its input:
 * - place by place where the output has the places of the input (pictures of another size: the nearest place),
 * - token by token where it has the input's tokens,
 * - from averages over parts of the sample otherwise.
 * An output that does not run over the batch, or a model without samples, gets fixed random numbers.
 */
export class Teacher {
  /** The function in words. */
  readonly words: string;
  private readonly map: (data: Float32Array) => Float32Array;

  constructor(output: LossOutput, input: InputSpec | undefined, random: Random) {
    const count = elementCount(output.shape);
    const runsOverBatch = input !== undefined && input.shape.length > 0 && output.shape[0] === input.shape[0];
    if (!runsOverBatch) {
      const values = random.normals(count);
      this.map = () => values;
      this.words = say`fixed random numbers`;
      return;
    }
    const places = input.kind === 'tokens' ? undefined : placewise(output.shape, input);
    if (places) {
      this.map = placeMap(places, random);
      this.words = say`a fixed random linear map of the input at each place`;
    } else if (input.kind === 'tokens' && output.shape.length > 2 && output.shape[1] === input.shape[1]) {
      this.map = tokenMap(output.shape, input, random);
      this.words = say`a fixed random vector for each token`;
    } else {
      this.map = sampleMap(output.shape, input, random);
      this.words = say`a fixed random linear map of averages over parts of the sample`;
    }
  }

  /** Targets for a batch of inputs, in the output's shape. */
  targets(data: Float32Array): Float32Array {
    return this.map(data);
  }
}

/** A tensor as samples x places x channels, with the sizes of the space of places. */
interface Layout {
  readonly samples: number;
  readonly space: readonly number[];
  readonly channels: number;
  readonly channelsFirst: boolean;
}

/** The layouts of output and input when both have places of the same number of dimensions. */
function placewise(shape: readonly number[], input: InputSpec): { from: Layout; to: Layout } | undefined {
  if (shape.length !== input.shape.length || shape.length < 3) return undefined;
  const axis = input.kind === 'sequence' ? shape.length - 1 : input.channelAxis;
  const layout = (sizes: readonly number[]): Layout => ({
    samples: sizes[0],
    space: sizes.filter((_, i) => i > 0 && i !== axis),
    channels: axis < 0 ? 1 : sizes[axis],
    channelsFirst: axis === 1,
  });
  return { from: layout(input.shape), to: layout(shape) };
}

function placeMap({ from, to }: { from: Layout; to: Layout }, random: Random): (data: Float32Array) => Float32Array {
  const weights = random.normals(to.channels * from.channels, 1 / Math.sqrt(from.channels));
  const nearest = nearestPlaces(from.space, to.space);
  const [fromPlaces, toPlaces] = [elementCount(from.space), elementCount(to.space)];
  const at = (l: Layout, places: number, sample: number, place: number, channel: number) =>
    l.channelsFirst
      ? (sample * l.channels + channel) * places + place
      : (sample * places + place) * l.channels + channel;
  return (data) => {
    const targets = new Float32Array(to.samples * toPlaces * to.channels);
    for (let n = 0; n < to.samples; n++) {
      for (let c = 0; c < to.channels; c++) {
        for (let p = 0; p < toPlaces; p++) {
          let sum = 0;
          for (let k = 0; k < from.channels; k++) {
            sum += weights[c * from.channels + k] * data[at(from, fromPlaces, n, nearest[p], k)];
          }
          targets[at(to, toPlaces, n, p, c)] = sum;
        }
      }
    }
    return targets;
  };
}

/** For each place of one grid the nearest of another, both row-major. */
function nearestPlaces(from: readonly number[], to: readonly number[]): Int32Array {
  const places = new Int32Array(elementCount(to));
  for (let p = 0; p < places.length; p++) {
    let rest = p;
    let step = 1;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const i = rest % to[axis];
      rest = Math.floor(rest / to[axis]);
      places[p] += step * Math.min(from[axis] - 1, Math.floor(((i + 0.5) * from[axis]) / to[axis]));
      step *= from[axis];
    }
  }
  return places;
}

/** [N, L] tokens to [N, L, ...]: eight random numbers for a token, mixed by one matrix into what the output holds at a place. */
function tokenMap(shape: readonly number[], input: InputSpec, random: Random): (data: Float32Array) => Float32Array {
  const width = elementCount(shape.slice(2));
  const table = random.normals(input.vocabulary * TOKEN_FEATURES);
  const weights = random.normals(width * TOKEN_FEATURES, 1 / Math.sqrt(TOKEN_FEATURES));
  return (tokens) => {
    const targets = new Float32Array(tokens.length * width);
    tokens.forEach((token, t) => {
      for (let j = 0; j < width; j++) {
        let sum = 0;
        for (let k = 0; k < TOKEN_FEATURES; k++) {
          sum += weights[j * TOKEN_FEATURES + k] * table[token * TOKEN_FEATURES + k];
        }
        targets[t * width + j] = sum;
      }
    });
    return targets;
  };
}

/** Averages over at most 32 contiguous parts of a sample, mixed by one matrix. */
function sampleMap(shape: readonly number[], input: InputSpec, random: Random): (data: Float32Array) => Float32Array {
  const samples = shape[0];
  const length = elementCount(input.shape.slice(1));
  const features = Math.min(MOST_FEATURES, length);
  const width = elementCount(shape.slice(1));
  const weights = random.normals(width * features, 1 / Math.sqrt(features));
  return (data) => {
    const targets = new Float32Array(samples * width);
    const averages = new Float32Array(features);
    for (let n = 0; n < samples; n++) {
      for (let k = 0; k < features; k++) {
        const from = Math.floor((k * length) / features);
        const to = Math.floor(((k + 1) * length) / features);
        let sum = 0;
        for (let i = from; i < to; i++) sum += data[n * length + i];
        averages[k] = sum / (to - from);
      }
      for (let j = 0; j < width; j++) {
        let sum = 0;
        for (let k = 0; k < features; k++) sum += weights[j * features + k] * averages[k];
        targets[n * width + j] = sum;
      }
    }
    return targets;
  };
}
