import { measuredRules } from '../profile/measuredRules';
import { textTable } from '../reports/textTable';
import { rules } from '../rules/registry';
import { rulePage } from '../rules/rulePage';
import { UsageError } from './usage';

/** Rules that judge the file, and those that judge what a profile measured. */
const all = [
  ...rules.map(({ meta }) => ({ meta, judges: 'file' })),
  ...measuredRules.map(({ meta }) => ({ meta, judges: 'profile' })),
].sort((a, b) => (a.meta.id < b.meta.id ? -1 : 1));

/**
 * What `normscope rules` prints: a table of all rules, or the page of one. Ends with a line break.
 * @throws UsageError that lists the known ids
 */
export function rulesText(id?: string): string {
  if (id !== undefined) {
    const rule = all.find((r) => r.meta.id === id);
    if (rule !== undefined) return rulePage(rule);
    throw new UsageError(`unknown rule '${id}'; known are ${all.map((r) => r.meta.id).join(', ')}`);
  }
  const columns = ['rule', 'severity', 'judges', 'what it reports'].map((title) => ({ title }));
  const rows = all.map(({ meta, judges }) => [meta.id, meta.severity, judges, meta.title]);
  return `${textTable(columns, rows).join('\n')}\n`;
}
