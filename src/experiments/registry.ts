import type { ExperimentFacts } from '../protocol/experiment';
import { experiment as biasCancelled } from './catalogue/biasCancelled';
import { experiment as dropoutVarianceShift } from './catalogue/dropoutVarianceShift';
import { experiment as explodingPlainBn } from './catalogue/explodingPlainBn';
import { experiment as gammaBeta } from './catalogue/gammaBeta';
import { experiment as normAxes } from './catalogue/normAxes';
import { experiment as outsideTheGradient } from './catalogue/outsideTheGradient';
import { experiment as vanishingSigmoid } from './catalogue/vanishingSigmoid';
import { experiment as fasterTraining } from './catalogue/fasterTraining';
import { experiment as inputDrift } from './catalogue/inputDrift';
import { experiment as largerLearningRate } from './catalogue/largerLearningRate';
import { experiment as smootherLoss } from './catalogue/smootherLoss';
import type { AnyExperiment } from './experiment';

export const LEAST_SEEDS = 3;

/**
 * All experiments in the order of the course chapter: the problem, how the norm works, what it gives, what it costs, its
 * relatives. A test holds that every file of catalogue/ is in the list.
 */
export const experiments: readonly AnyExperiment[] = [
  // The problem: what happens to signals and gradients in a deep network
  vanishingSigmoid,
  // How batch normalization works
  outsideTheGradient,
  gammaBeta,
  biasCancelled,
  // What it gives, and why
  inputDrift,
  smootherLoss,
  largerLearningRate,
  fasterTraining,
  // Where it does not help
  explodingPlainBn,
  dropoutVarianceShift,
  // Its relatives
  normAxes,
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
