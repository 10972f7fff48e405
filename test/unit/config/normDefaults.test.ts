import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { familyCompletions } from '../../../src/config/configCompletions';
import { kerasNorms } from '../../../src/config/kerasNorms';
import { classes } from '../../../src/config/normClasses';
import { settingHover } from '../../../src/config/normSettings';

type Defaults = Readonly<Record<string, unknown>>;

/** Written by `test/references/makeNormDefaults.py` from the sources of the libraries. */
const reference = JSON.parse(readFileSync(path.resolve(__dirname, '../../references/normDefaults.json'), 'utf8')) as {
  readonly classes: Readonly<Record<string, Readonly<Record<string, Defaults>>>>;
  readonly transformers: Readonly<
    Record<string, { readonly defaults: Defaults; readonly kinds: Readonly<Record<string, readonly string[]>> }>
  >;
};

/** "eps 1e-5", "groups 32", "axis (default -1)", "alpha 1e-4" */
const stated =
  /\b(eps|epsilon|momentum|groups|num_groups|axis|reduction_axes|alpha|beta|k) (?:\(default )?(-?\d+(?:\.\d+)?(?:e-?\d+)?)/g;

describe('defaults of norms, as the sources of the libraries have them', () => {
  it('are those that hovers on classes state', () => {
    for (const { library, name, words } of classes) {
      const tables = library === 'Flax' ? ['Flax', 'Flax NNX'] : [library];
      const text = words.join(' ');
      for (const table of tables) {
        const known = reference.classes[table][name];
        // Keras 3 and timm hand these down from classes of the same numbers that are in other files
        if (name === 'SyncBatchNormalization' || known === undefined) {
          assert.match(name, /^(SyncBatchNormalization|BatchNormAct2d)$/);
          continue;
        }
        for (const [, setting, value] of text.matchAll(stated)) {
          const own = name === 'GroupNorm1' ? reference.classes.PyTorch.GroupNorm : known;
          assert.equal(Number(value), own[setting], `${table} ${name}: ${setting}`);
        }
        const affine = known.affine ?? known.elementwise_affine ?? known.use_scale ?? known.scale;
        if (affine !== undefined) assert.equal(/[Ll]earns (no|nothing)/.test(text), !affine, `${table} ${name}`);
      }
    }
    const pairs = classes.flatMap(({ words }) => [...words.join(' ').matchAll(stated)]);
    assert.ok(pairs.length > 40, `${pairs.length} figures were compared`);
  });

  it('are those that completions in models write', () => {
    for (const [name, { settings }] of kerasNorms) {
      const known = reference.classes.Keras[name];
      assert.deepEqual(Object.fromEntries(settings.map(([key, value]) => [key, JSON.parse(value) as unknown])), known);
    }
  });

  it('are those that completions in configurations of transformers write', () => {
    const written = (type: string) => {
      const text = `{\n "model_type": "${type}",\n "\n}`;
      return familyCompletions(text, text.lastIndexOf('"') + 1);
    };
    const ofNone = JSON.stringify(written('unheard-of').map((c) => c.value));
    let compared = 0;
    for (const [type, { defaults }] of Object.entries(reference.transformers)) {
      const offered = written(type);
      if (JSON.stringify(offered.map((c) => c.value)) === ofNone) continue;
      for (const { label, value } of offered) {
        const known = defaults[label.replaceAll('"', '')];
        if (known === undefined) continue;
        assert.equal(JSON.parse(value!), known, `${type}: ${label}`);
        compared++;
      }
    }
    assert.ok(compared > 50, `${compared} figures were compared`);
  });

  it('leave no doubt what transformers call layer norm', () => {
    let compared = 0;
    for (const [type, { kinds }] of Object.entries(reference.transformers)) {
      for (const [setting, found] of Object.entries(kinds)) {
        if (found.length !== 1) continue;
        const words = settingHover(`"${setting}": 1e-5,`, 3, type)!.words;
        const heading = { layer: 'Layer', rms: 'RMS', batch: 'Batch', group: 'Group' }[found[0]];
        assert.ok(words.startsWith(`**${heading} normalization**`), `${type}, ${setting}: ${words.slice(0, 60)}`);
        compared++;
      }
    }
    assert.ok(compared > 150, `${compared} settings were compared`);
  });
});
