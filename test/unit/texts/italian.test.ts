import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import manifestTexts from '../../../package.nls.it.json';
import { hoverContent } from '../../../src/config/hover';
import { EngineClient } from '../../../src/engine/engineClient';
import { experimentReport } from '../../../src/engine/runExperiment';
import { chapters, experiments, factsOf } from '../../../src/experiments/registry';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import type { ModelError } from '../../../src/ir/errors';
import { parseGraph } from '../../../src/ir/textParser';
import type { ExperimentResult } from '../../../src/protocol/experiment';
import type { ProfileSettings } from '../../../src/protocol/profile';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';
import { rules } from '../../../src/rules/registry';
import { italian } from '../../../src/texts/italian/italian';
import { measuredRulePages } from '../../../src/texts/italian/measuredRulePages';
import { rulePages } from '../../../src/texts/italian/rulePages';
import { count, say, setLanguage } from '../../../src/texts/say';
import { walkthroughs } from '../../../src/tools/walkthrough';
import { inProcessEngine } from '../../support/inProcessEngine';
import { modelOfCase } from '../../support/ruleTester';

const source = path.join(__dirname, '../../../src');

/** The texts that are said with the tags of texts/say.ts, with `{0}`, `{1}` ... in the place of values. */
function textsOf(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node) && /^(say|later)$/.test(node.tag.getText())) {
      const { template } = node;
      found.push(
        ts.isNoSubstitutionTemplateLiteral(template)
          ? template.text
          : template.head.text + template.templateSpans.map((s, i) => `{${i}}${s.literal.text}`).join(''),
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true));
  return found;
}

/** Words that no Italian sentence has, but for titles of papers, which stand in references. */
const englishWords = /\b(the|of|is|are|and|with|has|have|over|layers)\b|\{\d\}|undefined/;

describe('texts in Italian', () => {
  const said = fs
    .readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => textsOf(path.join(source, file)));

  it('are those that are said, all of them and no others', () => {
    assert.ok(said.length > 200, `${said.length} texts`);
    assert.deepEqual(Object.keys(italian.texts).sort(), [...new Set(said)].sort());
  });

  it('have the same places for values', () => {
    const places = (text: string) => (text.match(/\{\d\}/g) ?? []).sort();
    for (const [english, text] of Object.entries(italian.texts)) {
      assert.deepEqual(places(text), places(english), english);
      assert.ok((english.match(/\{\d/g) ?? []).length <= 10, english);
      // parts of sentences are put together: blanks at their ends are theirs
      assert.equal(/^ /.test(text), /^ /.test(english), english);
      assert.equal(/ $/.test(text), / $/.test(english), english);
    }
  });

  describe('once that language is set', () => {
    afterEach(() => setLanguage(undefined));

    it('put values where the sentence has them', () => {
      assert.equal(
        say`${2} of ${3} values of the ${'x'} (first: ${'y'} at index ${5})`,
        '2 of 3 values of the x (first: y at index 5)',
      );
      setLanguage(italian);
      assert.equal(
        say`${2} of ${3} values of the ${'x'} (first: ${'{0}'} at index ${5})`,
        '2 su 3 valori di: x (il primo: {0} all’indice 5)',
      );
      assert.deepEqual([count(1, 'layer'), count(2, 'layer'), count(0, 'layer')], ['1 strato', '2 strati', '0 strati']);
    });

    it('are what every rule says, with the same figures and names', async () => {
      for (const { meta } of rules) {
        const found = async () => {
          const { findings } = await analyzeModel(await modelOfCase(meta.bad), 'model.onnx');
          return findings.filter((f) => f.ruleId === meta.id);
        };
        setLanguage(undefined);
        const english = await found();
        setLanguage(italian);
        const translated = await found();
        assert.equal(translated.length, english.length);
        const figures = (text: string) => (text.match(/\d[\d.e-]*\d|\d/g) ?? []).sort();
        english.forEach(({ message, fix }, i) => {
          assert.notEqual(translated[i].message, message, meta.id);
          assert.deepEqual(figures(translated[i].message), figures(message), translated[i].message);
          assert.doesNotMatch(translated[i].message, englishWords, meta.id);
          if (fix !== undefined) assert.notEqual(translated[i].fix!.title, fix.title);
        });
      }
    });

    it('are what hovers say', async () => {
      setLanguage(italian);
      const rule = rules.find(({ meta }) => meta.id === 'norm-after-activation')!;
      const facts = await analyzeModel(await modelOfCase(rule.meta.bad), 'model.onnx');
      const words = facts.layers.flatMap(({ id }) => hoverContent(facts, id) ?? []).join('\n');
      assert.match(words, /Batch normalization su N, H, W/);
      assert.match(words, /Posizione: dopo l’attivazione/);
      assert.match(words, /\*\*Nota:\*\*/);
      assert.doesNotMatch(words.replace(/data:image\S+/g, ''), /\b(the|is|are|with|running|Place|Output)\b/);
    });
  });

  describe('of experiments', () => {
    afterEach(() => setLanguage(undefined));

    it('say what is claimed, set up, published and expected, with the same figures', () => {
      const figures = (text: string) => (text.match(/\d[\d.e-]*\d|\d/g) ?? []).sort();
      const inEnglish = experiments.map(factsOf);
      setLanguage(italian);
      experiments.map(factsOf).forEach((facts, i) => {
        for (const part of ['claim', 'setting', 'gate', 'published'] as const) {
          assert.deepEqual(figures(facts[part]), figures(inEnglish[i][part]), `${facts.id}: ${facts[part]}`);
          assert.doesNotMatch(facts[part], englishWords, `${facts.id}: ${part}`);
        }
      });
    });

    it('are those of the walkthrough, and its rules are named as on their pages', () => {
      setLanguage(italian);
      const shown: Readonly<Record<string, string>> = manifestTexts;
      for (const { id, title, description } of walkthroughs(chapters)[1].steps.slice(0, chapters.length)) {
        const step = `walkthroughs.normalization.steps.${id}`;
        assert.deepEqual([shown[`${step}.title`], shown[`${step}.description`]], [title, description]);
      }
      for (const [id, { title }] of Object.entries({ ...rulePages, ...measuredRulePages }))
        assert.match(
          shown[`configuration.properties.rules.properties.${id}.description`],
          new RegExp(`^${title} \\((errore|avviso|informazione|suggerimento)\\)$`),
        );
    });

    it('say what an engine measured, figures, charts and all', async () => {
      const client = new EngineClient(inProcessEngine, 'it');
      try {
        const settings = { ids: ['gamma-beta', 'norm-axes'], seeds: 3, engine: 'auto', threads: 1 } as const;
        const titles = new Set<string>();
        const report = await experimentReport(
          client,
          { settings },
          (e) => void (e.type === 'progress' && titles.add(e.title)),
        );
        assert.equal(report.experiments.length, 2);
        for (const result of report.experiments) {
          assert.ok('measured' in result);
          assert.ok(titles.has(result.title));
          const labels = result.charts.flatMap((c) =>
            c.kind === 'lines'
              ? [c.title, c.x.label, c.y.label, ...c.series.map((s) => s.name)]
              : [c.title, c.value, c.rows.label, c.columns.label, ...c.rows.values, ...c.columns.values],
          );
          for (const text of [
            result.title,
            result.measured,
            ...result.figures.flatMap((f) => [f.label, f.published ?? '']),
            ...labels,
          ])
            assert.doesNotMatch(text, englishWords);
        }
        const [{ measured }] = report.experiments as ExperimentResult[];
        assert.match(measured, /^massimo abs\(gamma \/ sigma - 1\) [\d.e-]+/);
      } finally {
        client.dispose();
      }
    }).timeout(20_000);
  });

  describe('of what is wrong', () => {
    let client: EngineClient;
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-'));

    beforeEach(() => (client = new EngineClient(inProcessEngine, 'it')));
    afterEach(() => {
      client.dispose();
      setLanguage(undefined);
    });
    after(() => fs.rmSync(folder, { recursive: true }));

    it('with a file that is not there, a network without weights, and a learning rate that is too large', async () => {
      const without = path.join(folder, 'without.onnx');
      fs.writeFileSync(
        without,
        await encodeOnnx(parseGraph('g (float[2] x) => (float[2] y) { y = Relu (x) }').toMutable()),
      );
      const said = async (model: string, change: Partial<ProfileSettings> = {}) => {
        const settings: ProfileSettings = { ...defaultProfileSettings, steps: 3, threads: 1, ...change };
        const run = client.profile({ path: model }, settings, () => undefined);
        return run.then(
          ({ failure }) => failure ?? '',
          (error: ModelError) => error.message,
        );
      };
      assert.match(
        await said(path.join(folder, 'gone.onnx')),
        /^non c’è alcun file .*gone\.onnx\. Controlla il percorso\.$/,
      );
      assert.match(await said(without), /^questo modello non si può addestrare: non contiene pesi/);
      assert.match(
        await said('media/samples/sample.onnx', { lr: 1e30, optimizer: 'sgd', steps: 20 }),
        /^l’addestramento diverge: la loss è \S+ dal passo \d in poi .* learning rate minore$/,
      );
    }).timeout(60_000);
  });

  it('come from an engine that was asked for them', async () => {
    const client = new EngineClient(inProcessEngine, 'it-IT');
    try {
      const request = { model: { path: 'media/samples/sample.onnx' }, shownPath: 'sample.onnx', severities: {} };
      const { findings } = await client.run('analyze', request);
      const found = findings.find((f) => f.ruleId === 'norm-after-activation');
      assert.match(found!.message, /viene dopo l’attivazione/);
    } finally {
      client.dispose();
      setLanguage(undefined);
    }
  });
});
