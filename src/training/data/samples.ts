import { elementCount } from '../../ir/tensor';
import { Random } from '../random';
import { fillPicture } from './pictures';
import type { InputSpec } from './inputSpec';

/** Everything random about the data set is drawn from (seed, purpose, ...), so that any batch can be made by itself. */
export const purpose = { labels: 1, samples: 2, classes: 3, teacher: 4, weights: 5 } as const;

/** How many of the features' deviation lies within a class. */
const NOISE = 0.5;
/** How often a token is one of its class's own. */
const OWN_TOKEN = 0.7;

/**
 * Samples of the given classes for one input, in the input's shape, row-major. What is the same for a class in every batch
 * comes from (seed, purpose.classes, input), what differs from sample to sample from `random`. Not yet standardised.
 */
export function samplesOf(
  spec: InputSpec,
  labels: readonly number[],
  classes: number,
  seed: number,
  input: number,
  random: Random,
): Float32Array {
  const { shape, kind } = spec;
  const data = new Float32Array(elementCount(shape));
  const perSample = data.length / Math.max(1, shape[0] ?? 1);
  const own = new Random(seed, purpose.classes, input);
  switch (kind) {
    case 'image':
      labels.forEach((label, n) => {
        fillPicture(data.subarray(n * perSample, (n + 1) * perSample), spec, label, classes, random);
      });
      break;
    case 'vector':
      fillVectors(data, perSample, labels, classes, own, random);
      break;
    case 'sequence':
      fillSequences(data, spec, labels, classes, own, random);
      break;
    case 'tokens':
      labels.forEach((label, n) => {
        const tokens = data.subarray(n * perSample, (n + 1) * perSample);
        for (let i = 0; i < tokens.length; i++) tokens[i] = token(label, classes, spec.vocabulary, random);
      });
      break;
    case 'mask':
      data.fill(1);
      break;
    case 'positions': {
      const length = shape.at(-1) ?? 1;
      for (let i = 0; i < data.length; i++) data[i] = i % length;
      break;
    }
    case 'zeros':
      break;
    case 'constant':
      fillConstant(data, spec, own);
      break;
  }
  return data;
}

/** Gaussian clusters: centres N(0, s^2) per class with s large enough that few features suffice, noise N(0, 0.5^2). */
function fillVectors(
  data: Float32Array,
  features: number,
  labels: readonly number[],
  classes: number,
  own: Random,
  random: Random,
): void {
  const centres = own.normals(classes * features, Math.max(1, 3 / Math.sqrt(features)));
  labels.forEach((label, n) => {
    for (let f = 0; f < features; f++) {
      data[n * features + f] = centres[label * features + f] + NOISE * random.normal();
    }
  });
}

/** A level and a wave for each feature; the wave's frequency goes by class, its phase by sample. */
function fillSequences(
  data: Float32Array,
  { shape: [, length, features] }: InputSpec,
  labels: readonly number[],
  classes: number,
  own: Random,
  random: Random,
): void {
  const levels = own.normals(classes * features);
  const phases = own.normals(classes * features, Math.PI);
  let at = 0;
  for (const label of labels) {
    const start = random.uniform(0, 2 * Math.PI);
    const frequency = (2 * Math.PI * (1 + (label % 5))) / length;
    for (let l = 0; l < length; l++) {
      for (let f = 0; f < features; f++) {
        const own = label * features + f;
        data[at++] = levels[own] + Math.sin(start + frequency * l + phases[own]) + NOISE * random.normal();
      }
    }
  }
}

/** Every class has its own tokens (those equal to it modulo the number of classes), mixed with any. */
function token(label: number, classes: number, vocabulary: number, random: Random): number {
  const own = Math.floor((vocabulary - 1 - label) / classes) + 1;
  return own > 0 && random.uniform() < OWN_TOKEN ? label + classes * random.integer(own) : random.integer(vocabulary);
}

/** Different tokens that sequences are made of: few enough for what follows each to be seen many times in a short run. */
const CHAIN_TOKENS = 32;
/** How often a token's own successor follows it. */
const SUCCESSION = 0.8;

/**
 * Sequences for models that tell the next token, [N, L]: a Markov chain over some tokens of the vocabulary, each of which has a successor
 * that follows it in four of five cases, and any in the fifth.
 * @param strides for each sample how far the successor lies in the order of these tokens: one number for all, or one for each class
 */
export function tokenChains(
  spec: InputSpec,
  strides: readonly number[],
  seed: number,
  input: number,
  random: Random,
): Float32Array {
  const own = new Random(seed, purpose.classes, input);
  const tokens = [...distinct(chainTokens(spec), spec.vocabulary, own)];
  const data = new Float32Array(elementCount(spec.shape));
  const length = data.length / strides.length;
  strides.forEach((stride, n) => {
    let at = random.integer(tokens.length);
    for (let i = 0; i < length; i++) {
      data[n * length + i] = tokens[at];
      const follows = random.uniform() < SUCCESSION;
      at = follows ? (at + stride) % tokens.length : random.integer(tokens.length);
    }
  });
  return data;
}

/** Different integers below `limit`, which may be far more than they are. */
function distinct(count: number, limit: number, random: Random): Set<number> {
  if (limit < 4 * count) return new Set(random.permutation(limit).slice(0, count));
  const numbers = new Set<number>();
  while (numbers.size < count) numbers.add(random.integer(limit));
  return numbers;
}

/** How many different tokens the sequences of such an input hold. */
export function chainTokens({ vocabulary }: InputSpec): number {
  return Math.min(CHAIN_TOKENS, vocabulary);
}

/** States start at small values, scales and flags at 1, other integers at 0. */
function fillConstant(data: Float32Array, { shape, dtype }: InputSpec, own: Random): void {
  if (dtype === 'bool') data.fill(1);
  else if (dtype !== 'float32' && dtype !== 'float64') data.fill(0);
  else if (shape.length === 0) data.fill(1);
  else for (let i = 0; i < data.length; i++) data[i] = own.normal();
}
