import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { AnyExperiment } from '../../../src/experiments/experiment';
import { experiments, experimentWithId, factsOf } from '../../../src/experiments/registry';

const folder = path.join(__dirname, '../../../src/experiments/catalogue');

const fileNameOf = (id: string) => id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

describe('registry of experiments', () => {
  it('lists every file of the catalogue, each under the name of its id', async () => {
    const files = fs.readdirSync(folder).map((file) => file.replace(/\.ts$/, ''));
    assert.deepEqual(files.sort(), experiments.map((e) => fileNameOf(e.id)).sort());
    for (const e of experiments) {
      const module = (await import(path.join(folder, `${fileNameOf(e.id)}.ts`))) as { experiment: AnyExperiment };
      assert.equal(module.experiment, e);
      assert.equal(experimentWithId(e.id), e);
    }
  });

  it('has every text, as whole sentences, and a reference with a year where something is published', () => {
    for (const e of experiments) {
      const facts = factsOf(e);
      for (const text of [facts.claim, facts.setting, facts.gate, facts.published]) {
        assert.match(text, /^[A-Z(\d].*\.$/s, `${e.id}: ${text}`);
      }
      assert.match(facts.reference, /\b(19|20)\d\d\b/, e.id);
      assert.match(facts.title, /^[A-Z]/, e.id);
      assert.ok(facts.leastSeeds >= 3, e.id);
    }
  });

  it('knows no experiment of another name', () => {
    assert.equal(experimentWithId('no-such'), undefined);
    assert.equal(experimentWithId('toString'), undefined);
  });
});
