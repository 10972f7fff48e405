import type { Tool } from './facts';
import type { EngineChoice, EngineFacts, Figure } from './profile';

/**
 * What the experiments measured, as plain data. An experiment states a claim about normalization, what is published about
 * it, and a gate; it runs once per seed. Numbers hold for the network, the data and the steps of its setting, nothing more.
 */

export const EXPERIMENT_SCHEMA_VERSION = 1;

/** 'reported': the experiment judges nothing, because what is published goes both ways or there is no figure to hold it to. */
export type Verdict = 'pass' | 'fail' | 'reported';

/** What an experiment is about, without running it. */
export interface ExperimentFacts {
  readonly id: string;
  readonly title: string;
  /** The claim, in one sentence. */
  readonly claim: string;
  /** Network, data, batch, learning rates, steps: fixed before anything is measured. */
  readonly setting: string;
  readonly reference: string;
  /** The published figure or the closed form. */
  readonly published: string;
  /** What must hold for the verdict 'pass'. */
  readonly gate: string;
  /** Seeds that it needs at least. */
  readonly leastSeeds: number;
  /** It can also be run on a model of the user. */
  readonly acceptsModel: boolean;
}

/** One measured number, once per seed. */
export interface MeasuredFigure {
  readonly label: string;
  /** In the order of the seeds. */
  readonly values: readonly Figure[];
  /** What is published or follows from a closed form, to stand beside it. */
  readonly published?: string;
}

export interface ChartAxis {
  readonly label: string;
  readonly logarithmic?: boolean;
}

export interface ChartSeries {
  readonly name: string;
  /** Not measured: published or in closed form. */
  readonly reference?: boolean;
  readonly x: readonly Figure[];
  readonly y: readonly Figure[];
}

export interface LineChart {
  readonly kind: 'lines';
  readonly title: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly series: readonly ChartSeries[];
}

export interface HeatMap {
  readonly kind: 'heatmap';
  readonly title: string;
  readonly columns: { readonly label: string; readonly values: readonly string[] };
  readonly rows: { readonly label: string; readonly values: readonly string[] };
  /** What a cell holds. */
  readonly value: string;
  /** By row, then column. */
  readonly cells: readonly (readonly Figure[])[];
}

export type ExperimentChart = LineChart | HeatMap;

export interface ExperimentResult extends ExperimentFacts {
  /** 'built-in', or the model's path. */
  readonly network: string;
  readonly seeds: readonly number[];
  /** The measured figures in one line. */
  readonly measured: string;
  readonly verdict: Verdict;
  readonly figures: readonly MeasuredFigure[];
  readonly charts: readonly ExperimentChart[];
  readonly seconds: number;
}

/** An experiment that could not be run. */
export interface FailedExperiment {
  readonly id: string;
  readonly error: { readonly code: string; readonly message: string };
}

/** `normscope experiment --format json`. */
export interface ExperimentReport {
  readonly schemaVersion: typeof EXPERIMENT_SCHEMA_VERSION;
  readonly tool: Tool;
  readonly engine: EngineFacts;
  /** 'cancelled' and 'failed' (the engine's process ended): the experiments that were done by then. */
  readonly status: 'complete' | 'cancelled' | 'failed';
  readonly experiments: readonly (ExperimentResult | FailedExperiment)[];
}

/** What the user asks for. */
export interface ExperimentSettings {
  /** Ids in the order in which they are run. */
  readonly ids: readonly string[];
  /** How many seeds each is run with; an experiment that needs more gets them. */
  readonly seeds: number;
  readonly engine: EngineChoice;
  /** Threads of the engine; 0 = as many as there are physical cores, at most 4. */
  readonly threads: number;
}

export type ExperimentEvent =
  /** Said once, when the runtime is there. */
  | { readonly type: 'started'; readonly engine: EngineFacts }
  /** `done` of the whole list, 0 .. 1. */
  | { readonly type: 'progress'; readonly id: string; readonly title: string; readonly done: number }
  | { readonly type: 'experiment'; readonly experiment: ExperimentResult | FailedExperiment };
