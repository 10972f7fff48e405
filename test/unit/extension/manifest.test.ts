import assert from 'node:assert/strict';
import { contributes } from '../../../package.json';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';
import { measuredRules } from '../../../src/profile/measuredRules';
import { rules } from '../../../src/rules/registry';
import { modelTools } from '../../../src/assistants/modelTools';
import { toolContributions } from '../../../src/tools/toolContributions';
import { ruleSetting } from '../../../src/tools/ruleSetting';

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

  it('names no command in a menu that it does not contribute', () => {
    const known = new Set(contributes.commands.map((c) => c.command));
    for (const item of Object.values(contributes.menus).flat()) assert.ok(known.has(item.command), item.command);
  });
});
