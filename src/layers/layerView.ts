import type { Graph, ValueId } from '../ir/graph';
import type { Origin } from '../ir/origin';
import type { LayerRole, LinearFacts, NormForm, NormType, AxisLetter, NormPlacement } from '../protocol/facts';

/** Activations under their usual names, whatever form the file spells them in. */
export type ActivationName =
  | 'Relu'
  | 'Relu6'
  | 'LeakyRelu'
  | 'PRelu'
  | 'ThresholdedRelu'
  | 'Elu'
  | 'Selu'
  | 'Celu'
  | 'Sigmoid'
  | 'HardSigmoid'
  | 'Tanh'
  | 'Softplus'
  | 'Softsign'
  | 'Gelu'
  | 'Silu'
  | 'HardSwish'
  | 'Mish'
  | 'Softmax'
  | 'LogSoftmax'
  | 'Clip';

/** Numbers of a norm that say nothing of where it sits or what it normalizes. */
export interface NormNumbers {
  readonly epsilon?: number;
  /** Weight of the OLD value. */
  readonly momentum?: number;
  readonly momentumOriginal?: number;
}

export interface RecognizedNorm extends NormNumbers {
  readonly type: NormType;
  readonly form: NormForm;
  /** Indices in the file's layout; undefined where the rank is unknown. */
  readonly axes?: readonly number[];
  readonly axesMeaning?: readonly AxisLetter[];
  readonly groups?: number;
  /** Size of the normalized channel or feature axis. */
  readonly channels?: number;
  /** True for a BatchNormalization that computes batch statistics as it stands in the file. */
  readonly trainingForm: boolean;
  readonly scale?: ValueId;
  readonly shift?: ValueId;
  readonly mean?: ValueId;
  readonly variance?: ValueId;
  /** Scale and shift that stand in nodes of their own after the norm (Caffe's Scale layer). */
  readonly outerScale?: ValueId;
  readonly outerShift?: ValueId;
}

export interface RecognizedLinear {
  /** Conv, ConvTranspose, Gemm or MatMul: the computation, whatever the file calls it. */
  readonly operator: 'Conv' | 'ConvTranspose' | 'Gemm' | 'MatMul';
  readonly weight: ValueId;
  readonly bias?: ValueId;
  /** Size of the channel or feature axis of the output. */
  readonly channels?: number;
  readonly groups: number;
}

/** One layer as a person would name it: one operator, or the several that make up a norm, an activation or a dense layer. */
export interface Layer {
  /** Position in `LayerView.layers`. */
  readonly index: number;
  /** Stable between runs, unique in the model; survives variants because it is made of the file's own names. */
  readonly id: string;
  readonly name: string;
  readonly role: LayerRole;
  readonly kind: string;
  /** Indices of the graph's nodes that the layer covers. */
  readonly nodes: readonly number[];
  /** The node that names the layer. */
  readonly main: number;
  /** Values the layer reads as data (not its parameters). */
  readonly inputs: readonly ValueId[];
  /** The value the layer computes: what a profile measures. */
  readonly output: ValueId;
  readonly norm?: RecognizedNorm;
  readonly linear?: RecognizedLinear;
  /** Of an activation; of a linear layer whose operator applies it at once (FusedConv). */
  readonly activation?: ActivationName;
  /** Probability of dropping, for dropout layers. */
  readonly dropRate?: number;
  /** For norms that add their inputs first (SkipLayerNormalization): the sum where the operator gives it out, else ABSENT. */
  readonly sum?: ValueId;
  readonly origin?: Origin;
}

/** A residual sum. */
export function isSum(layer: Layer): boolean {
  return layer.role === 'join' && ['Add', 'AddV2', 'AddN', 'Sum', 'QLinearAdd'].includes(layer.kind);
}

/** Where a norm sits (see NormFacts). */
export interface Placement {
  readonly placement: NormPlacement;
  readonly chain: string;
  readonly linear?: Layer;
  readonly activation?: Layer;
}

/** The graph seen as layers, in topological order. */
export interface LayerView {
  readonly graph: Graph;
  readonly layers: readonly Layer[];
  /** The layer that covers a node; undefined for pass-through nodes (Reshape, Transpose, Identity, Cast ...) and constants. */
  layerOfNode(node: number): Layer | undefined;
  /** Layers that feed this one, pass-through nodes skipped; undefined entries are graph inputs. */
  predecessors(layer: Layer): readonly (Layer | undefined)[];
  /** Layers that read this one's output, pass-through nodes skipped. */
  successors(layer: Layer): readonly Layer[];
  /** As `predecessors`, with dropout, local pools, padding and reshaping skipped: what decides where a norm sits. */
  nearestBefore(layer: Layer): readonly (Layer | undefined)[];
  /** As `successors`, with dropout, local pools, padding and reshaping skipped. */
  nearestAfter(layer: Layer): readonly Layer[];
  /** True when the output, through pass-through nodes only, is an output of the graph. */
  reachesOutput(layer: Layer): boolean;
  placementOf(norm: Layer): Placement;
  /** 'folded': an exported graph does not tell whether the layer ever had a norm. */
  normalizationOf(linear: Layer): LinearFacts['normalization'];
  /** No norm works on the layer's result, nor on its input, but that of another linear layer or of the model's input. */
  lacksNorm(linear: Layer): boolean;
  /** Number of weighted (linear or recurrent) layers on the longest path from an input up to and including this layer. */
  depthOf(layer: Layer): number;
}
