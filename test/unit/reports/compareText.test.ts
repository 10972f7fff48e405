import assert from 'node:assert/strict';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';
import { CompareFold } from '../../../src/profile/compareResult';
import type { ComparedRun, CompareResult } from '../../../src/protocol/compare';
import type { NormVariantId } from '../../../src/protocol/normVariant';
import { compareText } from '../../../src/reports/compareText';

function run(seed: number, finalLoss: number, gradient = 0.1): ComparedRun {
  const layers = [1, 2, 3].map((depth) => ({
    ...{ id: `l${depth}`, depth, gradientRms: gradient ** (4 - depth), activationRms: 1 },
  }));
  const loss = [2, (2 + finalLoss) / 2, finalLoss];
  return {
    seed,
    status: 'complete',
    loss,
    finalLoss,
    gradientDepthSlope: Math.log10(gradient),
    layers,
    stepMs: 5 + seed / 10,
  };
}

function comparison(runs: Partial<Record<NormVariantId, readonly ComparedRun[]>>, seeds = 3): CompareResult {
  const fold = new CompareFold();
  const variants = Object.keys(runs) as NormVariantId[];
  fold.add({
    type: 'started',
    model: { path: 'net\u001b[31m.onnx', graphHash: 'ab' },
    engine: { name: 'onnxruntime-node', version: '1.30.0', threads: 2 },
    settings: {
      ...defaultProfileSettings,
      ...{ variants, seeds, learningRates: false, loss: 'mse', weights: 're-initialised' },
      data: { kind: 'synthetic', inputs: 'waves', targets: 'a teacher' },
    },
  });
  for (const [id, list] of Object.entries(runs) as [NormVariantId, readonly ComparedRun[]][]) {
    const reason = list.length === 0 ? { reason: 'nothing to change' } : {};
    fold.add({ type: 'variant', variant: { id, title: id, change: `${id} made`, notes: [], ...reason } });
    for (const r of list) fold.add({ type: 'run', variant: id, run: r });
    fold.add({ type: 'variantDone', variant: id });
  }
  return fold.result('complete')!;
}

describe('compareText', () => {
  const better = [run(1, 0.1), run(2, 0.11), run(3, 0.12)];
  const worse = [run(1, 1, 0.5), run(2, 1.01, 0.5), run(3, 1.02, 0.5)];

  it('says what was compared, what it was held to, and for what it holds', () => {
    const text = compareText(comparison({ 'as-is': better, none: worse, batch: [] }));
    assert.match(text, /3 variants, 3 seeds, 40 steps each/);
    assert.match(text, /as-is +0\.11 \+- 0\.01/);
    assert.match(text, /batch: nothing to change/);
    assert.match(text, /on this network, these data, these steps:\n/);
    assert.match(text, /as-is ends at a lower loss than none \(by 0\.9, spread 0\.01, p < 0\.0001\)/);
    assert.match(text, /within the spread of the seeds: time per step of none/);
    assert.match(text, /ends at|keeps gradients over the depth more even/);
    assert.ok(!text.includes('\u001b'));
    const near = [run(1, 0.155), run(2, 0.165), run(3, 0.175)];
    // t = 0.055 / (0.01 sqrt(2/3)) = 6.736 with 4 degrees of freedom
    assert.match(compareText(comparison({ 'as-is': better, none: near })), /\(by 0\.055, spread 0\.01, p = 0\.00253\)/);
  });

  it('shows gradients over the depth side by side', () => {
    const text = compareText(comparison({ 'as-is': better, none: worse }));
    const rows = text.split('\n').filter((l) => /^ +[123] {2}/.test(l));
    assert.deepEqual(
      rows.map((r) => r.trim().split(/ +/)),
      [
        ['1', '0.001', '0.125'],
        ['2', '0.01', '0.25'],
        ['3', '0.1', '0.5'],
      ],
    );
  });

  it('draws all losses on one scale', () => {
    const text = compareText(comparison({ 'as-is': better, none: worse }));
    const [first, second] = ['as-is', 'none'].map((id) => new RegExp(`^  ${id} +([▁-█]+)$`, 'm').exec(text)![1]);
    assert.equal(first, '█▅▁');
    assert.equal(second[0], '█');
    assert.notEqual(second[2], '▁');
  });

  it('gives no verdict below three seeds', () => {
    const text = compareText(comparison({ 'as-is': better.slice(0, 2), none: worse.slice(0, 2) }, 2));
    assert.match(text, /no verdicts: below three seeds/);
    assert.doesNotMatch(text, /ends at a lower loss/);
  });

  it('says of runs that diverged how many they were', () => {
    const wild: ComparedRun = { ...run(2, 1), status: 'diverged', finalLoss: 'NaN', loss: [2, 'NaN', 'NaN'] };
    const text = compareText(comparison({ 'as-is': better, none: [worse[0], wild, wild] }));
    assert.match(text, /none +1 +2 /);
  });
});
