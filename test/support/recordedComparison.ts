import { CompareFold } from '../../src/profile/compareResult';
import { defaultProfileSettings } from '../../src/profile/defaultSettings';
import type { ComparedRun, CompareResult } from '../../src/protocol/compare';
import type { NormVariantId } from '../../src/protocol/normVariant';

/** What a variant of a recorded comparison did: where its loss ends, and how its gradients go per layer. */
export interface RecordedVariant {
  readonly id: NormVariantId;
  readonly title: string;
  readonly finalLoss: number;
  readonly gradientPerLayer: number;
  readonly largestRate?: number;
  /** It was not trained, and why. */
  readonly reason?: string;
  /** Seeds that ended without a number. */
  readonly diverged?: readonly number[];
}

const variants: readonly RecordedVariant[] = [
  { id: 'as-is', title: 'as it is', finalLoss: 0.2, gradientPerLayer: 0.95, largestRate: 0.192 },
  { id: 'none', title: 'no normalization', finalLoss: 1.6, gradientPerLayer: 0.3, largestRate: 0.006 },
  { id: 'group', title: 'group norm', finalLoss: 0.21, gradientPerLayer: 0.9, largestRate: 0.192 },
  { ...{ id: 'batch', title: 'batch norm', finalLoss: 0, gradientPerLayer: 1 }, reason: 'all is <b>batch</b> already' },
];

const steps = 20;
const depth = 8;

function run({ finalLoss, gradientPerLayer, diverged }: RecordedVariant, seed: number): ComparedRun {
  const ends = finalLoss * (1 + 0.02 * (seed - 2));
  const wild = diverged?.includes(seed) ?? false;
  const at = (step: number) => ends + (2.3 - ends) * Math.exp(-step / 4);
  return {
    seed,
    status: wild ? 'diverged' : 'complete',
    loss: Array.from({ length: steps }, (_, step) => (wild && step > 5 ? 'NaN' : at(step))),
    finalLoss: wild ? 'NaN' : at(steps - 3),
    gradientDepthSlope: Math.log10(gradientPerLayer) + seed / 1000,
    layers: Array.from({ length: depth }, (_, i) => ({
      ...{ id: `conv${i + 1}`, depth: i + 1, activationRms: 1 },
      gradientRms: 0.01 * gradientPerLayer ** (depth - i),
    })),
    stepMs: 12 + seed,
  };
}

/** A comparison as it was recorded; verdicts and means are computed as for a measured one. */
export function recordedComparison(
  graphHash = 'recorded',
  recorded: readonly RecordedVariant[] = variants,
  seeds = 3,
): CompareResult {
  const fold = new CompareFold();
  const ids = recorded.map((v) => v.id);
  fold.add({
    type: 'started',
    model: { path: 'net.onnx', graphHash },
    engine: { name: 'onnxruntime-node', version: '1.30.0', threads: 2 },
    settings: {
      ...defaultProfileSettings,
      ...{ variants: ids, seeds, learningRates: true, steps, loss: 'cross-entropy', weights: 're-initialised' },
      data: { kind: 'synthetic', inputs: 'drawn pictures', targets: 'the class' },
    },
  });
  for (const variant of recorded) {
    const { id, title, reason, largestRate } = variant;
    fold.add({
      type: 'variant',
      variant: { id, title, change: `${title}: made`, notes: [], ...(reason !== undefined && { reason }) },
    });
    for (let seed = 1; reason === undefined && seed <= seeds; seed++) {
      fold.add({ type: 'run', variant: id, run: run(variant, seed) });
      if (largestRate !== undefined)
        fold.add({ type: 'rates', variant: id, search: { seed, largest: largestRate, tried: [] } });
    }
    fold.add({ type: 'variantDone', variant: id });
  }
  return fold.result('complete')!;
}
