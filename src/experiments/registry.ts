import type { ExperimentFacts } from '../protocol/experiment';
import { experiment as batchSize } from './catalogue/batchSize';
import { experiment as biasCancelled } from './catalogue/biasCancelled';
import { experiment as covariateShiftRefuted } from './catalogue/covariateShiftRefuted';
import { experiment as dropoutVarianceShift } from './catalogue/dropoutVarianceShift';
import { experiment as explodingPlainBn } from './catalogue/explodingPlainBn';
import { experiment as fasterTraining } from './catalogue/fasterTraining';
import { experiment as foldEquivalence } from './catalogue/foldEquivalence';
import { experiment as gammaBeta } from './catalogue/gammaBeta';
import { experiment as gaussianActivations } from './catalogue/gaussianActivations';
import { experiment as initialization } from './catalogue/initialization';
import { experiment as inputDrift } from './catalogue/inputDrift';
import { experiment as inputScaling } from './catalogue/inputScaling';
import { experiment as largerLearningRate } from './catalogue/largerLearningRate';
import { experiment as normAxes } from './catalogue/normAxes';
import { experiment as outsideTheGradient } from './catalogue/outsideTheGradient';
import { experiment as parametersSteadierThanStatistics } from './catalogue/parametersSteadierThanStatistics';
import { experiment as placement } from './catalogue/placement';
import { experiment as preOrPostNorm } from './catalogue/preOrPostNorm';
import { experiment as regularization } from './catalogue/regularization';
import { experiment as smootherLoss } from './catalogue/smootherLoss';
import { experiment as trainAndInference } from './catalogue/trainAndInference';
import { experiment as vanishingSigmoid } from './catalogue/vanishingSigmoid';
import { later } from '../texts/say';
import { LEAST_SEEDS, type AnyExperiment } from './experiment';

export interface Chapter {
  /** English; shown `translated`. */
  readonly title: string;
  readonly experiments: readonly AnyExperiment[];
}

/** All experiments in the order of the course chapter. A test holds that every file of catalogue/ is in it. */
export const chapters: readonly Chapter[] = [
  { title: later`The problem`, experiments: [inputScaling, vanishingSigmoid, inputDrift] },
  {
    title: later`How batch normalization works`,
    experiments: [outsideTheGradient, gammaBeta, parametersSteadierThanStatistics, biasCancelled],
  },
  { title: later`Training and inference`, experiments: [trainAndInference, foldEquivalence] },
  { title: later`What it gives`, experiments: [largerLearningRate, fasterTraining, initialization, regularization] },
  { title: later`Why it works`, experiments: [gaussianActivations, covariateShiftRefuted, smootherLoss] },
  {
    title: later`What it costs, and where it does not help`,
    experiments: [explodingPlainBn, dropoutVarianceShift, batchSize, placement],
  },
  { title: later`Its relatives`, experiments: [normAxes, preOrPostNorm] },
];

export const experiments: readonly AnyExperiment[] = chapters.flatMap((c) => c.experiments);

export function experimentWithId(id: string): AnyExperiment | undefined {
  return experiments.find((e) => e.id === id);
}

/** What an experiment is about, for lists and reports, in the language of the process. */
export function factsOf(experiment: AnyExperiment): ExperimentFacts {
  const { id, leastSeeds = LEAST_SEEDS } = experiment;
  return { id, ...experiment.about(), leastSeeds, acceptsModel: experiment.measureModel !== undefined };
}
