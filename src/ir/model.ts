import type { Attribute } from './attribute';
import type { ErrorPlace } from './errors';
import type { Graph, ValueId, ValueType } from './graph';
import type { Origin } from './origin';
import type { NodeStretch, RememberedGraph } from './rememberedGraph';
import type { Tensor } from './tensor';
import type { TextDifference } from './textDifference';
import type { TextLines } from './textLines';

export type ModelFormat = 'onnx' | 'tfjs-layers' | 'tfjs-graph' | 'keras';

/** Something in the file that is not as it should be, beside a graph that is as good as could be made of it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly place?: ErrorPlace;
}

/** A model-local function: a body that nodes of its domain and name call. */
export interface ModelFunction {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly string[];
  /** Values of the attributes that a call may leave out. */
  readonly defaults?: ReadonlyMap<string, Attribute>;
  readonly body: Graph;
}

/** A node with the same inputs and outputs that computes in another way. */
export interface NodeChange {
  readonly opType: string;
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** What is stated otherwise in a graph of the same nodes and edges. Inputs and outputs keep their names. */
export interface StatedOtherwise {
  readonly nodes: ReadonlyMap<number, NodeChange>;
  /** Initializers. */
  readonly tensors: ReadonlyMap<ValueId, Tensor>;
  /** Declared types of values that are no inputs of the graph. */
  readonly types: ReadonlyMap<ValueId, ValueType>;
  /** Names of values that nodes compute; nodes that are named after them have the same. */
  readonly names: ReadonlyMap<ValueId, string>;
}

/** An edit of a model's text that leaves the nodes and the edges of its graph as they are. */
export interface ModelEdit {
  readonly difference: TextDifference;
  /** Offset in the old text: what stands there or behind it has been moved by the edit, the rest has not. */
  readonly behind: number;
  /** The object of the layer that the edit lies in, in the old text. */
  readonly around?: { readonly offset: number; readonly length: number };
  /** That layer, where it is called in the graph. */
  readonly layer?: {
    readonly before: Origin;
    readonly after: Origin;
    readonly stated: StatedOtherwise;
    /** Of the whole model. */
    readonly counts: Pick<Model, 'parameterCount' | 'weights'>;
    /** Problems that have come in the place of others, one stretch of the list after the other. */
    readonly problems: readonly {
      readonly at: number;
      readonly removed: number;
      /** Offsets are those in the new text. */
      readonly added: readonly (Pick<Problem, 'code' | 'message'> & { readonly offset: number })[];
    }[];
  };
  /** What has come of the graph, where it has other nodes. */
  readonly structure?: OtherStructure;
  readonly graphHash: string;
}

/** A graph that has come to have other nodes. */
export interface OtherStructure {
  readonly stretch: NodeStretch;
  /** Nodes that it did not have, or whose values are declared otherwise. */
  readonly nodes: readonly number[];
  /** What nodes that came or went read and compute. */
  readonly values: ReadonlySet<ValueId>;
  /** Initializers that it did not have. */
  readonly tensors: readonly ValueId[];
  /** Layers of the file that are new, or stand in the text around the edit, with where they stand now. */
  readonly origins: ReadonlyMap<Origin, Pick<Origin, 'offset' | 'length'>>;
  readonly counts: Pick<Model, 'parameterCount' | 'weights' | 'nodeCount' | 'opsets'>;
  /** Of the problems that there were, so many stay, the first ones; those behind them, with offsets in the new text. */
  readonly problemsKept: number;
  readonly problems: readonly (Pick<Problem, 'code' | 'message'> & { readonly offset: number })[];
}

/** Follows the text of a model from version to version. */
export interface ModelFollower {
  /** What turns the last version that was followed into this one; undefined where more changes than it can tell: open the text. */
  next(text: string): Promise<ModelEdit | undefined>;
}

/** A model file that has been opened: its graph in ONNX operators, its weights still on disk. */
export interface Model {
  readonly format: ModelFormat;
  /** Producer and version as the file states them, '' when it does not. */
  readonly producer: string;
  /** ONNX IR version; undefined for other formats. */
  readonly irVersion?: number;
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: Graph;
  readonly functions: readonly ModelFunction[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Nodes (bodies of subgraphs and called functions once per call) or, in layers models, layers of the file. */
  readonly nodeCount: number;
  /** Float elements of weights, running statistics and ConstantOfShape weights included. */
  readonly parameterCount: number;
  /** 'missing': the file describes the network but holds no weights; 'partial': some are there. */
  readonly weights: 'present' | 'partial' | 'missing';
  /** The file states that it is used for training (gradient outputs, training_info) or is a training definition (layers models). */
  readonly purpose: 'inference' | 'training' | 'definition';
  readonly problems: readonly Problem[];
  /** The lines of a model file that is a text: offsets of origins as positions. */
  readonly lines?: TextLines;
  /** Hash (hex) of what the graph says: nodes, edges, attributes, shapes and names of weights, not the weights' values. */
  readonly graphHash: string;
  /**
   * Begins to follow the text that the model was opened from, in formats that are texts. The model itself stays as it is.
   * @param graph the model's, which is restated with the text
   */
  follow?(graph: RememberedGraph): ModelFollower;
}
