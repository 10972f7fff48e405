import type { Model } from '../ir/model';
import type { ExperimentChart, ExperimentFacts, Verdict } from '../protocol/experiment';
import type { Lab } from './lab/lab';

/** Seeds that an experiment is measured on, where it does not ask for more. */
export const LEAST_SEEDS = 3;

/**
 * One experiment: a file in catalogue/ that exports `experiment`, found by registry.ts, which keeps the chapter's order.
 *
 * How one is written:
 * - The setting (networks, data, batch, learning rates, steps) stands in the file before its gate is run and is not changed to
 *   meet it. A gate that proves wrong is corrected with the reason and the source in the file's comment.
 * - `measure` does all the work for one seed and returns plain numbers; everything random in it follows from the seed.
 *   Networks come from lab/networks.ts (or a NetworkBuilder), data from lab/samples.ts, training from a `Learner`. The lab
 *   compiles each graph once, so that sweeps over learning rates, scales and seeds do not compile again. Call
 *   `lab.progress(part)` now and then; cancelling works by itself.
 * - `conclude` is a pure function of what the seeds measured: figures for the table, charts, and the gate, which must hold for
 *   every seed unless the gate's text says otherwise. Tests call it with made-up measurements.
 * - A figure that cannot be measured on a model (no output that varies, no statistics that change) is a ModelError that says
 *   so, never a NaN in a table or a gate that it misses.
 * - Every text is a `say`, with names of arms from armWord.ts: none is made when the file is loaded, before the language is known.
 * - A seed costs at most 20 s of two cores.
 */
export interface Experiment<M> {
  readonly id: string;
  /** What is claimed, set up, published and expected, in the language of the process. */
  about(): Omit<ExperimentFacts, 'id' | 'leastSeeds' | 'acceptsModel'>;
  /** Default 3. */
  readonly leastSeeds?: number;
  /** One seed on the built-in network. */
  measure(lab: Lab, seed: number): Promise<M>;
  /**
   * One seed on a model of the user, where that makes sense.
   * @throws ModelError `unsupported` when the model has nothing to measure, saying what is missing
   */
  measureModel?(lab: Lab, seed: number, model: Model): Promise<M>;
  /** How a model of the user is measured, in place of the network of `about`, and what must hold for it. */
  aboutModel?(): Pick<ExperimentFacts, 'setting' | 'gate'>;
  conclude(measured: readonly M[]): Conclusion;
}

/** An experiment of whatever it measures: what the registry lists. */
export type AnyExperiment = Experiment<unknown>;

/** One figure of every seed. */
export interface Figures {
  readonly label: string;
  readonly values: readonly number[];
  readonly published?: string;
}

export interface Conclusion {
  /** The figures that the gate looks at in one line, for the table's column "measured". */
  readonly measured: string;
  readonly verdict: Verdict;
  readonly figures: readonly Figures[];
  readonly charts: readonly ExperimentChart[];
}
