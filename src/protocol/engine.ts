import type { CompareEvent, CompareSettings } from './compare';
import type { ExperimentEvent, ExperimentSettings } from './experiment';
import type { Finding, LayerFacts, ModelFacts } from './facts';
import type { FactsChange } from './factsChange';
import type { ExportSettings, VariantExport } from './normVariant';
import type { FixEvent, FixResult, FixSettings } from './fix';
import type { ProfileEvent, ProfileSettings } from './profile';

/** Messages between a host (extension, command line) and the engine's process or worker. Plain data. */

/** Where the engine finds the model: it reads the file itself, weights are never sent. */
export interface ModelLocation {
  readonly path: string;
}

/**
 * All that an engine does for a host, by name: what it is asked, what it says while it is at work, what it answers.
 * A job's runner stands in engine/jobs.ts.
 */
export interface EngineJobs {
  readonly analyze: {
    readonly request: {
      readonly model: ModelLocation;
      /** Path of the model in the facts. */
      readonly shownPath: string;
      /** Severity by rule id, or 'off'. */
      readonly severities: Readonly<Record<string, string>>;
    };
    readonly event: never;
    readonly result: ModelFacts;
  };
  /** Analyzes a model file as an editor holds it, in the place of the stored one, and follows its text from then on. */
  readonly analyzeText: {
    readonly request: EngineJobs['analyze']['request'] & TextVersion;
    readonly event: never;
    readonly result: TextAnswer;
  };
  /** The text of this name is not edited any more. */
  readonly closeText: {
    readonly request: { readonly document: string };
    readonly event: never;
    readonly result: void;
  };
  readonly profile: {
    readonly request: { readonly model: ModelLocation; readonly settings: ProfileSettings };
    readonly event: ProfileEvent;
    /** Hosts fold the events, so that a run that ends early keeps what it measured. */
    readonly result: void;
  };
  /** Trains a model with several normalizations. */
  readonly compare: {
    readonly request: { readonly model: ModelLocation; readonly settings: CompareSettings };
    readonly event: CompareEvent;
    readonly result: void;
  };
  /** Saves a network with another normalization. */
  readonly export: {
    readonly request: { readonly model: ModelLocation; readonly settings: ExportSettings };
    readonly event: never;
    readonly result: VariantExport;
  };
  /** Saves a copy of a model with a fix. */
  readonly fix: {
    readonly request: { readonly model: ModelLocation; readonly settings: FixSettings };
    readonly event: FixEvent;
    readonly result: FixResult;
  };
  /** Runs experiments on built-in networks, or on a model. */
  readonly experiment: {
    readonly request: { readonly settings: ExperimentSettings; readonly model?: ModelLocation };
    readonly event: ExperimentEvent;
    /** Hosts gather the events, so that a run that ends early keeps what it measured. */
    readonly result: void;
  };
}

/** One version of a text that an editor holds. */
export interface TextVersion {
  /** Names the text in all its versions, and no other. */
  readonly document: string;
  readonly version: number;
  /** The whole text, or what stands in the place of a stretch (in UTF-16 units) of the version that was sent before. */
  readonly text: string | { readonly base: number; readonly start: number; readonly end: number; readonly put: string };
  /** The version whose facts the host holds. */
  readonly known?: number;
}

export type TextAnswer =
  | { readonly facts: ModelFacts }
  /** How the facts differ from those that the host holds. */
  | { readonly change: FactsChange }
  | { readonly parts: FactsParts }
  /** The engine does not have the text that the new one is told by: it was not sent, or to an engine that is gone. */
  | 'send all';

/** The facts of a text by those of an earlier version. */
export interface FactsParts {
  readonly rest: Omit<ModelFacts, 'layers' | 'findings'>;
  readonly layers: ListParts<LayerFacts>;
  readonly findings: ListParts<Finding>;
}

export interface ListParts<T> {
  /** For each element its index in the earlier list, where it is like that but for its place; else -1. */
  readonly kept: Int32Array;
  /** For each element line and character where it begins and where it ends in the text; zeros where it has no place. */
  readonly ranges: Int32Array;
  /** Those that are not kept, in their order. */
  readonly added: readonly T[];
}

export type EngineJob = keyof EngineJobs;

export type EngineRequest =
  | {
      [Job in EngineJob]: {
        readonly type: 'start';
        readonly id: number;
        readonly job: Job;
        readonly request: EngineJobs[Job]['request'];
      };
    }[EngineJob]
  /** Ends the job soon, a profile after the step that is running; a host that cannot wait kills the process. */
  | { readonly type: 'cancel'; readonly id: number }
  /** Says what follows in that language (BCP 47), as far as there are texts in it. */
  | { readonly type: 'language'; readonly language: string };

export interface EngineFailure {
  readonly code: string;
  readonly message: string;
  readonly path?: string;
}

export type EngineMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'event'; readonly id: number; readonly event: EngineJobs[EngineJob]['event'] }
  | { readonly type: 'done'; readonly id: number; readonly result: EngineJobs[EngineJob]['result'] }
  | { readonly type: 'failed'; readonly id: number; readonly error: EngineFailure };
