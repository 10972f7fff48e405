import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import manifest from '../../../package.json';
import english from '../../../package.nls.json';
import italian from '../../../package.nls.it.json';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';
import { measuredRules } from '../../../src/profile/measuredRules';
import { rules } from '../../../src/rules/registry';
import { modelTools } from '../../../src/assistants/modelTools';
import { localizeManifest, withTexts, type Manifest } from '../../../src/tools/localizeManifest';
import { toolContributions } from '../../../src/tools/toolContributions';
import { ruleSetting } from '../../../src/tools/ruleSetting';

const { contributes } = withTexts(manifest, english);

describe('package.json', () => {
  it('states the defaults of a profile as the engine has them', () => {
    const properties: Record<string, { default: unknown }> = contributes.configuration.properties;
    const stated = Object.fromEntries(
      Object.entries(properties)
        .filter(([key]) => key.startsWith('normscope.profile.'))
        .map(([key, { default: value }]) => [key.replace('normscope.profile.', ''), value]),
    );
    const { lr, init, ...others } = defaultProfileSettings;
    const texts = { data: '', labels: '', loss: 'auto' };
    assert.deepEqual(stated, { ...others, ...texts, learningRate: lr, initialization: init });
  });

  it('offers every rule, and no other, in the setting of rules', () => {
    const stated = contributes.configuration.properties['normscope.rules'];
    const all = [...rules, ...measuredRules];
    assert.deepEqual(Object.keys(stated.properties), all.map((r) => r.meta.id).sort());
    assert.deepEqual(stated, ruleSetting(all), 'the setting in package.json is stale: npm run docs:rules');
  });

  it('offers the tools of assistants as they are', () => {
    const stated = JSON.parse(JSON.stringify(toolContributions(modelTools))) as unknown;
    assert.deepEqual(contributes.languageModelTools, stated, 'stale: npm run docs:rules');
    for (const { name } of contributes.languageModelTools) assert.match(name, /^[\w-]+$/);
  });

  it('holds keys in the place of every text that people see', () => {
    const copy = JSON.parse(JSON.stringify(manifest)) as Manifest;
    const texts = localizeManifest(copy, english);
    assert.deepEqual(copy, manifest, 'npm run docs:rules');
    assert.deepEqual(texts, english, 'stale: npm run docs:rules');
  });

  it('is complete in Italian, with the same commands behind its links', () => {
    const commands = (text: string) => [...text.matchAll(/\(command:[^)]*\)|`[^`]*`/g)].map(String);
    const [en, it]: Record<string, string>[] = [english, italian];
    assert.deepEqual(Object.keys(it).sort(), Object.keys(en).sort());
    for (const [key, text] of Object.entries(en)) assert.deepEqual(commands(it[key]), commands(text), key);
  });

  it('states nothing that the README does not: settings with their defaults, and commands', () => {
    const readme = fs.readFileSync(path.join(__dirname, '../../../README.md'), 'utf8');
    const rows = new Map([...readme.matchAll(/^\| `(normscope\.[\w.]+)` \| (.*?) \|/gm)].map((m) => [m[1], m[2]]));
    const settings: Record<string, { default: unknown }> = contributes.configuration.properties;
    assert.deepEqual([...rows.keys()], Object.keys(settings));
    for (const [id, { default: value }] of Object.entries(settings))
      if (value !== '' && typeof value !== 'object')
        assert.equal(
          rows.get(id),
          typeof value === 'string' ? `\`${value}\`` : value === true ? 'on' : JSON.stringify(value),
          id,
        );
    const hidden = new Set(contributes.menus.commandPalette.filter((m) => m.when === 'false').map((m) => m.command));
    for (const { command, title } of contributes.commands)
      if (!hidden.has(command)) assert.ok(readme.includes(`**NormScope: ${title}**`), title);
  });

  it('describes every setting', () => {
    const settings: Record<string, { markdownDescription?: string }> = contributes.configuration.properties;
    for (const [id, { markdownDescription = '' }] of Object.entries(settings))
      assert.match(markdownDescription, /^[A-Z].*\.$|^[A-Z].*`\.?$/s, id);
  });

  it('names no command in a menu that it does not contribute', () => {
    const known = new Set(contributes.commands.map((c) => c.command));
    for (const item of Object.values(contributes.menus).flat()) assert.ok(known.has(item.command), item.command);
  });

  it('has an icon for every command that is a button', () => {
    const icons = new Map(contributes.commands.map((c): [string, string | undefined] => [c.command, c.icon]));
    const { 'view/title': ofViews, 'editor/title': ofEditors } = contributes.menus;
    const buttons = [...ofViews, ...ofEditors].filter(({ group }) => group.startsWith('navigation'));
    assert.ok(buttons.length > 3);
    for (const { command } of buttons) assert.match(icons.get(command) ?? '', /^\$\([a-z-]+\)$/, command);
  });
});
