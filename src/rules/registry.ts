import { batchNormTrainingMode } from './catalogue/batchNormTrainingMode';
import { biasBeforeNorm } from './catalogue/biasBeforeNorm';
import { consecutiveNorms } from './catalogue/consecutiveNorms';
import { deadScaleChannels } from './catalogue/deadScaleChannels';
import { deepPlainBatchNorm } from './catalogue/deepPlainBatchNorm';
import { deepSaturatingWithoutNorm } from './catalogue/deepSaturatingWithoutNorm';
import { deepWithoutNorm } from './catalogue/deepWithoutNorm';
import { dropoutBeforeBatchNorm } from './catalogue/dropoutBeforeBatchNorm';
import { epsilonDominatesVariance } from './catalogue/epsilonDominatesVariance';
import { epsilonUnderflowsFloat16 } from './catalogue/epsilonUnderflowsFloat16';
import { foldableBatchNorm } from './catalogue/foldableBatchNorm';
import { foldScaleOutlier } from './catalogue/foldScaleOutlier';
import { groupCountMismatch } from './catalogue/groupCountMismatch';
import { inconsistentNorm } from './catalogue/inconsistentNorm';
import { mixedEpsilon } from './catalogue/mixedEpsilon';
import { momentumConvention } from './catalogue/momentumConvention';
import { nearIdentityNorm } from './catalogue/nearIdentityNorm';
import { negativeVariance } from './catalogue/negativeVariance';
import { nonFiniteStatistics } from './catalogue/nonFiniteStatistics';
import { normAfterActivation } from './catalogue/normAfterActivation';
import { normAlreadyFolded } from './catalogue/normAlreadyFolded';
import { normAxisNotChannel } from './catalogue/normAxisNotChannel';
import { normBeforeOutput } from './catalogue/normBeforeOutput';
import { postNormTransformer } from './catalogue/postNormTransformer';
import { singleValueStatistics } from './catalogue/singleValueStatistics';
import { smallBatchBatchNorm } from './catalogue/smallBatchBatchNorm';
import { unfoldableBatchNorm } from './catalogue/unfoldableBatchNorm';
import { untrainedStatistics } from './catalogue/untrainedStatistics';
import type { Rule } from './rule';

/** All rules in the order in which findings are listed. A test holds this list against the folder of rules. */
export const rules: readonly Rule[] = [
  normAfterActivation,
  inconsistentNorm,
  consecutiveNorms,
  normBeforeOutput,
  normAxisNotChannel,
  postNormTransformer,
  deepWithoutNorm,
  deepSaturatingWithoutNorm,
  deepPlainBatchNorm,
  dropoutBeforeBatchNorm,
  biasBeforeNorm,
  batchNormTrainingMode,
  groupCountMismatch,
  singleValueStatistics,
  smallBatchBatchNorm,
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
  foldableBatchNorm,
  unfoldableBatchNorm,
  normAlreadyFolded,
];

export function ruleWithId(id: string): Rule | undefined {
  return rules.find((r) => r.meta.id === id);
}
