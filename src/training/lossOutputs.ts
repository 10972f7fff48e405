import { ModelError } from '../ir/errors';
import { elementCount } from '../ir/tensor';
import type { ValueType } from '../ir/graph';
import { capturedNames, type MutableGraph, type MutableNode } from '../ir/mutableGraph';
import type { LossName } from '../protocol/profile';
import { say } from '../texts/say';
import type { InputSpec } from './data/inputSpec';

/** What the loss is to be, and what is known of the samples besides the inputs. */
export interface LossGoal {
  readonly loss: 'auto' | LossName;
  /** Undefined for made data, which are labelled; 'none' for data of files without labels. */
  readonly labels?: LabelForm | 'none';
}

/** Labels of a file: the number of a class for each sample, or values of one shape. */
export type LabelForm =
  | { readonly kind: 'class'; readonly name: string; readonly classes: number }
  | { readonly kind: 'values'; readonly name: string; readonly shape: readonly number[] };

/** What an output of the model is compared with. */
export type TargetKind =
  /** The number of the sample's class; cross-entropy. */
  | 'class'
  /** The token that follows, at every place but the last; cross-entropy. */
  | 'token'
  /** The model's own input; mean squared error. */
  | 'input'
  /** A fixed random linear map of the input; mean squared error. */
  | 'teacher'
  /** What the data's labels say it should be; mean squared error. */
  | 'labels';

/** Activation behind which an output lies, when that bounds what it can be. */
export type Bounds = 'sigmoid' | 'tanh' | undefined;

export interface LossOutput {
  /** The graph's output that it stands for. */
  readonly output: string;
  /** The value that enters the loss: the output, or what its final Softmax reads. */
  readonly value: string;
  /** Its sizes, all known. */
  readonly shape: readonly number[];
  readonly kind: TargetKind;
  /** Number of classes, for 'class' and 'token'. */
  readonly classes: number;
  /** Index of the input that the target is made of; -1 when there is none (the target is then fixed noise). */
  readonly input: number;
  readonly bounds: Bounds;
}

export interface LossOutputs {
  readonly outputs: readonly LossOutput[];
  /** Outputs left out of the loss, and why, in sentences for the report. */
  readonly notes: readonly string[];
}

/**
 * Chooses what the loss is taken on: every floating-point output that depends on a parameter and that no other output is
 * computed from. A classifier's output [N, K] counts as the logits in front of its final Softmax, LogSoftmax or Sigmoid, and so
 * does a language model's [N, L, K] of tokens [N, L]. A loss that the file computes stands for the scores it is taken of;
 * the cache of a language model is none of its answers.
 *
 * @param types static types of all values
 * @param inputs what the model is fed with
 * @param trained names of the parameters
 * @throws ModelError `invalid` when the labels count more classes than an output has scores
 */
export function chooseLossOutputs(
  graph: MutableGraph,
  types: ReadonlyMap<string, ValueType>,
  inputs: readonly InputSpec[],
  trained: ReadonlySet<string>,
  batch: number,
  goal: LossGoal = { loss: 'auto' },
): LossOutputs {
  const reading = new GraphReading(graph, types);
  const reached = reading.reachedFrom(trained);
  const isLoss = (name: string) => reading.scoresOfLoss(name) !== undefined;
  const names = graph.outputs.map((o) => o.name);
  // scores stay in where only a label is computed from them that is looked up among names
  const floats = names.filter((name) => !isLoss(name) && reading.floatBehind(name) !== undefined);
  const answers = floats.filter((name) => !reading.isCache(name) && reached.has(reading.floatBehind(name)!));
  const isAside = (name: string) => answers.length > 0 && reading.isCache(name);
  const inner = reading.valuesBehind(floats.filter((name) => !isAside(name)).map((name) => reading.source(name)));
  const outputs: LossOutput[] = [];
  const left = new Map<string, string[]>();
  const leave = (name: string, why: string) => left.set(why, [...(left.get(why) ?? []), name]);
  for (const name of [...names.filter((n) => !isLoss(n)), ...names.filter(isLoss)]) {
    const value = reading.floatBehind(name);
    if (value === undefined) leave(name, reading.whyNoFloat(name));
    else if (!reached.has(value)) leave(name, say`does not depend on any weight`);
    else if (inner.has(reading.source(name))) leave(name, say`other outputs are computed from it`);
    else if (isAside(name)) leave(name, say`it keeps what later words read, and is no answer`);
    else if (isLoss(name) && reading.hasBehind(value, outputs))
      leave(name, say`it is a loss, of scores that are taken`);
    else {
      const chosen = lossOutput(reading, name, value, inputs, batch, goal);
      if (typeof chosen === 'string') leave(name, chosen);
      else outputs.push(chosen);
    }
  }
  const notes = [...left].map(([why, names]) => say`left out of the loss: ${listed(names)} (${why})`);
  const own = outputs.filter((o) => isLoss(o.output)).map((o) => o.output);
  if (own.length > 0)
    notes.push(say`the file computes its own loss: one of ours was taken of the scores before ${listed(own)}`);
  return { outputs, notes };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((n) => say`output ${n}`);
  return shown.join(', ') + (names.length > 5 ? say` and ${names.length - 5} more` : '');
}

function lossOutput(
  reading: GraphReading,
  output: string,
  value: string,
  inputs: readonly InputSpec[],
  batch: number,
  { loss, labels }: LossGoal,
): LossOutput | string {
  const shape = reading.shape(value);
  if (shape === undefined) return say`its sizes are not known${reading.whereSizesAreLost()}`;
  if (elementCount(shape) === 0) return say`it is empty`;
  const last = reading.finalActivation(value);
  const sample = inputs.findIndex((i) => i.kind === 'image' || i.kind === 'sequence' || i.kind === 'vector');
  const input = sample >= 0 ? sample : inputs.findIndex((i) => i.kind === 'tokens');
  const base = { output, value, shape, classes: 0, input, bounds: undefined };
  const same = inputs.findIndex((i) => isData(i) && equal(i.shape, shape));
  const bounds = boundsOf(reading.source(value), reading);
  const classes = bounds === 'tanh' ? 0 : classCount(shape, batch);
  const given = typeof labels === 'object' ? labels : undefined;
  if (given !== undefined && (given.kind === 'values' || classes < 2 || loss === 'mse')) {
    return misfit(given, shape, batch, loss) ?? { ...base, kind: 'labels', classes, bounds };
  }
  const own = same >= 0 && shape[0] === batch && shape.length >= 2;
  if (own && given === undefined && loss !== 'cross-entropy') return { ...base, kind: 'input', input: same, bounds };
  const words = given === undefined && loss !== 'mse' ? wordsScored(output, shape, inputs) : -1;
  if (words >= 0) {
    const before = last && isSoftmax(last) ? last.inputs[0] : value;
    return { ...base, kind: 'token', value: before, classes: shape[2], input: words };
  }
  if (classes >= 2 && loss !== 'mse') {
    if (labels === 'none')
      return say`the data have no labels for its ${classes} scores: give labels, or choose the loss mse`;
    if (given?.kind === 'class' && given.classes > classes) throw tooManyClasses(given, output, classes);
    const logits = last && ['Softmax', 'LogSoftmax', 'Sigmoid'].includes(last.opType) ? last.inputs[0] : value;
    return { ...base, kind: 'class', value: logits, shape: reading.shape(logits) ?? shape, classes };
  }
  if (loss === 'cross-entropy') return say`it is no list of scores for each sample, which cross-entropy needs`;
  const before = last && isSoftmax(last) ? last.inputs[0] : value;
  return { ...base, kind: 'teacher', value: before, shape: reading.shape(before) ?? shape, bounds };
}

function isSoftmax({ opType }: MutableNode): boolean {
  return opType === 'Softmax' || opType === 'LogSoftmax';
}

/**
 * The input whose tokens [N, L] an output [N, L, K] scores the successors of: K is the size of their vocabulary, or the output says that
 * it holds logits and K covers it. Of several, that of a decoder. -1 when there is none.
 */
function wordsScored(output: string, shape: readonly number[], inputs: readonly InputSpec[]): number {
  if (shape.length !== 3 || shape[1] < 2 || shape[2] < 2) return -1;
  const fits = inputs.map(
    ({ kind, shape: tokens, vocabulary }) =>
      kind === 'tokens' &&
      equal(tokens, shape.slice(0, 2)) &&
      (shape[2] === vocabulary || (/logits/i.test(output) && shape[2] > vocabulary)),
  );
  const decoder = inputs.findIndex(({ name }, i) => fits[i] && /decoder/i.test(name));
  return decoder >= 0 ? decoder : fits.indexOf(true);
}

/** Why labels cannot be what an output of this shape is compared with. */
function misfit(
  labels: LabelForm,
  shape: readonly number[],
  batch: number,
  loss: LossGoal['loss'],
): string | undefined {
  if (loss === 'cross-entropy') return say`${labels.name} holds no classes that its scores could be compared with`;
  const perSample = shape[0] === batch ? elementCount(shape.slice(1)) : 0;
  if (labels.kind === 'class') {
    if (perSample === 1) return undefined;
    if (labels.classes > perSample) return say`${labels.name} holds classes, and it has ${perSample} numbers a sample`;
    return undefined;
  }
  if (perSample === elementCount(labels.shape)) return undefined;
  return say`${labels.name} holds ${elementCount(labels.shape)} numbers a sample, it has ${perSample}`;
}

function tooManyClasses({ name, classes: given }: LabelForm & { kind: 'class' }, output: string, classes: number) {
  return new ModelError(
    'invalid',
    say`${name} counts classes up to ${given - 1}, and the model's output ${output} has scores for ${classes}, 0 to ${classes - 1}`,
  );
}

function boundsOf(value: string, reading: GraphReading): Bounds {
  const activation = reading.finalActivation(value)?.opType;
  return activation === 'Sigmoid' ? 'sigmoid' : activation === 'Tanh' ? 'tanh' : undefined;
}

function isData(input: InputSpec): boolean {
  return input.kind === 'image' || input.kind === 'sequence' || input.kind === 'vector';
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

/** K of an output [N, K], [N, K, 1, 1], [N, 1, K] ...; 0 when the output is no list of scores per sample. */
function classCount(shape: readonly number[], batch: number): number {
  if (shape.length < 2 || shape[0] !== batch) return 0;
  const sizes = shape.slice(1).filter((d) => d !== 1);
  return sizes.length === 1 ? sizes[0] : 0;
}

/** Operators that change neither the values nor their order within a sample. */
const SHAPING = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/** Operators whose outputs tell of scores and are none. */
const SCORES_BEHIND = new Set(['ArgMax', 'Cast', 'ZipMap']);

const CACHE = /present|past|cache/i;

/** Losses that a file computes itself, of scores and its own labels. */
const LOSSES = new Set(['SoftmaxCrossEntropyLoss', 'NegativeLogLikelihoodLoss']);

class GraphReading {
  private readonly producer: ReadonlyMap<string, MutableNode>;

  constructor(
    private readonly graph: MutableGraph,
    private readonly types: ReadonlyMap<string, ValueType>,
  ) {
    this.producer = graph.uses().producer;
  }

  shape(value: string): readonly number[] | undefined {
    const shape = this.types.get(value)?.shape;
    return shape?.every((d): d is number => typeof d === 'number' && d >= 0) ? shape : undefined;
  }

  /** The first node whose output has sizes that cannot be told from its inputs, in words. */
  whereSizesAreLost(): string {
    const node = this.graph.nodes.find((n) => n.outputs.some((o) => o !== '' && this.shape(o) === undefined));
    return node === undefined ? '' : say`: they are lost at ${node.opType} ${node.name || node.outputs[0]}`;
  }

  whyNoFloat(value: string): string {
    const known = this.types.get(value)?.dtype !== undefined;
    return known ? say`not a floating-point tensor` : say`its type is not known${this.whereSizesAreLost()}`;
  }

  /** Keys and values [..., heads, length, size] for the words to come, as exporters of language models name them. */
  isCache(output: string): boolean {
    return CACHE.test(output) && (this.shape(output)?.length ?? 0) >= 4;
  }

  /** The scores that a loss of the file's own was taken of, or its logarithms of their shares; else undefined. */
  scoresOfLoss(value: string): string | undefined {
    const node = this.producer.get(this.source(value));
    return node?.domain === '' && LOSSES.has(node.opType) ? node.inputs[0] : undefined;
  }

  /**
   * The value itself when it is float32; the scores behind a loss or an ArgMax, or by name behind a ZipMap of scikit-learn's; else
   * undefined.
   */
  floatBehind(value: string): string | undefined {
    const scores = this.scoresOfLoss(value);
    if (scores !== undefined) return scores;
    if (this.types.get(value)?.dtype === 'float32') return value;
    const node = this.producer.get(value);
    return node !== undefined && SCORES_BEHIND.has(node.opType) ? this.floatBehind(node.inputs[0]) : undefined;
  }

  /** What a value is a rearrangement of: files of other layouts transpose what they give out. */
  source(value: string): string {
    let node = this.producer.get(value);
    while (node !== undefined && (SHAPING.has(node.opType) || node.opType === 'Transpose')) {
      value = node.inputs[0];
      node = this.producer.get(value);
    }
    return value;
  }

  /** The activation that made the value, looked for behind changes of shape. */
  finalActivation(value: string): MutableNode | undefined {
    for (let node = this.producer.get(value); node !== undefined; node = this.producer.get(node.inputs[0])) {
      if (!SHAPING.has(node.opType)) return node;
    }
    return undefined;
  }

  /** Values that are computed, directly or not, from one of the given ones, and those themselves. */
  reachedFrom(values: ReadonlySet<string>): Set<string> {
    const reached = new Set(values);
    for (const node of this.graph.nodes) {
      if ([...node.inputs, ...capturedNames(node)].some((i) => reached.has(i))) {
        for (const o of node.outputs) reached.add(o);
      }
    }
    return reached;
  }

  /** Whether one of the outputs is taken of the value, or of what it is computed from. */
  hasBehind(value: string, outputs: readonly LossOutput[]): boolean {
    const behind = this.valuesBehind([value]);
    return outputs.some((o) => o.value === value || behind.has(o.value));
  }

  /** Values that the given ones are computed from, these themselves left out unless another needs them. */
  valuesBehind(values: readonly string[]): Set<string> {
    const wanted = new Set(values);
    const behind = new Set<string>();
    for (let i = this.graph.nodes.length - 1; i >= 0; i--) {
      const node = this.graph.nodes[i];
      if (!node.outputs.some((o) => wanted.has(o) || behind.has(o))) continue;
      for (const v of [...node.inputs, ...capturedNames(node)]) behind.add(v);
    }
    return behind;
  }
}
