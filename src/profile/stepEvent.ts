import type {
  ChannelSummary,
  ProfileStep,
  RunningStatistics,
  StepStatistics,
  WeightStatistics,
} from '../protocol/profile';
import { elementCount } from '../ir/tensor';
import type { HostTensor } from '../training/hostTensor';
import type { UpdateSums } from '../training/optimizers';
import { momentsBesideNorm, type MeanSource } from '../training/knownMoments';
import { momentsOf, sampleOf, type KnownMoments, type StatisticsLayout } from '../training/statisticsNodes';
import type { NormStatistics } from '../training/trainingState';
import type { TrainedParameter, TrainingStep } from '../training/trainingStep';
import { meanOverUnits, unitsOf } from '../training/unitStatistics';
import { DeadUnits } from './deadUnits';
import { gradientEdges, histogramEdges, histogramOf, quantilesOf } from './distribution';
import { evaluationGap } from './evaluationGap';
import { toFigure } from './figure';
import { sortFloats } from './sortFloats';

/** What came out of one run of the training step. */
export interface StepOutcome {
  readonly step: number;
  readonly ms: number;
  readonly outputs: ReadonlyMap<string, HostTensor>;
  /** Quantiles and histograms are wanted (and the outputs hold the samples). */
  readonly sampled: boolean;
  readonly updates: ReadonlyMap<TrainedParameter, UpdateSums>;
  readonly norms: readonly NormStatistics[];
}

/** Turns outcomes of a training step into events. Keeps the histograms' edges, which the first sampled step fixes. */
export class StepReader {
  private readonly edges = new Map<string, readonly number[]>();
  private readonly deadUnits = new Map<number, DeadUnits>();

  constructor(private readonly training: TrainingStep) {}

  event(outcome: StepOutcome): ProfileStep {
    const { activations, gradients, layers } = this.training;
    const weights = this.weightsByLayer(outcome);
    const statistics = new Map(outcome.norms.map((n) => [n.norm.layer, runningStatistics(outcome.step, n)]));
    return {
      type: 'step',
      step: outcome.step,
      loss: toFigure(outcome.outputs.get(this.training.loss)!.data[0] as number),
      ms: outcome.ms,
      layers: layers.map(({ activation, gradient, units, mean }, i) => ({
        ...(activation !== undefined && {
          activation: {
            ...this.statistics(activations!, activation, 'a', outcome, mean && this.known(outcome, mean)),
            ...(units !== undefined && this.dead(units, outcome)),
          },
        }),
        ...(gradient !== undefined && { gradient: this.statistics(gradients!, gradient, 'g', outcome) }),
        ...(weights.has(i) && { weights: weights.get(i) }),
        ...(statistics.has(i) && { statistics: statistics.get(i) }),
      })),
    };
  }

  private statistics(
    layout: StatisticsLayout,
    index: number,
    kind: string,
    outcome: StepOutcome,
    known?: KnownMoments,
  ): StepStatistics {
    const data = (name: string) => outcome.outputs.get(name)!.data as Float32Array;
    const m = momentsOf(layout, index, data(layout.moments), known);
    const statistics: StepStatistics = {
      step: outcome.step,
      mean: toFigure(m.mean),
      std: toFigure(m.std),
      min: toFigure(m.min),
      max: toFigure(m.max),
      rms: toFigure(m.rms),
      zeroFraction: toFigure(m.zeroFraction),
      ...(m.saturatedFraction !== undefined && { saturatedFraction: toFigure(m.saturatedFraction) }),
      ...(m.sampleStd !== undefined && { sampleStd: toFigure(m.sampleStd) }),
    };
    if (!outcome.sampled) return statistics;
    const sample = sampleOf(layout, index, data);
    const key = `${kind}${index}`;
    let edges = this.edges.get(key);
    if (edges === undefined) {
      edges = kind === 'g' ? gradientEdges(sample) : histogramEdges(sample);
      this.edges.set(key, edges);
    }
    const sorted = sortFloats(sample);
    return { ...statistics, quantiles: quantilesOf(sorted), histogram: histogramOf(sorted, edges) };
  }

  /** Moments of a layer's output that follow from other figures of the step. */
  private known({ outputs }: StepOutcome, sources: readonly MeanSource[]): KnownMoments {
    const data = (name: string) => outputs.get(name)!.data as Float32Array;
    const moments = sources.map((source): KnownMoments => {
      if ('norm' in source) return momentsBesideNorm(source, data(this.training.batchStatistics!));
      const layout = this.training.units!;
      return { mean: meanOverUnits(layout, source.units, data(layout.means)) };
    });
    const [only] = moments;
    return moments.length === 1 ? only : { mean: moments.reduce((sum, { mean }) => sum + mean, 0) };
  }

  private dead(index: number, { outputs }: StepOutcome): Pick<StepStatistics, 'deadUnits'> {
    const layout = this.training.units!;
    let counter = this.deadUnits.get(index);
    if (counter === undefined) this.deadUnits.set(index, (counter = new DeadUnits(this.training.batch)));
    const deadUnits = counter.add(unitsOf(layout, index, outputs.get(layout.active)!.data as Float32Array));
    return deadUnits === undefined ? {} : { deadUnits };
  }

  private weightsByLayer({ step, updates }: StepOutcome): Map<number, WeightStatistics[]> {
    const byLayer = new Map<number, WeightStatistics[]>();
    for (const [parameter, sums] of updates) {
      const entry = weightStatistics(step, parameter, sums);
      for (const layer of parameter.layers) {
        const list = byLayer.get(layer);
        if (list) list.push(entry);
        else byLayer.set(layer, [entry]);
      }
    }
    return byLayer;
  }
}

function weightStatistics(step: number, { name, kind, tensor }: TrainedParameter, sums: UpdateSums): WeightStatistics {
  const count = elementCount(tensor.dims);
  return {
    step,
    parameter: name,
    kind,
    rms: toFigure(Math.sqrt(sums.weights / count)),
    gradientRms: toFigure(Math.sqrt(sums.gradient / count)),
    gradientNorm: toFigure(Math.sqrt(sums.gradient)),
    updateRatio: toFigure(Math.sqrt(sums.change / sums.weights)),
  };
}

function runningStatistics(step: number, n: NormStatistics): RunningStatistics {
  return {
    step,
    batchMean: summary(n.batchMean),
    batchVariance: summary(n.batchVariance),
    runningMean: summary(n.runningMean),
    runningVariance: summary(n.runningVariance),
    evaluationGap: toFigure(evaluationGap(n)),
    initialWeight: n.norm.norm.momentum ** (step + 1),
  };
}

function summary(values: Float32Array): ChannelSummary {
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const v of values) {
    sum += v;
    min = Math.min(min, v);
    max = Math.max(max, v);
  }
  return { mean: toFigure(sum / values.length), min: toFigure(min), max: toFigure(max) };
}
