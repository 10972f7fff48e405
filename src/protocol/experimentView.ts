import type { ExperimentFacts, ExperimentResult, FailedExperiment } from './experiment';
import type { ViewToHost } from './view';

/** Messages between the extension and the page of experiments. Plain data. */

/** An experiment with what it measured last, if it was run. */
export interface ShownExperiment extends ExperimentFacts {
  /** Part of the chapter that it belongs to. */
  readonly chapter: string;
  readonly result?: ExperimentResult | FailedExperiment;
}

export interface ExperimentsState {
  readonly experiments: readonly ShownExperiment[];
  /** What is going on; `done` is 0 .. 1 of all that was asked for. */
  readonly running: { readonly id: string; readonly title: string; readonly done: number } | null;
  /** Id of the experiment to show. */
  readonly shown: string | null;
}

export interface HostToExperiments {
  readonly type: 'experiments';
  readonly state: ExperimentsState;
}

export type ExperimentsToHost =
  /** The page can take the state. */
  | { readonly type: 'ready' }
  | { readonly type: 'run'; readonly ids: readonly string[] }
  | { readonly type: 'cancel' }
  | Extract<ViewToHost, { type: 'save' }>;
