// Writes into package.json what it states of the rules, the tools of assistants and the walkthroughs, and moves every text that
// people see to package.nls.json.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { modelTools } from '../assistants/modelTools';
import { chapters } from '../experiments/registry';
import { measuredRules } from '../profile/measuredRules';
import { rules } from '../rules/registry';
import { localizeManifest, type Manifest } from './localizeManifest';
import { ruleSetting } from './ruleSetting';
import { toolContributions } from './toolContributions';
import { walkthroughs } from './walkthrough';

const root = path.join(__dirname, '../..');
const [manifestFile, textsFile] = ['package.json', 'package.nls.json'].map((name) => path.join(root, name));
const read = (file: string) => JSON.parse(fs.readFileSync(file, 'utf8')) as unknown;
const write = (file: string, value: unknown) => fs.writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);

const manifest = read(manifestFile) as Manifest;
const contributes = manifest.contributes as {
  configuration: { properties: Record<string, unknown> };
  languageModelTools: unknown;
  walkthroughs: unknown;
};
contributes.configuration.properties['normscope.rules'] = ruleSetting([...rules, ...measuredRules]);
contributes.languageModelTools = toolContributions(modelTools);
contributes.walkthroughs = walkthroughs(chapters);
const known = fs.existsSync(textsFile) ? (read(textsFile) as Record<string, string>) : {};
const texts = localizeManifest(manifest, known);
write(manifestFile, manifest);
write(textsFile, texts);
console.log(`${Object.keys(texts).length} texts in package.nls.json`);
