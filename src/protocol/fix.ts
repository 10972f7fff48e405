import type { FixId, ModelFacts } from './facts';
import type { EngineFacts, Figure } from './profile';

/**
 * A copy of a model with a fix, as plain data: what the engine's job `fix` is asked and answers, and what
 * `normscope fix --format json` prints.
 */

export const FIX_SCHEMA_VERSION = 1;

/** Formats that a copy with a fix can be saved in, which is that of the model. */
export const fixFormats: Readonly<Record<FixId, readonly ModelFacts['format'][]>> = {
  fold: ['onnx', 'tfjs-layers'],
  'drop-bias': ['onnx', 'tfjs-layers'],
  'inference-mode': ['onnx'],
  momentum: ['onnx', 'tfjs-layers'],
  'norm-before-activation': ['tfjs-layers'],
  'norm-after-activation': ['tfjs-layers'],
  'norm-axis': ['tfjs-layers'],
};

/** Fixes after which the model computes something else: their copies are saved only where somebody agrees to that. */
export const changesResults: ReadonlySet<FixId> = new Set([
  'inference-mode',
  'norm-before-activation',
  'norm-after-activation',
  'norm-axis',
]);

export const fixIds = Object.keys(fixFormats) as readonly FixId[];

export interface FixSettings {
  readonly fix: FixId;
  /** Path of the copy. The files of weights of a layers model stand beside it, in a folder that is made where there is none. */
  readonly output: string;
  /** Ids of the layers that are fixed; by default all that the fix is for. */
  readonly layers?: readonly string[];
  /** Replace a file that is there, were it the model itself. */
  readonly overwrite: boolean;
  /** Save a copy whose results differ from the model's too, where that is what the fix is for. */
  readonly acceptDifference: boolean;
}

/** A fix has come to its next part. */
export interface FixEvent {
  readonly phase: 'reading' | 'editing' | 'proving' | 'writing';
}

/** How the copy was held against the model before it was saved. */
export interface FixProof {
  /**
   * `results`: both were run on the same random inputs. `training-step`: the running statistics of the copy after one training
   * step were held against the convention that was meant, and the results of both against each other.
   */
  readonly kind: 'results' | 'training-step';
  /** Largest difference, as a part of the largest magnitude of the output it was found in. */
  readonly difference: Figure;
  /** Above this no copy is saved; null where results are meant to differ. */
  readonly limit: number | null;
  /** Random batches that were run. */
  readonly batches: number;
  /** Samples in each of them. */
  readonly samples: number;
  /** Values that were compared. */
  readonly compared: readonly string[];
}

export interface FixResult {
  readonly schemaVersion: number;
  readonly fix: FixId;
  /** Path of the model as the user gave it. */
  readonly model: string;
  /** Path of the copy; null when none was saved, because its results differ and nobody has agreed to that. */
  readonly output: string | null;
  /** Path of the file of weights that was written beside the copy; of several, the first. */
  readonly weights: string | null;
  /** Ids of the layers that were changed. */
  readonly changed: readonly string[];
  /** Layers that the fix is meant for and that stay as they are, with the reason. */
  readonly left: readonly { readonly layer: string; readonly reason: string }[];
  readonly proof: FixProof;
  readonly engine: EngineFacts;
  /** What the reader should know beside the figures. */
  readonly notes: readonly string[];
}
