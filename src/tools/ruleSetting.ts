import type { RuleText } from '../rules/rule';
import { ruleSeverities } from '../rules/severities';

/** The setting `normscope.rules` as package.json contributes it: every rule is offered by its id, with what may be said of it. */
export function ruleSetting(rules: readonly { readonly meta: RuleText }[]) {
  const ids = rules.map((r) => r.meta).sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    type: 'object',
    scope: 'resource',
    default: {},
    additionalProperties: false,
    properties: Object.fromEntries(
      ids.map(({ id, title, severity }) => [
        id,
        { type: 'string', enum: [...ruleSeverities], description: `${title} (${severity})` },
      ]),
    ),
    markdownDescription:
      'Severity of rules by their id, in place of their own; `off` leaves a rule out. Example: `{ "norm-after-activation": "off" }`.',
  };
}
