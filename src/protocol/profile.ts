import type { Finding, LayerRole, ModelFacts, Tool } from './facts';
import type { NormVariantId } from './normVariant';

/**
 * What a profile measured, as plain data. A profile is made of events: the engine sends them one by one, the reader folds
 * them into a result (src/profile/profileResult.ts), so a run that was cancelled or died keeps what it had measured.
 */

export const PROFILE_SCHEMA_VERSION = 1;

/** A number, or the words JSON lacks. */
export type Figure = number | 'NaN' | 'Infinity' | '-Infinity';

export type OptimizerName = 'sgd' | 'momentum' | 'adam';
export type LossName = 'cross-entropy' | 'mse';
export type EngineChoice = 'auto' | 'native' | 'wasm';
/**
 * 'keep': the file's weights; 'default': the usual initialisation of each layer kind; a number above 0: the same with its standard
 * deviations multiplied by it.
 */
export type Initialization = 'keep' | 'default' | number;

/** What the user asks for. */
export interface ProfileSettings {
  readonly steps: number;
  readonly batch: number;
  readonly optimizer: OptimizerName;
  readonly lr: number;
  readonly seed: number;
  readonly init: Initialization;
  readonly engine: EngineChoice;
  /** Threads of the engine; 0 = as many as there are physical cores, at most 4. */
  readonly threads: number;
  /** The network as it is (the default), or with another normalization. */
  readonly norm?: NormVariantId;
  /** Path of a file or a folder with samples; made ones without it. */
  readonly data?: string;
  /** Path of a file with the samples' labels, or `column:NAME` for a column of a CSV file of data. */
  readonly labels?: string;
  /** 'auto' (the default): cross-entropy for scores of classes, mean squared error for everything else. */
  readonly loss?: 'auto' | LossName;
  /** Inputs of a single number, by name, that are held at a value: a sampling rate, a flag that chooses a branch. */
  readonly hold?: Readonly<Record<string, number>>;
}

/** What was done: the settings, and what the model and the data made of them. */
export interface ProfileSetup extends Omit<ProfileSettings, 'data' | 'loss'> {
  readonly norm: NormVariantId;
  readonly loss: LossName;
  /** In words: which data were fed, real or synthetic, and which targets the loss compares with. */
  readonly data: { readonly kind: 'synthetic' | 'file'; readonly inputs: string; readonly targets: string };
  /** 'kept', 're-initialised' (asked for, or there were none) or 'partly re-initialised', in words for reports. */
  readonly weights: string;
  /** Batch norms in inference form that were given their training form, counted. */
  readonly trainingFormNorms: number;
  /** What was left out and why: operators without a gradient, outputs cut off. */
  readonly notes: readonly string[];
}

export interface EngineFacts {
  readonly name: 'onnxruntime-node' | 'onnxruntime-web';
  readonly version: string;
  readonly threads: number;
}

/**
 * Moments of one tensor at one step. Mean, std and rms are over all elements; extremes and fractions of a tensor of 16 384
 * elements and more, and the mean of such a gradient, are those of an even subset of about 4 096, because exact ones would cost
 * as much as the step.
 */
export interface Moments {
  readonly step: number;
  readonly mean: Figure;
  readonly std: Figure;
  readonly min: Figure;
  readonly max: Figure;
  readonly rms: Figure;
  /** Fraction of elements that are exactly 0. */
  readonly zeroFraction: Figure;
  /** Fraction in the flat ends of a saturating activation: sigmoid outside 0.015..0.985, tanh beyond +-0.97. Only for these. */
  readonly saturatedFraction?: Figure;
}

export interface Quantiles {
  readonly p1: Figure;
  readonly p5: Figure;
  readonly p15: Figure;
  readonly p25: Figure;
  readonly p50: Figure;
  readonly p75: Figure;
  readonly p85: Figure;
  readonly p95: Figure;
  readonly p99: Figure;
}

/** Counts per bin; `edges` has one number more than `counts`. The edges of a layer are the same for the whole profile. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/** One step of one tensor; quantiles and histogram on sampled steps only. */
export interface StepStatistics extends Moments {
  readonly quantiles?: Quantiles;
  readonly histogram?: Histogram;
  /**
   * Standard deviation over the samples of a batch, root mean square over the elements. Only for outputs whose first axis is
   * the batch.
   */
  readonly sampleStd?: Figure;
  /**
   * Fraction of a ReLU's units that were active on less than 1 % of the samples of the last steps (up to 10, at least 100
   * samples). A unit is a feature or a channel; a channel is active on a sample when it is positive anywhere.
   */
  readonly deadUnits?: Figure;
}

export interface WeightStatistics {
  readonly step: number;
  readonly parameter: string;
  /** What the layer does with it. */
  readonly kind?: 'weight' | 'bias' | 'scale' | 'shift' | 'slope' | 'embedding' | 'recurrent';
  readonly rms: Figure;
  readonly gradientRms: Figure;
  readonly gradientNorm: Figure;
  /** Norm of the step's change over norm of the parameter. */
  readonly updateRatio: Figure;
}

/** Summary of a vector of per-channel statistics. */
export interface ChannelSummary {
  readonly mean: Figure;
  readonly min: Figure;
  readonly max: Figure;
}

export interface RunningStatistics {
  readonly step: number;
  readonly batchMean: ChannelSummary;
  readonly batchVariance: ChannelSummary;
  readonly runningMean: ChannelSummary;
  readonly runningVariance: ChannelSummary;
  /**
   * Fraction of the channels whose output with the running statistics differs from that with the batch's on the same batch
   * by more than half the latter's standard deviation (RMS).
   */
  readonly evaluationGap?: Figure;
  /** The part that the statistics from before the first step still have in the running ones: momentum to the power of steps. */
  readonly initialWeight?: number;
}

export interface ProfiledLayer {
  readonly id: string;
  readonly name: string;
  readonly role: LayerRole;
  readonly kind: string;
  /** Number of weighted layers from the input. */
  readonly depth: number;
  /** Ids of the layers that feed this one. */
  readonly inputs?: readonly string[];
  /** The activation function of a layer that is one, or that applies one at once: Relu, Sigmoid, Gelu ... */
  readonly activationFunction?: string;
  /** Elements of the output of a whole batch. */
  readonly elements?: number;
  readonly activation: readonly StepStatistics[];
  /** Of the gradient of the loss with respect to the layer's output; empty where no gradient reaches the layer. */
  readonly gradient: readonly StepStatistics[];
  readonly weights?: readonly WeightStatistics[];
  readonly statistics?: readonly RunningStatistics[];
}

/** What theory says of the gradients in one chain of layers, in the units of the chart over depth. */
export interface TheoryLine {
  /** What the chain consists of. */
  readonly name: string;
  /** The factor of the RMS for each layer towards the input, in words. */
  readonly formula: string;
  readonly reference: { readonly title: string; readonly url: string };
  readonly ratio: number;
  /** RMS of dLoss/dOutput of the layers at the first step, from the input on; that of the last one is measured. */
  readonly values: readonly { readonly layer: string; readonly depth: number; readonly rms: number }[];
}

/** The model that was profiled, with what its analysis says of the file as a whole. */
export interface ProfiledModel extends Partial<
  Pick<ModelFacts, 'format' | 'nodeCount' | 'parameterCount' | 'weights'>
> {
  readonly path: string;
  readonly graphHash: string;
}

export interface ProfileResult {
  readonly schemaVersion: number;
  readonly tool: Tool;
  readonly model: ProfiledModel;
  readonly engine: EngineFacts;
  readonly settings: ProfileSetup;
  /** 'complete', or why it ended early; what had been measured is kept. */
  readonly status: 'complete' | 'cancelled' | 'failed';
  /** Why it failed, in a sentence. */
  readonly failure?: string;
  /** Loss of each step that was run. */
  readonly loss: readonly Figure[];
  readonly layers: readonly ProfiledLayer[];
  /** Median slope over all pairs (Theil-Sen) of log10(RMS of dLoss/dOutput) per weighted layer going towards the input; null below two layers. */
  readonly gradientDepthSlope: Figure | null;
  readonly findings: readonly Finding[];
  /** Predictions for fresh weights, where there is a closed form. */
  readonly theory?: readonly TheoryLine[];
  readonly timing: { readonly compileMs: number; readonly stepMs: readonly number[] };
}

/** A layer without its figures. */
export type StartedLayer = Omit<ProfiledLayer, 'activation' | 'gradient' | 'weights' | 'statistics'>;

/** What the engine says before the first step. */
export interface ProfileStarted {
  readonly type: 'started';
  readonly model: ProfiledModel;
  readonly engine: EngineFacts;
  readonly settings: ProfileSetup;
  readonly layers: readonly StartedLayer[];
  readonly compileMs: number;
}

/** What one step measured. `layers` follows the order of `ProfileStarted.layers`. */
export interface ProfileStep {
  readonly type: 'step';
  readonly step: number;
  readonly loss: Figure;
  readonly ms: number;
  readonly layers: readonly {
    readonly activation?: StepStatistics;
    readonly gradient?: StepStatistics;
    readonly weights?: readonly WeightStatistics[];
    readonly statistics?: RunningStatistics;
  }[];
}

/** Progress before the first step. */
export interface ProfilePhase {
  readonly type: 'phase';
  readonly phase: 'reading' | 'differentiating' | 'compiling' | 'training';
}

export interface ProfileFinished {
  readonly type: 'finished';
}

export type ProfileEvent = ProfilePhase | ProfileStarted | ProfileStep | ProfileFinished;
