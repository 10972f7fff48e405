import * as tfl from '@tensorflow/tfjs-layers';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { escapeMarkdown } from '../../../src/config/escapeMarkdown';
import { hoverContent } from '../../../src/config/hover';
import { openTfjsLayers } from '../../../src/formats/tfjs/openTfjsLayers';
import type { Finding, LayerFacts, ModelFacts, NormFacts } from '../../../src/protocol/facts';
import type { ProfileResult, StepStatistics } from '../../../src/protocol/profile';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { savedModel } from '../../support/tfjsOracle';

interface Token {
  readonly type: string;
  readonly content: string;
  readonly children: readonly Token[] | null;
}

/** A Markdown parser that lets through HTML and makes links of addresses, as the most careless reader would. */
const parse = (() => {
  const MarkdownIt = createRequire(__filename)('markdown-it') as new (options: object) => {
    parse(text: string, env: object): Token[];
  };
  return (text: string): Token[] => {
    const all: Token[] = [];
    const collect = (tokens: readonly Token[]) => {
      for (const t of tokens) {
        all.push(t);
        collect(t.children ?? []);
      }
    };
    collect(new MarkdownIt({ html: true, linkify: true, typographer: true }).parse(text, {}));
    return all;
  };
})();

const hostile = [
  '[click](command:workbench.action.quit)',
  '![x](https://example.org/x.png)',
  '<img src=x onerror=alert(1)>',
  '<a href="command:x">y</a>',
  '`code` ```',
  '~~~js\ncode\n~~~',
  '**bold** _em_ ~~gone~~ ==mark==',
  'https://example.org www.example.org someone@example.org',
  '<https://example.org>',
  '&lt;script&gt; &#60;b&#62;',
  '# heading',
  '- list\n- list',
  '> quote',
  '| a | b |\n|---|---|\n| 1 | 2 |',
  '1. one',
  '    indented code',
  '---',
  '[ref]: command:x\n[ref]',
  '\\[x](command:y)',
  '\\\\<b>',
  '$(trash) $(sync~spin)',
  'a\u202egnp.exe\u2066\u200bbc\ud800',
  '"quotes" \'and\' (parens) {braces} =+-*/%^!?;,.',
];

function facts(layer: Partial<LayerFacts>, findings: readonly Finding[] = []): ModelFacts {
  const one: LayerFacts = {
    id: 'a',
    name: 'a',
    role: 'other',
    kind: 'Thing',
    nodes: ['a'],
    inputs: [],
    outputShape: null,
    ...layer,
  };
  return {
    path: 'model.json',
    format: 'tfjs-layers',
    producer: '',
    opsets: {},
    nodeCount: 1,
    parameterCount: 0,
    weights: 'present',
    graphHash: '0',
    layers: [one],
    summary: { linear: 0, norm: {}, activation: {}, placement: {} },
    findings,
    problems: [],
  };
}

const batchNorm: NormFacts = {
  type: 'batch',
  form: 'native',
  axes: [0, 1, 2],
  axesMeaning: ['N', 'H', 'W'],
  epsilon: 0.001,
  momentum: 0.99,
  momentumOriginal: 0.99,
  groups: null,
  affine: { scale: true, shift: true },
  channels: 64,
  placement: 'linear-norm-activation',
  chain: 'Conv2D -> BatchNormalization -> ReLU',
  linear: null,
  activation: null,
};

function text(content: readonly string[] | undefined): string {
  assert.ok(content !== undefined);
  return content.join('\n\n');
}

describe('escapeMarkdown', () => {
  for (const name of hostile) {
    it(`makes ${JSON.stringify(name)} inert`, () => {
      const escaped = escapeMarkdown(name);
      const tokens = parse(escaped);
      const allowed = ['paragraph_open', 'paragraph_close', 'inline', 'text', 'text_special'];
      for (const t of tokens) assert.ok(allowed.includes(t.type), `${t.type} in ${escaped}`);
      const shown = tokens
        .filter((t) => t.type === 'text' || t.type === 'text_special')
        .map((t) => t.content)
        .join('');
      const expected = name
        .replace(/\s+/g, ' ')
        .trim()
        .replace(/[\u200b\u202e\u2066]|\p{Surrogate}/gu, '\ufffd');
      assert.equal(shown, expected);
    });
  }

  it('leaves no punctuation mark without its backslash', () => {
    const all = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => i + 32));
    assert.match(escapeMarkdown(all), /^(?:[ A-Za-z0-9]|\\[!-/:-@[-`{-~])*$/);
  });

  it('cuts what is long', () => {
    assert.ok(escapeMarkdown('x'.repeat(2 ** 20)).length < 400);
    assert.equal(escapeMarkdown('a\u0000b\u007fc'), 'a\ufffdb\ufffdc');
  });
});

describe('hoverContent', () => {
  it('says what a batch norm does, in words', () => {
    const content = text(
      hoverContent(
        facts({
          name: 'bn_1',
          role: 'norm',
          kind: 'BatchNormalization',
          norm: batchNorm,
          outputShape: ['batch', 8, null, 64],
        }),
        'a',
      ),
    );
    assert.match(content, /\*\*bn\\_1\*\* \(BatchNormalization\)/);
    assert.match(
      content,
      /Batch normalization over N, H, W \(batch, height, width\), for each of 64 channels, then scaled \(gamma\) and shifted \(beta\)\./,
    );
    assert.match(content, /epsilon 0\.001 is added to the variance/);
    assert.match(content, /momentum 0\.99 weights the old value: .* keep 99 % .* \(PyTorch writes 0\.01\)/);
    assert.match(content, /between a linear layer and its activation/);
    assert.match(content, /Output: batch x 8 x \? x 64/);
  });

  it('says what other norms do', () => {
    const say = (norm: Partial<NormFacts>) =>
      text(hoverContent(facts({ role: 'norm', norm: { ...batchNorm, ...norm } }), 'a'));
    assert.match(say({ axesMeaning: ['N'], channels: 10 }), /over N \(batch\), for each of 10 features/);
    assert.match(
      say({ type: 'layer', axesMeaning: ['F'], momentum: null }),
      /Layer normalization over F \(features\), for each sample on its own/,
    );
    assert.match(say({ type: 'instance', axesMeaning: ['H', 'W'] }), /for each sample and each of 64 channels/);
    assert.match(
      say({ type: 'group', axesMeaning: ['C', 'H', 'W'], groups: 8 }),
      /each sample and each of 8 groups of channels/,
    );
    assert.match(say({ axes: null, axesMeaning: null }), /over axes that the file does not tell/);
    assert.match(say({ axes: [1], axesMeaning: null }), /over the axes 1/);
    assert.match(say({ affine: { scale: false, shift: true } }), /shifted \(beta\), not scaled/);
    assert.match(say({ momentumOriginal: 0.01 }), /momentum 0\.01 in the file weights the new value: .* keep 99 %/);
    assert.doesNotMatch(say({ momentum: null, epsilon: null }), /momentum|epsilon/);
  });

  it('speaks of a real model: its norm, its fused activation and its findings', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', name: 'conv', inputShape: [8, 8, 3] }),
        tfl.layers.batchNormalization({ name: 'bn' }),
        tfl.layers.flatten({ name: 'flat' }),
        tfl.layers.dense({ units: 2, name: 'out' }),
      ],
    });
    const saved = await savedModel(model);
    const analysed = await analyzeModel(await openTfjsLayers(saved.folder, 'model.json', saved.text), 'model.json');
    const conv = text(hoverContent(analysed, 'conv'));
    assert.match(conv, /Linear layer with bias\. Normalized after its activation\.\n\nActivation: Relu\./);
    const bn = text(hoverContent(analysed, 'bn'));
    assert.match(bn, /for each of 4 channels/);
    assert.match(bn, /after the activation of a linear layer; it normalizes conv/);
    assert.match(bn, /\*\*Note:\*\* .*\(norm\\-after\\-activation\)/);
    assert.match(text(hoverContent(analysed, 'flat')), /Output: batch x 144/);
    assert.equal(hoverContent(analysed, 'nobody'), undefined);
  });

  it('tells the figures of the latest profile and whether they still hold', () => {
    const at = (step: number, mean: number): StepStatistics => ({
      step,
      mean,
      std: 1.23456,
      min: 0,
      max: 1,
      rms: 0.000123456,
      zeroFraction: 0.5,
    });
    const summary = (mean: number) => ({ mean, min: 0, max: 1 });
    const profile = {
      status: 'cancelled',
      loss: [3, 2],
      settings: { batch: 16, weights: 'kept', data: { kind: 'synthetic', inputs: '', targets: '' } },
      layers: [
        {
          id: 'a',
          name: 'a',
          role: 'norm',
          kind: 'BatchNormalization',
          depth: 1,
          activation: [at(0, 9), at(1, 0.25)],
          gradient: [{ ...at(1, 0), mean: 'NaN' }],
          statistics: [
            {
              step: 1,
              batchMean: summary(0.5),
              batchVariance: summary(2),
              runningMean: summary(0.1),
              runningVariance: summary(1),
            },
          ],
        },
      ],
    } as unknown as ProfileResult;
    const model = facts({ role: 'norm', norm: batchNorm });
    const fresh = text(hoverContent(model, 'a', profile));
    assert.match(fresh, /\| activation \| 0\.25 \| 1\.23 \| 0\.000123 \| 50 % \|/);
    assert.match(fresh, /\| gradient \| NaN \|/);
    assert.match(fresh, /Mean of the channels: 0\.5 in the batch, 0\.1 running/);
    assert.match(fresh, /Variance of the channels: 2 in the batch, 1 running/);
    assert.match(fresh, /Profile of 2 steps, cancelled: last step, batch 16, synthetic data, weights kept\./);
    assert.doesNotMatch(fresh, /Out of date/);
    assert.match(text(hoverContent(model, 'a', profile, true)), /\*\*Out of date:\*\*/);
    assert.doesNotMatch(text(hoverContent(facts({ id: 'b' }), 'b', profile)), /Profile of/);
    assert.ok(parse(fresh).some((t) => t.type === 'table_open'));
  });

  it('makes nothing of hostile names but text', () => {
    for (const name of hostile) {
      const layer = {
        name,
        kind: name,
        norm: { ...batchNorm, chain: name, linear: name, activation: name },
        outputShape: [name, 1],
      };
      const finding: Finding = { ruleId: name, severity: 'warning', message: name, layer: 'a' };
      const profile = {
        status: 'complete',
        loss: [],
        settings: { batch: 1, weights: name, data: { kind: 'file' } },
        layers: [
          { id: 'a', name, activation: [{ mean: 0, std: 0, rms: 0, zeroFraction: 0 }], gradient: [] },
          { id: 'a', name, activation: [{ mean: 0, std: 0, rms: 0, zeroFraction: 0 }], gradient: [] },
        ],
      } as unknown as ProfileResult;
      const content = text(hoverContent(facts(layer, [finding]), 'a', profile, true));
      const types = new Set(parse(content).map((t) => t.type));
      for (const type of [
        'link_open',
        'image',
        'html_inline',
        'html_block',
        'code_inline',
        'fence',
        'code_block',
        'em_open',
        'heading_open',
        'blockquote_open',
        'bullet_list_open',
        'ordered_list_open',
        'hr',
      ]) {
        assert.ok(!types.has(type), `${type} of ${JSON.stringify(name)}`);
      }
      assert.equal([...content.matchAll(/^\|.*\|$/gm)].length, 4, 'the table keeps its rows');
    }
  });
});
