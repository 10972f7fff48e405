import type { Tool } from './facts';
import type { NormVariantId } from './normVariant';
import type { EngineFacts, Figure, LossName, ProfileSettings, ProfileSetup } from './profile';

/**
 * One network trained with several normalizations: the same data, and the same initial weights wherever shapes agree, for
 * the same seed. As a profile, a comparison is made of events, and keeps what it measured when it ends early. What it says
 * holds for this network, these data and these steps.
 */

export const COMPARE_SCHEMA_VERSION = 1;

/** What the user asks for. `seed` is the first of the seeds. */
export interface CompareSettings extends Omit<ProfileSettings, 'norm'> {
  /** The first is what the others are held against. */
  readonly variants: readonly NormVariantId[];
  /** Runs of each variant: with `seed`, `seed` + 1 ... */
  readonly seeds: number;
  /** Search the largest learning rate that each variant trains at as well. */
  readonly learningRates: boolean;
}

/** What was done. */
export interface CompareSetup extends Omit<CompareSettings, 'data' | 'loss'> {
  readonly loss: LossName;
  readonly data: ProfileSetup['data'];
  /** Where the initial weights come from, in words. */
  readonly weights: string;
}

/** A weighted layer in one run. Figures are geometric means over the steps, of root mean squares over all elements. */
export interface ComparedLayer {
  readonly id: string;
  /** Number of weighted layers from the input. */
  readonly depth: number;
  /** Of the gradient of the loss by the layer's output. */
  readonly gradientRms: Figure;
  /** Of the layer's output. */
  readonly activationRms: Figure;
}

/** One variant trained with one seed. */
export interface ComparedRun {
  readonly seed: number;
  /** 'diverged': the loss was no number any more; 'failed': the run ended early for another reason. */
  readonly status: 'complete' | 'diverged' | 'failed';
  /** Why it did not come to its end. */
  readonly failure?: string;
  readonly loss: readonly Figure[];
  /** Mean of the last tenth of the losses, of five at least. */
  readonly finalLoss: Figure;
  /** As in a profile: negative where gradients vanish towards the input. */
  readonly gradientDepthSlope: Figure | null;
  readonly layers: readonly ComparedLayer[];
  /** Median time of a step, in milliseconds. */
  readonly stepMs: number;
}

/** One short run of the search for the largest learning rate. */
export interface TriedRate {
  readonly lr: number;
  /** All its losses were numbers, and the last quarter of them was on average below the first. */
  readonly stable: boolean;
}

export interface RateSearch {
  readonly seed: number;
  /** The largest rate that was stable; null where none was. */
  readonly largest: number | null;
  readonly tried: readonly TriedRate[];
}

export interface Spread {
  readonly mean: number;
  /** Sample standard deviation over the seeds; 0 for one. */
  readonly std: number;
  readonly count: number;
}

/** Over the seeds of the runs that came to their end; null where none did. */
export interface CompareSummary {
  readonly finalLoss: Spread | null;
  readonly gradientDepthSlope: Spread | null;
  readonly stepMs: Spread | null;
  /** Of the logarithm to base 2, since the search takes steps of a factor of two. */
  readonly log2LearningRate: Spread | null;
  readonly divergedSeeds: number;
}

export interface ComparedVariant {
  readonly id: NormVariantId;
  readonly title: string;
  /** What was done to the network, in words. */
  readonly change: string;
  readonly notes: readonly string[];
  /** 'not-applicable': there is nothing in the network that it changes. 'partial': the comparison ended before it was done. */
  readonly status: 'complete' | 'partial' | 'not-applicable' | 'failed';
  /** Why it is not applicable, or failed. */
  readonly reason?: string;
  readonly seeds: readonly ComparedRun[];
  /** The largest learning rate that was stable with every seed; null where it was not searched or found. */
  readonly largestStableLearningRate: number | null;
  readonly rateSearches: readonly RateSearch[];
  readonly summary: CompareSummary;
}

export type ComparedFigure = 'finalLoss' | 'gradientDepthSlope' | 'stepMs' | 'largestStableLearningRate';

/** One figure of a variant held against that of the first variant. */
export interface CompareVerdict {
  readonly figure: ComparedFigure;
  readonly variant: NormVariantId;
  readonly baseline: NormVariantId;
  /** The better of the two; null where the difference is within the spread. */
  readonly better: NormVariantId | null;
  /** Mean of the variant minus that of the baseline; of learning rates in powers of two, of slopes in magnitude. */
  readonly difference: number;
  /** Pooled standard deviation over the seeds; of learning rates half a step of the search at least. */
  readonly spread: number;
  /** Chance of a difference as large or larger if there were none (Student's t-test); null below three seeds each. */
  readonly p: number | null;
  /** The difference exceeds twice the spread, and chance alone would exceed it less than once in 100 times. */
  readonly significant: boolean;
}

export interface CompareResult {
  readonly schemaVersion: number;
  readonly tool: Tool;
  readonly model: { readonly path: string; readonly graphHash: string };
  readonly engine: EngineFacts;
  readonly settings: CompareSetup;
  readonly status: 'complete' | 'cancelled' | 'failed';
  readonly failure?: string;
  readonly variants: readonly ComparedVariant[];
  readonly verdicts: readonly CompareVerdict[];
}

/** Said once, when the first run of all has begun. */
export interface CompareStarted {
  readonly type: 'started';
  readonly model: CompareResult['model'];
  readonly engine: EngineFacts;
  readonly settings: CompareSetup;
}

export type CompareEvent =
  | CompareStarted
  | {
      readonly type: 'variant';
      readonly variant: Pick<ComparedVariant, 'id' | 'title' | 'change' | 'notes' | 'reason'>;
    }
  | {
      readonly type: 'progress';
      readonly variant: NormVariantId;
      readonly seed: number;
      readonly what: 'compiling' | 'training' | 'learning-rate';
      /** Part of the whole comparison that is done, about. */
      readonly done: number;
      readonly loss?: Figure;
    }
  | { readonly type: 'run'; readonly variant: NormVariantId; readonly run: ComparedRun }
  | { readonly type: 'rates'; readonly variant: NormVariantId; readonly search: RateSearch }
  | { readonly type: 'variantDone'; readonly variant: NormVariantId; readonly failure?: string };
