// Starts a rule: npm run new:rule -- ID. Writes the rule, its test, its page, its row in the README and its setting; the tests
// fail until the rule is filled in.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { measuredRules } from '../profile/measuredRules';
import { rules } from '../rules/registry';
import { scaffoldRule } from './ruleScaffold';

const root = path.join(__dirname, '../..');

function main([id, ...others]: readonly string[]): void {
  if (id === undefined || others.length > 0)
    throw new Error('which rule? npm run new:rule -- ID, as in norm-after-activation');
  const ids = [...rules, ...measuredRules].map((r) => r.meta.id);
  const { rule, test, files } = scaffoldRule(id, ids, (file) => fs.readFileSync(path.join(root, file), 'utf8'));
  for (const file of [rule, test])
    if (fs.existsSync(path.join(root, file))) throw new Error(`${file} is there already`);
  for (const [file, text] of files) fs.writeFileSync(path.join(root, file), text);
  execFileSync(process.execPath, ['--import', 'tsx', path.join(__dirname, 'generateRulePages.ts')], {
    cwd: root,
    stdio: 'inherit',
  });
  console.log(
    `${rule}: say what the rule is about, and report it\n${test}: three models where it fires and three where it is silent`,
  );
  console.log(`npx mocha --spec ${test} shows what is missing; npm run docs:rules writes its page again`);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
