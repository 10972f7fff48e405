import { BATCH_NORMALIZATION_TRAINING, ROUND_STRAIGHT_THROUGH } from '../privateOperators';
import { sameType, tensorFact, type InferenceRules } from './inferenceNode';

export const privateRules: InferenceRules = {
  [BATCH_NORMALIZATION_TRAINING]: (n) => {
    const statistics = tensorFact(n.dtype(0), [n.shape(0)?.[1] ?? null]);
    return [sameType(n.fact(0)), statistics, statistics, statistics, sameType(n.fact(0))];
  },
  [ROUND_STRAIGHT_THROUGH]: (n) => [sameType(n.fact(0))],
};
