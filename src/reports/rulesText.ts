import { measuredRules } from '../profile/measuredRules';
import { rules } from '../rules/registry';
import { rulePage } from '../rules/rulePage';
import { textTable } from './textTable';

/** Rules that judge the file, and those that judge what a profile measured. */
const all = [
  ...rules.map(({ meta }) => ({ meta, judges: 'file' })),
  ...measuredRules.map(({ meta }) => ({ meta, judges: 'profile' })),
].sort((a, b) => (a.meta.id < b.meta.id ? -1 : 1));

/** All rules as a table. Ends with a line break. */
export function rulesText(): string {
  const columns = ['rule', 'severity', 'judges', 'what it reports'].map((title) => ({ title }));
  const rows = all.map(({ meta, judges }) => [meta.id, meta.severity, judges, meta.title]);
  return `${textTable(columns, rows).join('\n')}\n`;
}

/** The page of a rule in Markdown, or in `error` a sentence that lists the known ids. */
export function rulePageText(id: string): { readonly page: string } | { readonly error: string } {
  const rule = all.find((r) => r.meta.id === id);
  if (rule !== undefined) return { page: rulePage(rule) };
  return { error: `unknown rule '${id}'; known are ${all.map((r) => r.meta.id).join(', ')}` };
}
