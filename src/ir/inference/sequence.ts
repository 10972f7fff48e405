import { unknownDims } from './dims';
import { tensorFact, type Fact, type InferenceRules } from './inferenceNode';

/** Sequences are followed by kind and element type only. */
export const sequenceRules: InferenceRules = {
  SequenceEmpty: () => [{ kind: 'sequence' }],
  SequenceConstruct: (n) => [sequenceOf(n.fact(0))],
  SequenceInsert: (n) => [n.fact(0) ?? sequenceOf(n.fact(1))],
  SequenceErase: (n) => [n.fact(0)],
  SequenceLength: () => [tensorFact('int64', [])],
  SequenceAt: (n) => [tensorFact(n.fact(0)?.dtype)],
  SplitToSequence: (n) => [sequenceOf(n.fact(0))],
  ConcatFromSequence: (n) => [tensorFact(n.fact(0)?.dtype)],
  Optional: (n) => [{ kind: 'optional', dtype: n.dtype(0) }],
  OptionalHasElement: () => [tensorFact('bool', [])],
  StringNormalizer: (n) => [tensorFact('string', n.rank(0) === undefined ? undefined : unknownDims(n.rank(0)!))],
};

function sequenceOf(fact: Fact | undefined): Fact {
  return { kind: 'sequence', dtype: fact?.dtype };
}
