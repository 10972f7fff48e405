import { strict as assert } from 'node:assert';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { measuredRules } from '../../../src/profile/measuredRules';
import { ruleWithId, rules } from '../../../src/rules/registry';
import { italianRulePage } from '../../../src/rules/italianRulePage';
import { rulePage } from '../../../src/rules/rulePage';

const root = path.join(__dirname, '../../..');
const kebab = (name: string) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

describe('rule registry', () => {
  const files = fs.readdirSync(path.join(root, 'src/rules/catalogue'));

  it('lists each file of the catalogue once, under the id of its name', () => {
    const ids = files.map((f) => kebab(path.basename(f, '.ts')));
    assert.deepEqual(rules.map((r) => r.meta.id).sort(), ids.sort());
    for (const id of ids) assert.equal(ruleWithId(id)?.meta.id, id);
    assert.equal(ruleWithId('constructor'), undefined);
  });

  it('has a test for every rule', () => {
    for (const file of files) {
      const name = path.basename(file, '.ts');
      const test = path.join(root, 'test/unit/rules/catalogue', `${name}.test.ts`);
      assert.ok(fs.existsSync(test), `${name} has no test`);
      assert.match(fs.readFileSync(test, 'utf8'), new RegExp(`testRule\\(${name},`));
    }
  });

  it('says of every rule what it does, why, what to do instead, and where that is from', () => {
    for (const { meta } of [...rules, ...measuredRules]) {
      for (const text of [meta.title, meta.whatItDoes, meta.why, meta.insteadDo]) assert.ok(text.trim().length > 10);
      assert.ok(meta.references.length > 0, meta.id);
      for (const { url } of meta.references) assert.equal(new URL(url).protocol, 'https:');
    }
  });

  it('has a page for every rule that is not stale, and no other page', () => {
    const folder = path.join(root, 'media/rules');
    const all = [...rules, ...measuredRules];
    const names = all.map((r) => `${r.meta.id}.md`).sort();
    assert.deepEqual(fs.readdirSync(folder).sort(), ['it', ...names].sort());
    assert.deepEqual(fs.readdirSync(path.join(folder, 'it')).sort(), names);
    for (const rule of all) {
      const page = fs.readFileSync(path.join(folder, `${rule.meta.id}.md`), 'utf8');
      assert.equal(page, rulePage(rule), `media/rules/${rule.meta.id}.md is stale: npm run docs:rules`);
      const translated = fs.readFileSync(path.join(folder, 'it', `${rule.meta.id}.md`), 'utf8');
      assert.equal(translated, italianRulePage(rule), `media/rules/it/${rule.meta.id}.md is stale: npm run docs:rules`);
    }
  });

  it('has every page in Italian, with the same figures and code as the English one', () => {
    const parts = (page: string) =>
      page.match(/(?<![\p{L}.])-?\d[\d.e^-]*\d|(?<![\p{L}.])\d|`[^`]*`|https?:\S+/gu) ?? [];
    for (const rule of [...rules, ...measuredRules]) {
      const page = italianRulePage(rule);
      assert.ok(page, `${rule.meta.id}: src/texts/italian has no page`);
      const kept = (text: string) => parts(text.replace(/^.*normscope fix.*$/m, '')).sort();
      assert.deepEqual(kept(page), kept(rulePage(rule)), rule.meta.id);
      assert.doesNotMatch(page, /undefined/);
    }
  });

  it('gives all pages of a kind the same headings', () => {
    const headings = (third: string) => ['What it does', 'Why', third, 'What to do instead', 'References'];
    const of = (rule: Parameters<typeof rulePage>[0]) =>
      rulePage(rule)
        .match(/^##? .*$/gm)
        ?.slice(1);
    for (const [list, third] of [
      [rules, 'Example'],
      [measuredRules, 'What other tools report'],
    ] as const) {
      const expected = headings(third).map((h) => `## ${h}`);
      for (const rule of list) assert.deepEqual(of(rule), expected, rule.meta.id);
    }
  });

  it('is what the tables of the README say', () => {
    const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
    const rows = [...readme.matchAll(/^\| `([a-z0-9-]+)` \| (error|warning|information|hint) \| (.+) \|$/gm)];
    const stated = rows.map(([, id, severity]) => `${id} ${severity}`);
    assert.deepEqual(stated.sort(), [...rules, ...measuredRules].map((r) => `${r.meta.id} ${r.meta.severity}`).sort());
    const titles = new Map(rows.map(([, id, , title]) => [id, title]));
    for (const { meta } of rules) assert.equal(titles.get(meta.id), meta.title);
  });
});
