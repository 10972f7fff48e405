import { textTable } from '../reports/textTable';
import { ruleWithId, rules } from '../rules/registry';
import { rulePage } from '../rules/rulePage';

/** What `normscope rules` prints: a table of all rules, or the page of one. Ends with a line break. */
export function rulesText(id?: string): string {
  const rule = id === undefined ? undefined : ruleWithId(id);
  if (rule !== undefined) return rulePage(rule);
  const rows = rules.map(({ meta }) => [meta.id, meta.severity, meta.title]).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${textTable([{ title: 'rule' }, { title: 'severity' }, { title: 'what it reports' }], rows).join('\n')}\n`;
}
