import type { Initialization } from '../protocol/profile';
import { elementCount } from '../ir/tensor';
import { readFloats } from '../ir/tensorValues';
import type { Model } from '../ir/model';
import { later } from '../texts/say';
import { purpose } from './data/samples';
import { floats, type HostTensor } from './hostTensor';
import { initialValues } from './initialization';
import { initialState, type Optimizer, type UpdateSums } from './optimizers';
import { Random } from './random';
import type { MeasuredNorm } from './knownMoments';
import type { TrainedParameter, TrainingStep } from './trainingStep';

/** A parameter's values and what its optimizer remembers. */
interface Trained {
  readonly parameter: TrainedParameter;
  readonly values: Float32Array;
  readonly slots: readonly Float32Array[];
  readonly tensor: HostTensor;
}

/** A batch norm's statistics of one batch and its running ones after it, one number per channel. */
export interface NormStatistics {
  readonly norm: MeasuredNorm;
  readonly batchMean: Float32Array;
  readonly batchVariance: Float32Array;
  readonly runningMean: Float32Array;
  readonly runningVariance: Float32Array;
}

/** What the training changes from step to step: weights, the optimizer's memory, running statistics. */
export class TrainingState {
  private constructor(
    private readonly trained: readonly Trained[],
    private readonly running: readonly { readonly mean: Float32Array; readonly variance: Float32Array }[],
    private readonly step: TrainingStep,
    private readonly optimizer: Optimizer,
    private readonly lr: number,
    /** Where the weights come from, in words. */
    readonly words: string,
  ) {}

  /**
   * The state before the first step.
   * @param init 'keep' takes the file's weights and initialises only those without data; 'default' initialises all, and so
   *   does a number, by which the standard deviations are multiplied
   */
  static async create(
    model: Model,
    step: TrainingStep,
    init: Initialization,
    optimizer: Optimizer,
    lr: number,
    seed: number,
  ): Promise<TrainingState> {
    const scale = typeof init === 'number' ? init : 1;
    let made = 0;
    const trained: Trained[] = [];
    for (const parameter of step.parameters) {
      const { name, tensor, activation } = parameter;
      const fresh = init !== 'keep' || tensor.location === 'missing';
      if (fresh) made++;
      const values = fresh
        ? initialValues(parameter, activation, weightStream(seed, name), scale)
        : // a copy: the file's bytes may be shared, and these values change
          (await readFloats(tensor)).slice();
      const slots = parameter.gradient === undefined ? [] : initialState(optimizer, values.length);
      trained.push({ parameter, values, slots, tensor: floats(tensor.dims, values) });
    }
    const running = [];
    for (const { norm, channels } of step.norms) {
      running.push({
        mean: await runningValues(model, norm.runningMean, channels, init, 0),
        variance: await runningValues(model, norm.runningVariance, channels, init, 1),
      });
    }
    return new TrainingState(trained, running, step, optimizer, lr, wordsOf(made, trained.length, scale));
  }

  /** The weights as inputs of the training step, by name. They change in place with `update`. */
  *feeds(): Iterable<[name: string, tensor: HostTensor]> {
    for (const { parameter, tensor } of this.trained) yield [parameter.name, tensor];
  }

  /** Elements of all weights. */
  get size(): number {
    return this.trained.reduce((sum, t) => sum + t.values.length, 0);
  }

  /**
   * One step of the optimizer.
   * @param gradients the step's outputs
   * @param count 1 at the first update
   * @returns for each parameter with a gradient the sums of squares of weights (before), gradient and change
   */
  update(gradients: ReadonlyMap<string, HostTensor>, count: number): Map<TrainedParameter, UpdateSums> {
    const sums = new Map<TrainedParameter, UpdateSums>();
    for (const { parameter, values, slots } of this.trained) {
      if (parameter.gradient === undefined) continue;
      const gradient = gradients.get(parameter.gradient)!.data as Float32Array;
      sums.set(parameter, this.optimizer.update(values, gradient, slots, count, this.lr));
    }
    return sums;
  }

  /**
   * Moves the running statistics of all batch norms towards those of the batch:
   * running = momentum * running + (1 - momentum) * batch, with the biased variance of the batch, as BatchNormalization of
   * opset 15 defines it for training_mode (PyTorch takes the unbiased variance: larger by m / (m - 1) for m elements).
   *
   * @param outputs the step's outputs
   */
  updateStatistics(outputs: ReadonlyMap<string, HostTensor>): NormStatistics[] {
    const { norms, batchStatistics } = this.step;
    if (batchStatistics === undefined) return [];
    const data = outputs.get(batchStatistics)!.data as Float32Array;
    return norms.map((norm, i) => {
      const { offset, channels } = norm;
      const batchMean = data.subarray(offset, offset + channels);
      const batchVariance = data.subarray(offset + channels, offset + 2 * channels);
      const { mean, variance } = this.running[i];
      const { momentum } = norm.norm;
      for (let c = 0; c < channels; c++) {
        mean[c] = momentum * mean[c] + (1 - momentum) * batchMean[c];
        variance[c] = momentum * variance[c] + (1 - momentum) * batchVariance[c];
      }
      return { norm, batchMean, batchVariance, runningMean: mean, runningVariance: variance };
    });
  }
}

/** A stream for each name: a weight starts alike in every variant of a network that holds it. */
function weightStream(seed: number, name: string): Random {
  return new Random(seed, purpose.weights, ...Array.from(name, (c) => c.codePointAt(0)!));
}

async function runningValues(
  model: Model,
  name: string,
  channels: number,
  init: Initialization,
  fresh: number,
): Promise<Float32Array> {
  const { graph } = model;
  const value = graph.valueId(name);
  const tensor = value === undefined ? undefined : graph.initializer(value);
  if (
    init === 'keep' &&
    tensor !== undefined &&
    tensor.location !== 'missing' &&
    elementCount(tensor.dims) === channels
  ) {
    return (await readFloats(tensor)).slice();
  }
  return new Float32Array(channels).fill(fresh);
}

/** In English, which is what profiles hold; translated where it is shown. */
function wordsOf(made: number, all: number, scale: number): string {
  if (made === 0) return later`kept from the file`;
  if (made === all) return scale === 1 ? later`re-initialised` : `re-initialised, standard deviations times ${scale}`;
  return `partly re-initialised (${made} of ${all} have no data in the file)`;
}
