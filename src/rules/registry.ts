import { batchNormTrainingMode } from './catalogue/batchNormTrainingMode';
import { biasBeforeNorm } from './catalogue/biasBeforeNorm';
import { deadScaleChannels } from './catalogue/deadScaleChannels';
import { deepSaturatingWithoutNorm } from './catalogue/deepSaturatingWithoutNorm';
import { dropoutBeforeBatchNorm } from './catalogue/dropoutBeforeBatchNorm';
import { epsilonDominatesVariance } from './catalogue/epsilonDominatesVariance';
import { epsilonUnderflowsFloat16 } from './catalogue/epsilonUnderflowsFloat16';
import { foldScaleOutlier } from './catalogue/foldScaleOutlier';
import { mixedEpsilon } from './catalogue/mixedEpsilon';
import { momentumConvention } from './catalogue/momentumConvention';
import { nearIdentityNorm } from './catalogue/nearIdentityNorm';
import { negativeVariance } from './catalogue/negativeVariance';
import { nonFiniteStatistics } from './catalogue/nonFiniteStatistics';
import { normAfterActivation } from './catalogue/normAfterActivation';
import { untrainedStatistics } from './catalogue/untrainedStatistics';
import type { Rule } from './rule';

/** All rules in the order in which findings are listed. A test holds this list against the folder of rules. */
export const rules: readonly Rule[] = [
  normAfterActivation,
  deepSaturatingWithoutNorm,
  dropoutBeforeBatchNorm,
  biasBeforeNorm,
  batchNormTrainingMode,
  untrainedStatistics,
  momentumConvention,
  nonFiniteStatistics,
  negativeVariance,
  epsilonDominatesVariance,
  epsilonUnderflowsFloat16,
  mixedEpsilon,
  deadScaleChannels,
  foldScaleOutlier,
  nearIdentityNorm,
];

export function ruleWithId(id: string): Rule | undefined {
  return rules.find((r) => r.meta.id === id);
}
