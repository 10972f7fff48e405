import { elementCount } from '../../ir/tensor';
import { later, say, translated } from '../../texts/say';
import { hostTensor, type HostTensor } from '../hostTensor';
import type { LossOutput } from '../lossOutputs';
import { Random } from '../random';
import type { InputSpec } from './inputSpec';
import { chainTokens, purpose, samplesOf, tokenChains } from './samples';
import type { TrainingData } from './trainingData';
import { Teacher } from './teacher';

/**
 * More classes than these are not told apart; a classifier of 1000 learns that it sees 10. And no more than a batch has
 * samples: without a sample of every class in every batch, a network would learn which classes came last.
 */
const MOST_CLASSES = 10;

/** A loss output with the graph input that its targets are fed through. */
export interface FedOutput extends LossOutput {
  readonly target: string;
}

/** One affine map for a whole run: (x - mean) / deviation. */
export interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

const floatKinds: ReadonlySet<InputSpec['kind']> = new Set(['image', 'sequence', 'vector']);

/**
 * An endless labelled data set that fits a model's inputs and outputs, made from a seed. Every step gets samples that no
 * other step has seen, and the same ones whenever it is asked for. Pictures, series and vectors are scaled to mean 0 and
 * standard deviation 1 by one map for the whole run.
 */
export class SyntheticData implements TrainingData {
  readonly kind = 'synthetic';
  /** Classes that the samples are drawn from. */
  readonly classes: number;
  private readonly teachers: ReadonlyMap<FedOutput, Teacher>;
  private readonly inputScales: readonly Scale[];
  private readonly targetScales: ReadonlyMap<FedOutput, Scale>;

  constructor(
    private readonly inputs: readonly InputSpec[],
    private readonly outputs: readonly FedOutput[],
    private readonly batch: number,
    private readonly seed: number,
  ) {
    const most = Math.min(MOST_CLASSES, Math.max(2, batch));
    this.classes = Math.min(most, ...outputs.filter((o) => o.kind === 'class').map((o) => o.classes));
    this.teachers = new Map(
      outputs.flatMap((o, i) =>
        o.kind === 'teacher'
          ? [[o, new Teacher(o, inputs[o.input], new Random(seed, purpose.teacher, i))] as const]
          : [],
      ),
    );
    // measured on the batch before the first
    const raw = this.rawInputs(-1);
    this.inputScales = inputs.map((spec, i) =>
      floatKinds.has(spec.kind) ? scaleOf(raw[i]) : { mean: 0, deviation: 1 },
    );
    const scaled = raw.map((data, i) => standardised(data, this.inputScales[i]));
    this.targetScales = new Map(
      [...this.teachers].map(([output, teacher]) => [output, scaleOf(teacher.targets(scaled[output.input]))]),
    );
  }

  /** What to feed at a step: every input of the model and the targets of every loss output. */
  feeds(step: number): Map<string, HostTensor> {
    const labels = this.labels(step);
    const data = this.rawInputs(step).map((values, i) => standardised(values, this.inputScales[i]));
    const feeds = new Map<string, HostTensor>();
    this.inputs.forEach(({ name, dtype, shape }, i) => feeds.set(name, hostTensor(dtype, shape, data[i])));
    for (const output of this.outputs) feeds.set(output.target, this.target(output, labels, data));
    return feeds;
  }

  /** What is fed, in words. */
  describeInputs(): string {
    if (this.inputs.length === 0) return say`none: the network has no inputs, it computes from constants of the file`;
    const parts = this.inputs.map((spec, i) =>
      this.isChain(i) ? describeChain(spec) : describeInput(spec, this.classes),
    );
    const listed = [...new Set(parts)].join('; ');
    const scaled = this.inputs.some((i) => floatKinds.has(i.kind)) ? say`, scaled to mean 0 and deviation 1` : '';
    return say`${listed}${scaled}; fresh samples at every step`;
  }

  /** What the loss compares with, in words. */
  describeTargets(): string {
    return [...new Set(this.outputs.map((o) => this.describeTarget(o)))].join('; ');
  }

  private describeTarget(output: FedOutput): string {
    if (output.kind === 'class') {
      return output.classes > this.classes
        ? say`the sample's class (${this.classes} of the ${output.classes} outputs are used)`
        : say`the sample's class, one of ${this.classes}`;
    }
    if (output.kind === 'token') return translated(FOLLOWERS);
    const teacher = this.teachers.get(output);
    return teacher === undefined
      ? say`the model's own input${squashed(output)}`
      : say`a fixed random teacher: ${teacher.words}${squashed(output)}`;
  }

  /** Every class as often as the others, as far as the batch goes, in random order. */
  private labels(step: number): number[] {
    const random = new Random(this.seed, purpose.labels, step);
    const first = random.integer(this.classes);
    return random.permutation(this.batch).map((i) => (first + i) % this.classes);
  }

  private rawInputs(step: number): Float32Array[] {
    const labels = this.labels(step);
    const classify = this.outputs.some((o) => o.kind === 'class');
    return this.inputs.map((spec, i) => {
      const random = new Random(this.seed, purpose.samples, step, i);
      if (this.isChain(i)) {
        const strides = labels.map((label) => (classify ? 1 + label : 1));
        return tokenChains(spec, strides, this.seed, i, random);
      }
      return samplesOf(spec, labels, this.classes, this.seed, i, random);
    });
  }

  /** Whether an output tells what follows the tokens of an input. */
  private isChain(input: number): boolean {
    return this.outputs.some((o) => o.kind === 'token' && o.input === input);
  }

  private target(output: FedOutput, labels: readonly number[], data: readonly Float32Array[]): HostTensor {
    if (output.kind === 'class') return hostTensor('int64', [this.batch, 1], labels);
    if (output.kind === 'token') return followers(output, data[output.input]);
    const teacher = this.teachers.get(output);
    const values = teacher
      ? standardised(teacher.targets(data[output.input]), this.targetScales.get(output)!)
      : data[output.input];
    return hostTensor('float32', output.shape, squash(values, output.bounds));
  }
}

/** The token that follows, for every token [N, L] but the last of a sample: what a language model's loss compares with. */
export function followers({ shape: [batch, length] }: LossOutput, tokens: Float32Array): HostTensor {
  const next = tokens.filter((_, i) => i % length > 0);
  return hostTensor('int64', [batch * (length - 1), 1], next);
}

/** The same in words, in English. */
export const FOLLOWERS = later`the token that follows each token`;

export function scaleOf(values: Float32Array): Scale {
  let sum = 0;
  for (const v of values) sum += v;
  const mean = sum / values.length;
  let squares = 0;
  for (const v of values) squares += (v - mean) ** 2;
  const deviation = Math.sqrt(squares / values.length);
  return { mean, deviation: deviation > 1e-6 ? deviation : 1 };
}

export function standardised(values: Float32Array, { mean, deviation }: Scale): Float32Array {
  return mean === 0 && deviation === 1 ? values : values.map((v) => (v - mean) / deviation);
}

/** Brings targets into the range of the activation that ends the network. */
export function squash(values: Float32Array, bounds: LossOutput['bounds']): Float32Array {
  if (bounds === undefined) return values;
  return values.map(bounds === 'tanh' ? Math.tanh : (v) => 1 / (1 + Math.exp(-v)));
}

export function squashed({ bounds }: LossOutput): string {
  return bounds === undefined ? '' : say`, through a ${bounds} as the output is`;
}

function describeChain(spec: InputSpec): string {
  const { shape, vocabulary } = spec;
  const used = say`${chainTokens(spec)} tokens of a vocabulary of ${vocabulary}`;
  return say`token sequences (${shape[1]} long) over ${used}, each of which has its own successor in four of five cases`;
}

function describeInput({ kind, shape, vocabulary }: InputSpec, classes: number): string {
  const size = shape.slice(1).join('x');
  switch (kind) {
    case 'image':
      return say`drawn pictures (${size}) of ${classes} classes: gratings, blobs and strokes`;
    case 'sequence':
      return say`noisy waves (${size}) of ${classes} classes`;
    case 'vector':
      return say`Gaussian clusters (${elementCount(shape.slice(1))} features) of ${classes} classes`;
    case 'tokens':
      return say`random tokens (${size || 1} of a vocabulary of ${vocabulary}) of ${classes} classes`;
    case 'mask':
      return say`a mask of ones`;
    case 'positions':
      return say`positions counted from 0`;
    case 'zeros':
      return say`zeros for segment ids`;
    case 'constant':
      return say`fixed values for inputs that are no samples`;
  }
}
