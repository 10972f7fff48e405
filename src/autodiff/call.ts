import type { Attribute } from '../ir/attribute';
import type { MutableNode } from '../ir/mutableGraph';
import { say } from '../texts/say';
import type { GradientBuilder } from './gradientBuilder';
import { NoGradient } from './noGradient';

/** Builds one cotangent and returns the value's name. Called only when the gradient is wanted. */
export type Thunk = () => string;

/**
 * A gradient rule (vector-Jacobian product) of one operator: for each input a thunk that builds the nodes of its
 * cotangent, which has the input's shape and type. An input without a thunk gets no gradient: the graph is cut there
 * when a gradient is wanted through it. Rules throw NoGradient for forms of the operator that they do not cover.
 */
export type GradientRule = (call: Call, g: GradientBuilder) => readonly (Thunk | undefined)[];

/** One call of an operator in the forward graph, with the cotangents of its outputs. */
export class Call {
  private readonly used = new Set<number>();

  constructor(
    readonly node: MutableNode,
    private readonly cotangents: readonly (string | undefined)[],
    private readonly wanted: readonly boolean[],
  ) {}

  /** Name of the i-th input; '' when it is left out. */
  input(i: number): string {
    return this.node.inputs[i] ?? '';
  }

  has(i: number): boolean {
    return this.input(i) !== '';
  }

  get inputs(): readonly string[] {
    return this.node.inputs;
  }

  /** The first input. */
  get x(): string {
    return this.input(0);
  }

  /** The first output. */
  get y(): string {
    return this.node.outputs[0];
  }

  /** The cotangent of the first output. */
  get dy(): string {
    const dy = this.cotangent(0);
    if (dy === undefined) throw new NoGradient(say`only a secondary output of it reaches the loss`);
    return dy;
  }

  /** The cotangent of an output; undefined is a symbolic zero: the output does not reach the loss. */
  cotangent(i: number): string | undefined {
    this.used.add(i);
    return this.cotangents[i];
  }

  /** True when the gradient with respect to the i-th input is wanted. */
  wants(i: number): boolean {
    return this.wanted[i];
  }

  /** Index of an output that has a cotangent which the rule did not take into account. */
  get ignoredOutput(): number | undefined {
    const i = this.cotangents.findIndex((c, index) => c !== undefined && !this.used.has(index));
    return i < 0 ? undefined : i;
  }

  attr(name: string): Attribute | undefined {
    return this.node.attributes.get(name);
  }

  int(name: string, fallback: number): number {
    const a = this.attr(name);
    return a?.type === 'int' || a?.type === 'float' ? a.value : fallback;
  }

  float(name: string, fallback: number): number {
    return this.int(name, fallback);
  }

  string(name: string, fallback: string): string {
    const a = this.attr(name);
    return a?.type === 'string' ? a.value : fallback;
  }

  ints(name: string): readonly number[] | undefined {
    const a = this.attr(name);
    return a?.type === 'ints' ? a.value : undefined;
  }
}
