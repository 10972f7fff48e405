import assert from 'node:assert/strict';
import type { ProfileEvent, ProfileStarted, ProfileStep, StepStatistics } from '../../../src/protocol/profile';
import { foldProfile, ProfileFold } from '../../../src/profile/profileResult';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';

const started: ProfileStarted = {
  type: 'started',
  model: { path: 'net.onnx', graphHash: 'ab12' },
  engine: { name: 'onnxruntime-node', version: '1.0.0', threads: 2 },
  settings: {
    ...defaultProfileSettings,
    norm: 'as-is',
    loss: 'mse',
    data: { kind: 'synthetic', inputs: '', targets: '' },
    weights: 'kept from the file',
    trainingFormNorms: 0,
    notes: [],
  },
  layers: [
    { id: 'a', name: 'a', role: 'linear', kind: 'Conv', depth: 1 },
    { id: 'r', name: 'r', role: 'activation', kind: 'Relu', depth: 1 },
    { id: 'b', name: 'b', role: 'linear', kind: 'Gemm', depth: 2 },
  ],
  compileMs: 12,
};

function statistics(step: number, rms: number): StepStatistics {
  return { step, mean: 0, std: rms, min: -rms, max: rms, rms, zeroFraction: 0 };
}

function stepEvent(step: number): ProfileStep {
  return {
    type: 'step',
    step,
    loss: 2 - step,
    ms: 5,
    layers: [
      {
        activation: statistics(step, 1),
        gradient: statistics(step, 0.01),
        weights: [{ step, parameter: 'w', rms: 1, gradientRms: 1, gradientNorm: 1, updateRatio: 0.1 }],
      },
      { activation: statistics(step, 1), gradient: statistics(step, 55) },
      { activation: statistics(step, 1), gradient: statistics(step, step === 0 ? 0.01 : 1) },
    ],
  };
}

const phase: ProfileEvent = { type: 'phase', phase: 'training' };

describe('foldProfile', () => {
  it('collects steps into series by layer', () => {
    const result = foldProfile([phase, started, stepEvent(0), stepEvent(1), { type: 'finished' }])!;
    assert.equal(result.status, 'complete');
    assert.equal(result.failure, undefined);
    assert.deepEqual(result.loss, [2, 1]);
    assert.deepEqual(result.timing, { compileMs: 12, stepMs: [5, 5] });
    assert.deepEqual(
      result.layers.map((l) => [l.id, l.activation.length, l.gradient.length, l.weights?.length]),
      [
        ['a', 2, 2, 2],
        ['r', 2, 2, undefined],
        ['b', 2, 2, undefined],
      ],
    );
    assert.deepEqual(
      result.layers[0].activation.map((s) => s.step),
      [0, 1],
    );
  });

  it('takes the slope over weighted layers and the geometric mean over steps', () => {
    const result = foldProfile([started, stepEvent(0), stepEvent(1)])!;
    // depth 1: 0.01; depth 2: sqrt(0.01 * 1) = 0.1: a factor of ten down towards the input
    assert.ok(Math.abs((result.gradientDepthSlope as number) + 1) < 1e-9);
  });

  it('keeps what a run measured that was cancelled or failed', () => {
    const events = [started, stepEvent(0)];
    assert.equal(foldProfile(events)!.status, 'cancelled');
    const failed = foldProfile(events, { status: 'failed', failure: 'out of luck' })!;
    assert.equal(failed.failure, 'out of luck');
    assert.equal(failed.loss.length, 1);
  });

  it('has no result before the run has started', () => {
    assert.equal(foldProfile([phase]), undefined);
  });

  it('gives results that later events do not change', () => {
    const fold = new ProfileFold();
    fold.add(started);
    fold.add(stepEvent(0));
    const before = fold.result()!;
    fold.add(stepEvent(1));
    assert.equal(before.loss.length, 1);
    assert.equal(before.layers[0].activation.length, 1);
    assert.equal(fold.result()!.layers[0].activation.length, 2);
  });

  it('is plain data: survives JSON', () => {
    const result = foldProfile([started, stepEvent(0), { type: 'finished' }])!;
    assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
  });

  it('says NaN when a gradient is not a number, null when there is nothing to fit', () => {
    const broken = stepEvent(0);
    const layers = broken.layers.map((l) => ({ ...l, gradient: { ...l.gradient!, rms: 'NaN' as const } }));
    assert.equal(foldProfile([started, { ...broken, layers }])!.gradientDepthSlope, 'NaN');
    assert.equal(foldProfile([started])!.gradientDepthSlope, null);
  });
});
