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

  it('says how a model of the user is measured where it can be', () => {
    for (const e of experiments) {
      assert.equal(e.aboutModel !== undefined, e.measureModel !== undefined, e.id);
      const { setting, gate } = e.aboutModel?.() ?? e.about();
      for (const text of [setting, gate]) assert.match(text, /^[A-Z(\d].*\.$/s, `${e.id}: ${text}`);
      if (e.aboutModel !== undefined) assert.match(setting, /[Tt]he model/, e.id);
    }
  });

  it('is found from every subject of the chapter by its words', () => {
    const subjects: readonly [words: RegExp, id: string][] = [
      [/internal covariate shift/i, 'input-drift'],
      [/covariate shift is disputed/, 'covariate-shift-refuted'],
      [/inputs are usually scaled/i, 'input-scaling'],
      [/statistics of the batch in training and running ones at inference/, 'train-and-inference'],
      [/outside of back-propagation.*bias/, 'outside-the-gradient'],
      [/mini-batch/, 'parameters-steadier-than-statistics'],
      [/identity/, 'gamma-beta'],
      [/gaussian/i, 'gaussian-activations'],
      [/vanish/, 'vanishing-sigmoid'],
      [/saturating activations/, 'vanishing-sigmoid'],
      [/explod/, 'exploding-plain-bn'],
      [/faster-training.*fewer steps/, 'faster-training'],
      [/larger learning rates/i, 'larger-learning-rate'],
      [/regulari[sz]/, 'regularization'],
      [/initialization/, 'initialization'],
      [/usually stands between/, 'placement'],
      [/axes/, 'norm-axes'],
      [/smoother/, 'smoother-loss'],
      [/small batches/i, 'batch-size'],
    ];
    for (const [words, id] of subjects) {
      const found = experiments.map(factsOf).filter((f) => words.test(`${f.id} ${f.title} ${f.claim}`));
      assert.ok(
        found.some((f) => f.id === id),
        `${String(words)}: ${found.map((f) => f.id).join(', ')}`,
      );
    }
  });

  it('knows no experiment of another name', () => {
    assert.equal(experimentWithId('no-such'), undefined);
    assert.equal(experimentWithId('toString'), undefined);
  });
});
