import type { Constant } from './constants';
import type { FunctionDefinition, NodeDefinition, TensorRef } from './graphDef';

/** One thing that ends a loop: a counter that reaches a limit. */
export interface Limit {
  /** Position of the counter among the loop's variables. */
  readonly counter: number;
  /** Position of a variable that does not vary, or a constant. */
  readonly limit: number | Constant;
}

/** What is seen of a loop in its functions. */
export interface LoopForm {
  /** True for variables that the body changes. */
  readonly varies: readonly boolean[];
  /** Positions of the variables to which each turn adds one. */
  readonly counters: ReadonlySet<number>;
  /** The loop goes on while each counter is less than its limit; undefined when it asks for something else. */
  readonly limits: readonly Limit[] | undefined;
  /** Lists that a turn writes one element into and does not read, by their positions. */
  readonly collected: ReadonlyMap<number, Collected>;
}

export interface Collected {
  /** The node that writes: in the body it stands for the element. */
  readonly node: NodeDefinition;
  readonly element: TensorRef;
  /** Position of the counter that says where the element goes; undefined for one that goes to the end. */
  readonly index: number | undefined;
}

type ConstantsOf = (f: FunctionDefinition) => ReadonlyMap<string, Constant>;

/** Reads a loop's functions as tf.while_loop and Keras' recurrent layers write them. */
export function formOfLoop(cond: FunctionDefinition, step: FunctionDefinition, constantsOf: ConstantsOf): LoopForm {
  const inBody = new Reading(step, constantsOf(step));
  const varies = step.outputs.map((ref, i) => inBody.argument(ref) !== i);
  const counters = new Set([...step.outputs.keys()].filter((i) => inBody.counts(step.outputs[i], i)));
  const inCondition = new Reading(cond, constantsOf(cond));
  const limits = cond.outputs.length > 0 ? limitsOf(inCondition, cond.outputs[0], counters, varies) : undefined;
  const collected = new Map<number, Collected>();
  step.outputs.forEach((ref, i) => {
    const found = varies[i] && !inCondition.reads(i) ? inBody.collected(ref, i, counters) : undefined;
    if (found !== undefined) collected.set(i, found);
  });
  return { varies, counters, limits, collected };
}

/** Conditions inside each other that are looked at. */
const DEEPEST_CONDITION = 8;

function limitsOf(
  reading: Reading,
  ref: TensorRef,
  counters: ReadonlySet<number>,
  varies: readonly boolean[],
  depth = 0,
): Limit[] | undefined {
  const node = reading.node(ref);
  const [a, b] = node?.inputs ?? [];
  if (node === undefined || a === undefined || b === undefined || depth > DEEPEST_CONDITION) return undefined;
  if (node.op === 'LogicalAnd') {
    const [left, right] = [a, b].map((side) => limitsOf(reading, side, counters, varies, depth + 1));
    return left && right && [...left, ...right];
  }
  const [low, high] = node.op === 'Less' ? [a, b] : node.op === 'Greater' ? [b, a] : [];
  const counter = low && reading.argument(low);
  if (counter === undefined || high === undefined || !counters.has(counter)) return undefined;
  const limit = reading.constant(high) ?? reading.argument(high);
  return limit === undefined || (typeof limit === 'number' && varies[limit]) ? undefined : [{ counter, limit }];
}

/** Where the element stands among the inputs of a node that writes it, where its list and its index. */
const writers: Readonly<Record<string, { list: number; element: number; index?: number }>> = {
  TensorListSetItem: { list: 0, index: 1, element: 2 },
  TensorListPushBack: { list: 0, element: 1 },
  TensorArrayWriteV3: { list: 3, index: 1, element: 2 },
};

/** A function's values with what Identity nodes stand for. */
class Reading {
  private readonly positions: ReadonlyMap<string, number>;
  private readonly aliases = new Map<string, TensorRef>();
  /** How often nodes other than Identity, and the outputs, read each value. */
  private readonly readers = new Map<string, number>();

  constructor(
    private readonly f: FunctionDefinition,
    private readonly constants: ReadonlyMap<string, Constant>,
  ) {
    this.positions = new Map(f.inputs.map((name, i) => [name, i]));
    for (const { op, name, inputs } of f.nodes) {
      if (op === 'Identity' && inputs.length > 0 && !this.positions.has(name)) {
        this.aliases.set(name, this.resolved(inputs[0]));
      } else for (const ref of inputs) this.countReader(ref);
    }
    for (const ref of f.outputs) this.countReader(ref);
  }

  private countReader(ref: TensorRef): void {
    const { node } = this.resolved(ref);
    this.readers.set(node, (this.readers.get(node) ?? 0) + 1);
  }

  private resolved(ref: TensorRef): TensorRef {
    return (ref.output === 0 ? this.aliases.get(ref.node) : undefined) ?? ref;
  }

  /** Position of the argument that a value is. */
  argument(ref: TensorRef): number | undefined {
    const { node, output } = this.resolved(ref);
    return output === 0 ? this.positions.get(node) : undefined;
  }

  reads(argument: number): boolean {
    return this.readers.has(this.f.inputs[argument]);
  }

  constant(ref: TensorRef): Constant | undefined {
    const { node, output } = this.resolved(ref);
    return output === 0 && !this.positions.has(node) ? this.constants.get(node) : undefined;
  }

  /** The node whose first output a value is. */
  node(ref: TensorRef): NodeDefinition | undefined {
    const { node, output } = this.resolved(ref);
    return output === 0 && !this.positions.has(node) ? this.f.byName.get(node) : undefined;
  }

  /** True for the argument and one. */
  counts(ref: TensorRef, argument: number): boolean {
    const node = this.node(ref);
    if (node === undefined || (node.op !== 'AddV2' && node.op !== 'Add') || node.inputs.length !== 2) return false;
    const [a, b] = node.inputs;
    const isOne = (r: TensorRef) => {
      const constant = this.constant(r);
      return constant?.dtype === 'int32' && constant.dims.length === 0 && constant.atHand?.[0] === 1;
    };
    return (this.argument(a) === argument && isOne(b)) || (this.argument(b) === argument && isOne(a));
  }

  /** The node that writes into the list that is this argument, if it is all that reads it, and nothing reads the result inside. */
  collected(ref: TensorRef, argument: number, counters: ReadonlySet<number>): Collected | undefined {
    const node = this.node(ref);
    const at = node !== undefined && Object.hasOwn(writers, node.op) ? writers[node.op] : undefined;
    if (node === undefined || at === undefined || node.inputs.length <= at.list) return undefined;
    const [list, element] = [node.inputs[at.list], node.inputs.at(at.element)];
    if (this.argument(list) !== argument || element === undefined) return undefined;
    if (this.readers.get(this.f.inputs[argument]) !== 1 || this.readers.get(node.name) !== 1) return undefined;
    if (at.index === undefined) return { node, element, index: undefined };
    const index = this.argument(node.inputs[at.index]);
    return index !== undefined && counters.has(index) ? { node, element, index } : undefined;
  }
}
