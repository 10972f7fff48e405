import type { LayerRole } from '../../src/protocol/facts';
import type { Figure, ProfiledLayer, StepStatistics, WeightStatistics } from '../../src/protocol/profile';
import { defaultProfileSettings } from '../../src/profile/defaultSettings';
import { gradientDepthSlope } from '../../src/profile/depthSlope';
import { measuredRules } from '../../src/profile/measuredRules';
import { measuredThresholds, type MeasuredFinding, type Measurements } from '../../src/profile/measuredRule';

type Moments = Partial<Omit<StepStatistics, 'step'>>;

/** One layer of a recorded run: its figures at a step, what is not said is that of a healthy layer. */
export interface RecordedLayer {
  readonly id: string;
  readonly role?: LayerRole;
  readonly kind?: string;
  readonly inputs?: readonly string[];
  readonly activationFunction?: string;
  readonly elements?: number;
  readonly activation?: (step: number) => Moments;
  readonly gradient?: (step: number) => Moments;
  readonly weights?: (step: number) => Partial<WeightStatistics>;
  readonly statistics?: (step: number) => { evaluationGap: Figure; initialWeight: number };
}

const channels = { mean: 0.5, min: 0, max: 1 };

/** What a run of `steps` steps over a chain of layers measured. Linear layers count the depth. */
export function measuredRun(
  layers: readonly RecordedLayer[],
  steps = 20,
  loss?: (step: number) => Figure,
): Measurements {
  let depth = 0;
  const all = Array.from({ length: steps }, (_, step) => step);
  const healthy = { mean: 0, std: 1, min: -3, max: 3, rms: 1, zeroFraction: 0 };
  const profiled = layers.map((layer, i): ProfiledLayer => {
    const { id, role = 'linear', activation, gradient, weights, statistics } = layer;
    if (role === 'linear') depth++;
    const compared = role === 'norm' || role === 'activation';
    return {
      ...{ id, name: id, role, kind: layer.kind ?? role, depth },
      inputs: layer.inputs ?? (i > 0 ? [layers[i - 1].id] : []),
      ...(layer.activationFunction && { activationFunction: layer.activationFunction }),
      elements: layer.elements ?? 1024,
      activation: all.map((step) => ({ step, ...healthy, ...(compared && { sampleStd: 1 }), ...activation?.(step) })),
      gradient: all.map((step) => ({ step, ...healthy, rms: 0.01, ...gradient?.(step) })),
      ...(weights && {
        weights: all.map((step) => ({
          ...{ step, parameter: `${id}.w`, kind: 'weight' as const, rms: 1, gradientRms: 1, gradientNorm: 32 },
          ...{ updateRatio: 1e-3, ...weights(step) },
        })),
      }),
      ...(statistics && {
        statistics: all.map((step) => ({
          ...{ step, batchMean: channels, batchVariance: channels, runningMean: channels, runningVariance: channels },
          ...statistics(step),
        })),
      }),
    };
  });
  const points = profiled
    .filter((l) => l.role === 'linear')
    .map((l) => ({ depth: l.depth, rms: Number(l.gradient[0]?.rms) }));
  return {
    schemaVersion: 1,
    tool: { name: 'normscope', version: '0.0.0' },
    model: { path: 'net.onnx', graphHash: 'ab' },
    engine: { name: 'onnxruntime-node', version: '1', threads: 1 },
    settings: {
      ...defaultProfileSettings,
      ...{ steps, norm: 'as-is', loss: 'mse', data: { kind: 'synthetic', inputs: '', targets: '' } },
      ...{ weights: 're-initialised', trainingFormNorms: 0, notes: [] },
    },
    status: 'complete',
    loss: all.map((step) => loss?.(step) ?? 1),
    layers: profiled,
    gradientDepthSlope: gradientDepthSlope(points),
    timing: { compileMs: 1, stepMs: all.map(() => 1) },
  };
}

/** What one rule says about a run. */
export function findingsOf(ruleId: string, run: Measurements): readonly MeasuredFinding[] {
  return measuredRules.find((r) => r.meta.id === ruleId)!.check(run, measuredThresholds);
}
