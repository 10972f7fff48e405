import type { Finding } from '../protocol/facts';
import type { ProfileResult } from '../protocol/profile';
import type { RuleSeverity } from '../rules/severities';
import { later, translated } from '../texts/say';
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

const FOREIGN = later`The weights are those of the file and may fit the data they were trained on.`;

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

/**
 * What the rules say about a profile, whole or cut short.
 * @param severities by rule id, in place of the rule's own; 'off' leaves the rule out
 */
export function judgeProfile(
  profile: Measurements,
  severities: Readonly<Record<string, RuleSeverity>> = {},
  thresholds = measuredThresholds,
): Finding[] {
  const { data, init, weights } = profile.settings;
  const foreign = data.kind === 'synthetic' && init === 'keep' && weights !== 're-initialised';
  return measuredRules.flatMap((rule) => {
    const { id } = rule.meta;
    const asked = Object.hasOwn(severities, id) ? severities[id] : undefined;
    if (asked === 'off') return [];
    const lowered = foreign && rule.needsOwnData === true;
    return rule.check(profile, thresholds).map((finding): Finding => ({
      ruleId: id,
      ...finding,
      severity: asked ?? (lowered ? 'information' : rule.meta.severity),
      message: lowered ? `${finding.message} ${translated(FOREIGN)}` : finding.message,
    }));
  });
}

/** A profile with the findings that it has under the given severities of rules. */
export function judgedAgain(profile: ProfileResult, severities: Readonly<Record<string, RuleSeverity>>): ProfileResult {
  return { ...profile, findings: judgeProfile(profile, severities) };
}
