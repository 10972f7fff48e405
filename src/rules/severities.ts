import type { Severity } from '../protocol/facts';

/** What a setting may say of a rule: how loud its findings are, or that it is left out. */
export type RuleSeverity = Severity | 'off';

export const ruleSeverities: readonly RuleSeverity[] = ['error', 'warning', 'information', 'hint', 'off'];

export function isRuleSeverity(value: unknown): value is RuleSeverity {
  return ruleSeverities.some((s) => s === value);
}
