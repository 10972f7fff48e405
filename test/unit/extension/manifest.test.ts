import assert from 'node:assert/strict';
import { contributes } from '../../../package.json';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';

describe('package.json', () => {
  it('states the defaults of a profile as the engine has them', () => {
    const properties: Record<string, { default: unknown }> = contributes.configuration.properties;
    const stated = Object.fromEntries(
      Object.entries(properties).map(([key, { default: value }]) => [key.replace('normscope.profile.', ''), value]),
    );
    const { lr, init, ...others } = defaultProfileSettings;
    assert.deepEqual(stated, { ...others, learningRate: lr, initialization: init });
  });

  it('names no command in a menu that it does not contribute', () => {
    const known = new Set(contributes.commands.map((c) => c.command));
    for (const item of Object.values(contributes.menus).flat()) assert.ok(known.has(item.command), item.command);
  });
});
