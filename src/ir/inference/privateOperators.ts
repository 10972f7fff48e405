import { BATCH_NORMALIZATION_TRAINING } from '../privateOperators';
import { sameType, tensorFact, type InferenceRules } from './inferenceNode';

export const privateRules: InferenceRules = {
  [BATCH_NORMALIZATION_TRAINING]: (n) => {
    const statistics = tensorFact(n.dtype(0), [n.shape(0)?.[1] ?? null]);
    return [sameType(n.fact(0)), statistics, statistics, statistics];
  },
};
