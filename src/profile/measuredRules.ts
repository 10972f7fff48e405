import type { Finding } from '../protocol/facts';
import { measuredThresholds, type MeasuredRule, type Measurements } from './measuredRule';
import { collapsedActivation } from './rules/collapsedActivation';
import { deadUnits } from './rules/deadUnits';
import { explodingGradient } from './rules/explodingGradient';
import { nonFiniteValues } from './rules/nonFiniteValues';
import { saturatedActivation } from './rules/saturatedActivation';
import { statisticsDrift } from './rules/statisticsDrift';
import { trainEvalGap } from './rules/trainEvalGap';
import { updateRatio } from './rules/updateRatio';
import { vanishingGradient } from './rules/vanishingGradient';

const FOREIGN = 'The weights are those of the file and may fit the data they were trained on.';

/** All rules on measured figures in the order in which findings are listed. A test holds this list against the folder of rules. */
export const measuredRules: readonly MeasuredRule[] = [
  nonFiniteValues,
  vanishingGradient,
  explodingGradient,
  deadUnits,
  saturatedActivation,
  collapsedActivation,
  trainEvalGap,
  statisticsDrift,
  updateRatio,
];

/** What the rules say about a profile, whole or cut short. */
export function judgeProfile(profile: Measurements, thresholds = measuredThresholds): Finding[] {
  const { data, init, weights } = profile.settings;
  const foreign = data.kind === 'synthetic' && init === 'keep' && weights !== 're-initialised';
  return measuredRules.flatMap((rule) => {
    const { id, severity } = rule.meta;
    const lowered = foreign && rule.needsOwnData === true;
    return rule.check(profile, thresholds).map((finding): Finding => ({
      ruleId: id,
      ...finding,
      severity: lowered ? 'information' : severity,
      message: lowered ? `${finding.message} ${FOREIGN}` : finding.message,
    }));
  });
}
