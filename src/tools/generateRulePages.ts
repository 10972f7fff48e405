// Writes the page of every rule to media/rules and removes the pages of rules that are gone.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { measuredRules } from '../profile/measuredRules';
import { rules } from '../rules/registry';
import { rulePage } from '../rules/rulePage';

const folder = path.join(__dirname, '../../media/rules');

fs.mkdirSync(folder, { recursive: true });
const pages = new Map([...rules, ...measuredRules].map((rule) => [`${rule.meta.id}.md`, rulePage(rule)]));
for (const file of fs.readdirSync(folder)) if (!pages.has(file)) fs.rmSync(path.join(folder, file));
for (const [file, text] of pages) fs.writeFileSync(path.join(folder, file), text);
console.log(`${pages.size} rule pages in media/rules`);
