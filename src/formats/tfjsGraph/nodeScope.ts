import { attribute } from '../../ir/attribute';
import {
  LayerParts,
  LayerScope,
  NotLowered,
  type Shape,
  type Surroundings,
  type TensorValue,
} from '../tfjs/layerScope';
import type { LayerDefinition } from '../tfjs/topology';
import type { TensorForm } from '../tfjs/weightTensor';
import type { Origin } from '../../ir/origin';
import { say } from '../../texts/say';
import type { Constant } from './constants';
import type { TensorRef } from './graphDef';

/** ONNX's number for int64 (TensorProto.DataType). */
const INT64 = 7;

export type ShapedValue = TensorValue & { readonly shape: Shape };

/** A constant in another form; equal keys stand for equal forms. */
export interface KeyedForm extends TensorForm {
  readonly key: string;
}

/** What is known of a value besides its shape and type. */
export interface ValueFact {
  /** The numbers of a list of sizes, or of one size; null for those that are not known. */
  readonly numbers?: readonly (number | null)[];
  /** A list into which nothing is written so far: its size, or the name of the value that says it. */
  readonly reserved?: { readonly size: number | string; readonly isRankOpen: boolean };
}

/** What a node's lowering needs of the graph around it. */
export interface NodeSurroundings extends Surroundings {
  constantOf(ref: TensorRef): Constant | undefined;
  valueOf(ref: TensorRef): TensorValue | undefined;
  /** A constant as a value of the graph, made once for each form. */
  constantValue(constant: Constant, form?: KeyedForm): ShapedValue;
  /** Values whose channels are on axis 1 in the operators, and last only behind a transpose. */
  readonly channelsInside: Set<string>;
  /** By the names of the values. */
  readonly facts: Map<string, ValueFact>;
}

/** What the lowering of an operator works with: the node's settings, its inputs, and the nodes that it adds. */
export class NodeScope extends LayerScope {
  constructor(
    private readonly graph: NodeSurroundings,
    node: LayerDefinition,
    origin: Origin,
    private readonly refs: readonly TensorRef[],
    /** Name of the node in the graph: in functions, that of the call comes before its own. */
    label: string,
  ) {
    super(graph, new LayerParts(), node, label, '', origin);
  }

  get inputCount(): number {
    return this.refs.length;
  }

  /** The i-th input; constants become initializers. */
  x(i: number): TensorValue {
    const value = this.optional(i);
    if (value === undefined) throw new NotLowered(say`its input ${i} leads nowhere`);
    return value;
  }

  optional(i: number): TensorValue | undefined {
    const ref = this.refs.at(i);
    return ref && this.graph.valueOf(ref);
  }

  /** All inputs from `from` up to `to`. */
  all(from = 0, to = this.refs.length): TensorValue[] {
    return this.refs.slice(from, to).map((_, i) => this.x(from + i));
  }

  constant(i: number): Constant | undefined {
    const ref = this.refs.at(i);
    return ref && this.graph.constantOf(ref);
  }

  /** The numbers of an input that has to be a small constant. */
  numbers(i: number, what: string): readonly number[] {
    const values = this.constant(i)?.atHand;
    if (values === undefined || !values.every(Number.isSafeInteger)) {
      throw new NotLowered(say`its ${what} is not a constant that can be read`);
    }
    return values;
  }

  /** The numbers of an input of sizes, null for those that are not known. */
  sizesAt(i: number): readonly (number | null)[] | undefined {
    const constant = this.constant(i);
    if (constant !== undefined) return constant.atHand;
    const value = this.optional(i);
    return value && this.factOf(value)?.numbers;
  }

  /** The whole number that an input is, where it is a constant. */
  numberAt(i: number): number | undefined {
    const values = this.constant(i)?.atHand;
    return values?.length === 1 && Number.isSafeInteger(values[0]) ? values[0] : undefined;
  }

  /** A constant input in another form. */
  constantAs(constant: Constant, form: KeyedForm): ShapedValue {
    return this.graph.constantValue(constant, form);
  }

  /** An input of sizes or indices as int64, which ONNX asks for where TensorFlow has int32. */
  int64(i: number, part: string): string {
    const constant = this.constant(i);
    const values = constant?.dims.length === 1 ? constant.atHand : undefined;
    if (values?.every(Number.isSafeInteger)) return this.integersConstant(values, part);
    const x = this.x(i);
    if (x.dtype === 'int64') return x.name;
    return this.cast(x, 'int64', part).name;
  }

  cast(x: TensorValue, dtype: 'int64' | 'int32' | 'float32' | 'bool', part?: string): TensorValue {
    const to = { int64: INT64, int32: 6, float32: 1, bool: 9 }[dtype];
    return this.emit('Cast', [x], { to: attribute.int(to) }, { shape: x.shape, dtype, part });
  }

  factOf(value: TensorValue): ValueFact | undefined {
    return this.graph.facts.get(value.name);
  }

  note(value: TensorValue, fact: ValueFact): void {
    this.graph.facts.set(value.name, fact);
  }

  /** Marks a value that has its channels last only behind a transpose. */
  markInside(value: TensorValue): TensorValue {
    this.graph.channelsInside.add(value.name);
    return value;
  }

  isInside(value: TensorValue): boolean {
    return this.graph.channelsInside.has(value.name);
  }

  /** A positive integer for each spatial axis, from a setting that states one for every axis of the data. */
  spatial(key: string, channelsLast: boolean, rank: number): number[] {
    const all = this.has(key) ? this.listed(key) : [];
    if (all.length === 0) return Array.from({ length: rank }, () => 1);
    const own = all.length === rank + 2 ? all.slice(channelsLast ? 1 : 2).slice(0, rank) : all;
    const others = all.length === rank + 2 ? [all[0], all[channelsLast ? rank + 1 : 1]] : [];
    if (own.length !== rank || !own.every((v) => v > 0) || others.some((v) => v !== 1)) {
      throw new NotLowered(say`${key} does not hold a positive integer for each spatial axis and 1 for the others`);
    }
    return own;
  }

  /** A setting that is a list of integers. */
  listed(key: string): number[] {
    const value = this.config[key];
    if (value === undefined) return [];
    if (!Array.isArray(value) || !value.every((v): v is number => Number.isSafeInteger(v))) {
      throw new NotLowered(say`${key} has to be a list of integers`);
    }
    return value;
  }
}
