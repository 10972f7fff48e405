import type { Attribute } from '../attribute';
import type { DataType } from '../dataType';
import type { Graph, ValueId, ValueType } from '../graph';
import { elementCount } from '../tensor';
import { saneDim, staticDims, type Dims } from './dims';

/** Tensors of up to this many elements have their values followed (shapes, axes, sizes of resized images). */
export const TRACKED_ELEMENTS = 1024;

/** What is known of a value: its type and, for small numeric tensors, its elements in row-major order. */
export interface Fact extends ValueType {
  readonly data?: Dims;
}

/** An operator call as inference sees it, whichever form of graph it stands in. */
export interface OperatorCall {
  readonly opType: string;
  /** '' for the default domain. */
  readonly domain: string;
  readonly outputs: readonly ValueId[];
  attr(name: string): Attribute | undefined;
}

/** A rule says what it knows of each output; undefined where it knows nothing. It never throws and allocates nothing by size. */
export type InferenceRule = (node: InferenceNode) => readonly (Fact | undefined)[];

export type InferenceRules = Readonly<Record<string, InferenceRule>>;

/** Infers the types of a subgraph's outputs, given facts for its inputs; values of the outer graph are in its reach. */
export type SubgraphInference = (graph: Graph, inputs: readonly (Fact | undefined)[]) => readonly (Fact | undefined)[];

/** One operator call with what is known of its inputs. Inputs that are left out or unknown are undefined. */
export class InferenceNode {
  constructor(
    private readonly call: OperatorCall,
    private readonly inputs: readonly (Fact | undefined)[],
    /** Negative for inputs that are left out. */
    private readonly values: readonly ValueId[],
    /** Version of the operator's domain; 1 when the file does not say. */
    readonly opset: number,
    readonly inferSubgraph: SubgraphInference,
  ) {}

  get opType(): string {
    return this.call.opType;
  }
  get outputCount(): number {
    return this.call.outputs.length;
  }
  get inputCount(): number {
    return this.values.length;
  }

  /** True when the call names an i-th input, known or not. */
  has(i: number): boolean {
    return this.values[i] >= 0;
  }

  fact(i: number): Fact | undefined {
    return this.inputs[i];
  }

  shape(i: number): Dims | undefined {
    return this.inputs[i]?.shape;
  }

  rank(i: number): number | undefined {
    return this.inputs[i]?.shape?.length;
  }

  dtype(i: number): DataType | undefined {
    return this.inputs[i]?.dtype;
  }

  /** The tracked elements of the i-th input. */
  data(i: number): Dims | undefined {
    return this.inputs[i]?.data;
  }

  /** The elements of the i-th input when all of them are known numbers. */
  numbers(i: number): number[] | undefined {
    return staticDims(this.inputs[i]?.data);
  }

  attr(name: string): Attribute | undefined {
    return this.call.attr(name);
  }

  number(name: string): number | undefined {
    const a = this.call.attr(name);
    return a?.type === 'int' || a?.type === 'float' ? a.value : undefined;
  }

  int(name: string, fallback: number): number {
    return this.number(name) ?? fallback;
  }

  string(name: string, fallback = ''): string {
    const a = this.call.attr(name);
    return a?.type === 'string' ? a.value : fallback;
  }

  ints(name: string): readonly number[] | undefined {
    const a = this.call.attr(name);
    return a?.type === 'ints' ? a.value : undefined;
  }

  floats(name: string): readonly number[] | undefined {
    const a = this.call.attr(name);
    return a?.type === 'floats' ? a.value : undefined;
  }

  /** Integers that early opsets state as an attribute and later ones as an input: 'unknown' when a computed input is not known. */
  intsOrInput(name: string, input: number): readonly number[] | undefined | 'unknown' {
    if (this.has(input)) return this.numbers(input) ?? 'unknown';
    return this.ints(name);
  }
}

/** The number of elements of a shape where all sizes are known and the values are few enough to be followed. */
export function trackedCount(shape: Dims | undefined): number | undefined {
  const sizes = staticDims(shape?.map(saneDim));
  const count = sizes && elementCount(sizes);
  return count !== undefined && count <= TRACKED_ELEMENTS ? count : undefined;
}

/** A tensor fact with sizes made sane; data are kept only where they fit the shape. */
export function tensorFact(dtype: DataType | undefined, shape?: Dims, data?: Dims): Fact {
  const sane = shape?.map(saneDim);
  const sizes = staticDims(sane);
  const tracked = data !== undefined && sizes !== undefined && elementCount(sizes) === data.length ? data : undefined;
  return { kind: 'tensor', dtype: dtype === 'undefined' ? undefined : dtype, shape: sane, data: tracked };
}

/** The same type, without values. */
export function sameType(fact: Fact | undefined): Fact | undefined {
  return fact && { kind: fact.kind, dtype: fact.dtype, shape: fact.shape };
}
