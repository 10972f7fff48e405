import type { Attribute } from './attribute';
import type { ErrorPlace } from './errors';
import type { Graph } from './graph';
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
}
