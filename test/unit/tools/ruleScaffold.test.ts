import { strict as assert } from 'node:assert';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { runInNewContext } from 'node:vm';
import { transformSync } from 'esbuild';
import { check } from 'prettier';
import type { Rule } from '../../../src/rules/rule';
import { README, REGISTRY, scaffoldRule } from '../../../src/tools/ruleScaffold';
import { parseGraph } from '../../../src/ir/textForm';

const root = path.join(__dirname, '../../..');
const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8');
const added = (before: string, after: string) => after.split('\n').filter((line) => !before.split('\n').includes(line));

describe('new rules', () => {
  const { rule, test, files } = scaffoldRule('norm-in-the-wrong-place', ['norm-after-activation'], read);

  it('get a file that is a rule, with two models that can be read', () => {
    assert.equal(rule, 'src/rules/catalogue/normInTheWrongPlace.ts');
    const { code } = transformSync(files.get(rule)!, { loader: 'ts', format: 'cjs' });
    const module = { exports: {} as Record<string, Rule> };
    runInNewContext(code, { module });
    const made = module.exports.normInTheWrongPlace;
    assert.deepEqual(
      [made.meta.id, made.meta.title, typeof made.check],
      ['norm-in-the-wrong-place', 'Norm in the wrong place', 'function'],
    );
    assert.equal(parseGraph(made.meta.bad.text).nodeCount, 2);
    assert.equal(parseGraph(made.meta.good.text).nodeCount, 1);
  });

  it('get a test that fails: no cases, and nothing is reported in the bad example', () => {
    assert.equal(test, 'test/unit/rules/catalogue/normInTheWrongPlace.test.ts');
    assert.match(files.get(test)!, /testRule\(normInTheWrongPlace, \{\n {2}fires: \[\],\n {2}silent: \[\],\n\}\);/);
    assert.doesNotMatch(files.get(rule)!, /report\(/);
  });

  it('are formatted as the rest of the house', async () => {
    for (const file of [rule, test, REGISTRY]) {
      const options = { filepath: file, printWidth: 120, singleQuote: true, trailingComma: 'all' } as const;
      assert.ok(await check(files.get(file)!, options), file);
    }
  });

  it('are listed in the registry and the README, each in its place', () => {
    assert.deepEqual(added(read(REGISTRY), files.get(REGISTRY)!), [
      "import { normInTheWrongPlace } from './catalogue/normInTheWrongPlace';",
      '  normInTheWrongPlace,',
    ]);
    const imports = [...files.get(REGISTRY)!.matchAll(/'\.\/catalogue\/(\w+)'/g)].map(([, name]) => name.toLowerCase());
    assert.deepEqual(imports, imports.toSorted());
    const row = '| `norm-in-the-wrong-place` | information | Norm in the wrong place |';
    assert.deepEqual(added(read(README), files.get(README)!), [row]);
    const lines = files.get(README)!.split('\n');
    assert.match(lines[lines.indexOf(row) - 1], /^\| `norm-before-output` /);
  });

  it('have an id that names a problem and is free', () => {
    for (const id of ['Norm', 'norm', 'norm_after', 'norm--after', '../norm-after', 'norm-after-'])
      assert.throws(() => scaffoldRule(id, [], read), /is no rule id/);
    assert.throws(() => scaffoldRule('norm-after-activation', ['norm-after-activation'], read), /there is a rule/);
  });
});
