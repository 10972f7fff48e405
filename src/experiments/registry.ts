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
import type { AnyExperiment } from './experiment';

export const LEAST_SEEDS = 3;

/**
 * All experiments in the order of the course chapter: the problem, how the norm works, what it gives, what it costs, its
 * relatives. A test holds that every file of catalogue/ is in the list.
 */
export const experiments: readonly AnyExperiment[] = [
  // The problem: inputs, signals and gradients in a deep network
  inputScaling,
  vanishingSigmoid,
  inputDrift,
  // How batch normalization works
  outsideTheGradient,
  gammaBeta,
  parametersSteadierThanStatistics,
  biasCancelled,
  trainAndInference,
  foldEquivalence,
  gaussianActivations,
  // What it gives, and why
  largerLearningRate,
  fasterTraining,
  initialization,
  regularization,
  smootherLoss,
  covariateShiftRefuted,
  // What it costs, and where it does not help
  explodingPlainBn,
  dropoutVarianceShift,
  batchSize,
  placement,
  // Its relatives
  normAxes,
  preOrPostNorm,
];

export function experimentWithId(id: string): AnyExperiment | undefined {
  return experiments.find((e) => e.id === id);
}

/** What an experiment is about, for lists and reports. */
export function factsOf(experiment: AnyExperiment): ExperimentFacts {
  const { id, title, claim, setting, reference, published, gate, leastSeeds = LEAST_SEEDS } = experiment;
  const acceptsModel = experiment.measureModel !== undefined;
  return { id, title, claim, setting, reference, published, gate, leastSeeds, acceptsModel };
}
