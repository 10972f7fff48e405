import type { Attribute } from './attribute';
import type { DataType } from './dataType';
import type { MutableGraph } from './mutableGraph';
import type { Origin } from './origin';
import type { Tensor } from './tensor';

/** Index of a value (an edge of the graph) in its graph; ABSENT for an optional input that is left out. */
export type ValueId = number;
export const ABSENT: ValueId = -1;

/** One axis of a declared shape: its size, its symbolic name, or null when the file says nothing. */
export type Dim = number | string | null;

export interface ValueType {
  readonly kind: 'tensor' | 'sparse-tensor' | 'sequence' | 'map' | 'optional' | 'unknown';
  /** Element type of a tensor. */
  readonly dtype?: DataType;
  /** Absent when the rank is unknown. */
  readonly shape?: readonly Dim[];
  /** The file's own statement (TypeProto) for kinds that are not described here in full, kept for the writer. */
  readonly stated?: Uint8Array;
}

/** One operator call. A view onto the graph's columns: cheap to make, not to be kept in large numbers. */
export interface Node {
  readonly index: number;
  readonly opType: string;
  /** '' for the default domain, also when the file spells it `ai.onnx`. */
  readonly domain: string;
  /** Which of several model-local functions of this domain and name is called; '' almost everywhere. */
  readonly overload: string;
  /** As in the file; may be '' and need not be unique. */
  readonly name: string;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  readonly attributeNames: readonly string[];
  attr(name: string): Attribute | undefined;
  /** The attribute as an int (a float attribute counts too), else `fallback`. */
  int(name: string, fallback: number): number;
  int(name: string): number | undefined;
  float(name: string, fallback: number): number;
  float(name: string): number | undefined;
  string(name: string, fallback: string): string;
  string(name: string): string | undefined;
  ints(name: string): readonly number[] | undefined;
  floats(name: string): readonly number[] | undefined;
  /** Where in the user's file the node came from, when the file does not state it as an ONNX node itself. */
  readonly origin?: Origin;
}

/**
 * A frozen graph in ONNX operators. Readers yield it; layers, rules and reports use only this interface.
 * Nodes are in topological order (readers sort where the file does not, and report it; nodes on a cycle come last).
 */
export interface Graph {
  readonly name: string;
  readonly nodeCount: number;
  readonly valueCount: number;
  /** Opset version by domain ('' is the default domain). */
  readonly opsets: ReadonlyMap<string, number>;
  /** Graph inputs without those that only declare an initializer (IR version 3 and earlier list both). */
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  node(index: number): Node;
  nodes(): Iterable<Node>;
  /** Index of the node that computes the value; -1 for inputs, initializers and values of an outer graph. */
  producer(value: ValueId): number;
  /** Nodes that read the value, ascending, each once; a node counts also when only a subgraph of it reads the value. */
  consumers(value: ValueId): readonly number[];
  valueName(value: ValueId): string;
  valueId(name: string): ValueId | undefined;
  /** The declared type: inputs, outputs, value_info and initializers. Computed types come from shape inference. */
  valueType(value: ValueId): ValueType | undefined;
  /**
   * The constant behind a value: an initializer, or what a Constant or ConstantOfShape node computes when the file states it
   * in full. Such a node stays a node of the graph and the producer of the value.
   */
  initializer(value: ValueId): Tensor | undefined;
  /** Values that have an initializer of the graph, in file order; outputs of Constant nodes are not among them. */
  readonly initializers: readonly ValueId[];
  /** A copy as objects, for variants, autodiff and the writer. */
  toMutable(): MutableGraph;
}
