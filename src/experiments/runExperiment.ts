import { ModelError } from '../ir/errors';
import type { Model } from '../ir/model';
import { toFigure } from '../profile/figure';
import type { ExperimentResult } from '../protocol/experiment';
import type { AnyExperiment } from './experiment';
import { say } from '../texts/say';
import { Lab, type LabOptions } from './lab/lab';
import { factsOf } from './registry';

export interface RunOptions extends LabOptions {
  /** How many seeds, from `firstSeed` on; at least as many as the experiment needs are run. */
  readonly seeds: number;
  readonly firstSeed?: number;
  /** A model of the user, with its path, for experiments that accept one. */
  readonly model?: { readonly path: string; readonly model: Model };
}

/**
 * Runs one experiment on all its seeds.
 * @throws ModelError `cancelled`; `unsupported` when the experiment cannot be run on this model; `engine`
 */
export async function runExperiment(experiment: AnyExperiment, options: RunOptions): Promise<ExperimentResult> {
  const { model, firstSeed = 1, onProgress } = options;
  const facts = { ...factsOf(experiment), ...(model !== undefined && experiment.aboutModel?.()) };
  const seeds = Array.from({ length: Math.max(options.seeds, facts.leastSeeds) }, (_, i) => firstSeed + i);
  const begun = performance.now();
  const measured: unknown[] = [];
  const lab = new Lab({
    ...options,
    onProgress: (part) => onProgress?.((measured.length + Math.min(1, part)) / seeds.length),
  });
  try {
    for (const seed of seeds) {
      onProgress?.(measured.length / seeds.length);
      measured.push(await measure(experiment, lab, seed, model?.model));
    }
  } finally {
    await lab.release();
  }
  const { figures, ...conclusion } = experiment.conclude(measured);
  return {
    ...facts,
    network: model === undefined ? 'built-in' : model.path,
    seeds,
    ...conclusion,
    figures: figures.map((f) => ({ ...f, values: f.values.map(toFigure) })),
    seconds: (performance.now() - begun) / 1000,
  };
}

function measure(experiment: AnyExperiment, lab: Lab, seed: number, model?: Model): Promise<unknown> {
  if (model === undefined) return experiment.measure(lab, seed);
  if (experiment.measureModel === undefined) {
    throw new ModelError('unsupported', say`${experiment.id} runs on its built-in network only: leave the model out`);
  }
  return experiment.measureModel(lab, seed, model);
}
