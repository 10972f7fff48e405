// Writes the page of every rule to media/rules, in Italian to media/rules/it, and removes the pages of rules that are gone.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { measuredRules } from '../profile/measuredRules';
import { italianRulePage } from '../rules/italianRulePage';
import { rules } from '../rules/registry';
import { rulePage } from '../rules/rulePage';

const all = [...rules, ...measuredRules];

function write(folder: string, pageOf: (rule: (typeof all)[number]) => string | undefined): void {
  const to = path.join(__dirname, '../../media', folder);
  fs.mkdirSync(to, { recursive: true });
  const pages = new Map(all.map((rule) => [`${rule.meta.id}.md`, pageOf(rule)]));
  for (const file of fs.readdirSync(to)) if (file.endsWith('.md') && !pages.has(file)) fs.rmSync(path.join(to, file));
  for (const [file, text] of pages) if (text !== undefined) fs.writeFileSync(path.join(to, file), text);
  console.log(`${pages.size} rule pages in media/${folder}`);
}

write('rules', (rule) => rulePage(rule));
write('rules/it', italianRulePage);
