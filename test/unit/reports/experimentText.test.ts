import assert from 'node:assert/strict';
import { experiments, experimentWithId, factsOf } from '../../../src/experiments/registry';
import { tool } from '../../../src/protocol/tool';
import type { ExperimentReport, ExperimentResult } from '../../../src/protocol/experiment';
import { experimentListText, experimentText } from '../../../src/reports/experimentText';

const result: ExperimentResult = {
  ...factsOf(experimentWithId('norm-axes')!),
  network: 'built-in',
  seeds: [4, 5, 6],
  measured: 'off by at most 1e-5',
  verdict: 'pass',
  figures: [
    { label: 'off by', values: [0.12345, 'NaN', 3], published: '0' },
    { label: 'no figure is published', values: [1, 2, 3] },
  ],
  charts: [],
  seconds: 1.5,
};

const report = (...list: ExperimentReport['experiments']): ExperimentReport => ({
  ...{ schemaVersion: 1, tool, status: 'complete', experiments: list },
  engine: { name: 'onnxruntime-node', version: '1.30.0', threads: 1 },
});

describe('experimentText', () => {
  it('has what was claimed, set up, published, measured and judged, and a figure for each seed', () => {
    const text = experimentText(report(result));
    assert.match(text, /^1 experiment on onnxruntime-node 1\.30\.0, 1 thread\n/);
    for (const label of ['claim', 'setting', 'reference', 'published', 'measured', 'gate', 'verdict']) {
      assert.match(text, new RegExp(`^ {2}${label} `, 'm'), label);
    }
    assert.match(text, /verdict +pass \(1\.5 s\)/);
    assert.match(text, /figure +seed 4 +seed 5 +seed 6 +published/);
    assert.match(text, /off by +0\.123 +NaN +3 +0$/m);
    for (const line of text.split('\n').slice(0, 20)) assert.ok(line.length <= 112, line);
  });

  it('names the network where it is not the built-in one', () => {
    assert.doesNotMatch(experimentText(report(result)), /^ {2}network /m);
    const own = experimentText(report({ ...result, network: 'models/\u001b[31mnet.onnx' }));
    assert.match(own, /^ {2}network +models\/.*net\.onnx$/m);
    assert.ok(!own.includes('\u001b'));
  });

  it('says of one that could not be run why, in the place of what it would have measured', () => {
    const error = { code: 'unsupported', message: 'this model has no batch norm' };
    const text = experimentText({ ...report({ id: 'norm-axes', error }), status: 'cancelled' });
    assert.match(text, /^1 experiment on .*, cancelled$/m);
    assert.match(text, /could not be run: this model has no batch norm/);
    const row = text.split('\n').find((line) => line.endsWith('not run'))!;
    const heads = text.split('\n').find((line) => line.startsWith('experiment  '))!;
    assert.equal(row.indexOf('this model'), heads.indexOf('measured'));
  });

  it('lists all there are, by titles that a terminal has the width for', () => {
    const list = experimentListText(experiments.map(factsOf));
    for (const e of experiments) assert.ok(list.includes(e.id) && list.includes(e.about().title), e.id);
    for (const line of list.split('\n')) assert.ok(line.length <= 100, line);
  });
});
