// Writes the page of every rule to media/rules, removes the pages of rules that are gone, and states the rules, the tools of
// assistants and the walkthrough in package.json.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { modelTools } from '../assistants/modelTools';
import { chapters } from '../experiments/registry';
import { measuredRules } from '../profile/measuredRules';
import { rules } from '../rules/registry';
import { rulePage } from '../rules/rulePage';
import { ruleSetting } from './ruleSetting';
import { toolContributions } from './toolContributions';
import { walkthroughs } from './walkthrough';

const folder = path.join(__dirname, '../../media/rules');

fs.mkdirSync(folder, { recursive: true });
const pages = new Map([...rules, ...measuredRules].map((rule) => [`${rule.meta.id}.md`, rulePage(rule)]));
for (const file of fs.readdirSync(folder)) if (!pages.has(file)) fs.rmSync(path.join(folder, file));
for (const [file, text] of pages) fs.writeFileSync(path.join(folder, file), text);
console.log(`${pages.size} rule pages in media/rules`);

interface Manifest {
  readonly contributes: {
    readonly configuration: { readonly properties: Record<string, unknown> };
    languageModelTools: unknown;
    walkthroughs: unknown;
  };
}

const manifestFile = path.join(__dirname, '../../package.json');
const manifest = JSON.parse(fs.readFileSync(manifestFile, 'utf8')) as Manifest;
manifest.contributes.configuration.properties['normscope.rules'] = ruleSetting([...rules, ...measuredRules]);
manifest.contributes.languageModelTools = toolContributions(modelTools);
manifest.contributes.walkthroughs = walkthroughs(chapters);
fs.writeFileSync(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`);
