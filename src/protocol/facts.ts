/**
 * Facts about a model as plain data: what `normscope analyze --format json` prints and what the view, the hovers, SARIF and
 * the tests read. Numbers that JSON cannot hold are the strings "NaN", "Infinity" and "-Infinity".
 */

export const ANALYSIS_SCHEMA_VERSION = 1;

export type Severity = 'error' | 'warning' | 'information' | 'hint';

export interface Tool {
  readonly name: 'normscope';
  readonly version: string;
}

export interface Position {
  /** Zero-based. */
  readonly line: number;
  /** Zero-based, in UTF-16 units. */
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Where in a text file something is stated. */
export interface Source {
  /** Path of the file as the user gave it. */
  readonly uri: string;
  readonly range: Range;
}

export type LayerRole = 'linear' | 'norm' | 'activation' | 'join' | 'pool' | 'dropout' | 'recurrent' | 'other';

export type NormType = 'batch' | 'layer' | 'instance' | 'group' | 'rms' | 'local-response' | 'mean-variance' | 'lp';

export type NormForm = 'native' | 'decomposed' | 'fused' | 'affine-only';

/** N batch, C channel, D H W space, L sequence, F feature: the axes that one set of statistics is taken over. */
export type AxisLetter = 'N' | 'C' | 'D' | 'H' | 'W' | 'L' | 'F';

export type NormPlacement =
  | 'linear-norm-activation'
  | 'linear-norm'
  | 'linear-activation-norm'
  | 'pre-activation'
  | 'pre-norm'
  | 'post-norm'
  | 'embedding-norm'
  | 'input-norm'
  | 'before-output'
  | 'qk-norm'
  | 'other';

export type LinearNormalization =
  | 'normalized-before-activation'
  | 'normalized-after-activation'
  | 'normalized-no-activation'
  | 'pre-normalized'
  | 'not-normalized'
  | 'folded'
  | 'output-head';

/** How the numbers of one parameter of a norm are distributed over its channels, as the file holds them. */
export interface NormParameterFacts {
  readonly name: 'scale' | 'shift' | 'mean' | 'variance';
  readonly count: number;
  /** How many of them are no finite numbers; these are left out below. */
  readonly notFinite: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  /** Numbers in equally wide bins from `min` to `max`. */
  readonly bins: readonly number[];
}

export interface NormFacts {
  readonly type: NormType;
  readonly form: NormForm;
  /** Indices in the file's layout of the axes the statistics run over; null where the rank is not known. */
  readonly axes: readonly number[] | null;
  readonly axesMeaning: readonly AxisLetter[] | null;
  readonly epsilon: number | null;
  /** Weight of the OLD value in the running average; null where the norm keeps none. */
  readonly momentum: number | null;
  /** Momentum as the file states it. */
  readonly momentumOriginal: number | null;
  readonly groups: number | null;
  /** Which of scale (gamma) and shift (beta) the layer has. */
  readonly affine: { readonly scale: boolean; readonly shift: boolean };
  /** Size of the normalized channel or feature axis; null when unknown. */
  readonly channels: number | null;
  readonly placement: NormPlacement;
  /** The chain around the norm in words, e.g. "Conv -> BatchNormalization -> Relu". */
  readonly chain: string;
  /** Id of the linear layer the norm belongs to, if any. */
  readonly linear: string | null;
  /** Id of the activation before or after the norm that decides its placement, if any. */
  readonly activation: string | null;
  /** Of the parameters whose numbers are in the file. */
  readonly parameters?: readonly NormParameterFacts[];
}

export interface LinearFacts {
  readonly hasBias: boolean;
  readonly normalization: LinearNormalization;
}

export interface LayerFacts {
  /** Stable between runs and between analyze and profile; survives variants. */
  readonly id: string;
  readonly name: string;
  readonly role: LayerRole;
  /** The file's own operator or class name. */
  readonly kind: string;
  /** Names of the file's nodes or layers that this layer covers. */
  readonly nodes: readonly string[];
  /** Ids of the layers that feed this one, in order, pass-through nodes skipped. */
  readonly inputs: readonly string[];
  /** Shape of the output in the file's layout as far as it is known: sizes, symbolic names, null. */
  readonly outputShape: readonly (number | string | null)[] | null;
  /** The activation function of a layer that is one, or that applies one at once: Relu, Sigmoid, Gelu ... */
  readonly activation?: string;
  readonly norm?: NormFacts;
  readonly linear?: LinearFacts;
  readonly source?: Source;
}

/** Edits of a model file that a copy can be saved with. */
export type FixId =
  | 'fold'
  | 'drop-bias'
  | 'inference-mode'
  | 'momentum'
  | 'norm-before-activation'
  | 'norm-after-activation'
  | 'norm-axis';

/** An edit that ends what a finding is about. */
export interface FixOffer {
  readonly id: FixId;
  /** What the copy is saved with, e.g. "batch norms folded". */
  readonly title: string;
}

export interface Finding {
  readonly ruleId: string;
  readonly severity: Severity;
  readonly message: string;
  /** Id of the layer it is about; null when it is about the whole model. */
  readonly layer: string | null;
  /** Further layers, for findings that list several. */
  readonly layers?: readonly string[];
  readonly source?: Source;
  readonly fix?: FixOffer;
}

export interface ProblemFact {
  readonly code: string;
  readonly message: string;
  readonly source?: Source;
}

export interface Summary {
  readonly linear: number;
  readonly norm: Readonly<Record<string, number>>;
  readonly activation: Readonly<Record<string, number>>;
  readonly placement: Readonly<Record<string, number>>;
}

export interface ModelFacts {
  readonly path: string;
  readonly format: 'onnx' | 'tfjs-layers' | 'tfjs-graph' | 'keras';
  readonly producer: string;
  /** Opset version by domain; the default domain is spelled "ai.onnx". */
  readonly opsets: Readonly<Record<string, number>>;
  readonly nodeCount: number;
  readonly parameterCount: number;
  readonly weights: 'present' | 'partial' | 'missing';
  /** Hash of the graph; a profile of another hash is stale. */
  readonly graphHash: string;
  readonly layers: readonly LayerFacts[];
  readonly summary: Summary;
  readonly findings: readonly Finding[];
  readonly problems: readonly ProblemFact[];
}

export interface UnreadableModel {
  readonly path: string;
  readonly error: { readonly code: string; readonly message: string };
}

export interface AnalysisReport {
  readonly schemaVersion: number;
  readonly tool: Tool;
  readonly models: readonly (ModelFacts | UnreadableModel)[];
}

export function isUnreadable(model: ModelFacts | UnreadableModel): model is UnreadableModel {
  return 'error' in model;
}

/** What `--format json` prints when there is no result: a usage error, or the only model cannot be read. */
export interface ErrorReport {
  readonly error: { readonly code: string; readonly message: string; readonly path?: string };
}
