import { batchNormTrainingMode } from './catalogue/batchNormTrainingMode';
import { biasBeforeNorm } from './catalogue/biasBeforeNorm';
import { deepSaturatingWithoutNorm } from './catalogue/deepSaturatingWithoutNorm';
import { dropoutBeforeBatchNorm } from './catalogue/dropoutBeforeBatchNorm';
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
];

export function ruleWithId(id: string): Rule | undefined {
  return rules.find((r) => r.meta.id === id);
}
