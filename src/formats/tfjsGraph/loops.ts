import { attribute } from '../../ir/attribute';
import { nodeOf } from '../../ir/mutableGraph';
import type { Origin } from '../../ir/origin';
import { int64Tensor } from '../../ir/tensor';
import { say } from '../../texts/say';
import { NotLowered, type Shape, type TensorValue } from '../tfjs/layerScope';
import { valueType } from '../tfjs/loweredCall';
import type { Argument, BodyLowering, NodeSink } from './bodyLowering';
import { argumentsOf, emitted, graphAttribute, joined, truth, type CallLowering, type Kind } from './callOperators';
import type { LoopForm } from './countedLoop';
import type { FunctionDefinition, NodeDefinition } from './graphDef';

/** ONNX's numbers for types (TensorProto.DataType). */
const TYPES = { int32: 6, int64: 7 } as const;
/** How often the shapes of a loop's variables are given up, one axis or more each time, until they hold for all turns. */
const MOST_ATTEMPTS = 4;

/**
 * While, StatelessWhile: a Loop. What the body hands on as it is does not vary: it is read from the graph around the loop, where it may
 * be a constant. A loop that counts up to a limit says how many turns it takes, so that its counters are the turn's number, and the
 * lists that it fills turn by turn are what ONNX's Loop collects. Any other computes the next values and then the condition for them.
 */
export const loop: CallLowering = (body, node, origin) => {
  const [cond, step] = [body.callee(node.settings.cond), body.callee(node.settings.body)];
  const initial = argumentsOf(body, node.inputs);
  if (step.outputs.length !== initial.length || step.inputs.length !== initial.length) {
    throw new NotLowered(say`its body gives out another number of values than it takes`);
  }
  if (cond.outputs.length === 0) throw new NotLowered(say`its condition gives out nothing`);
  return new LoopLowering(body, node, origin, cond, step, initial).lower();
};

class LoopLowering {
  private readonly label: string;
  private readonly form: LoopForm;
  private readonly starts: TensorValue[];
  /** How often the loop runs; undefined when its condition has to be computed. */
  private readonly trips: number | TensorValue | undefined;
  /** Where the counters begin, of a loop that counts. */
  private readonly counters: ReadonlyMap<number, number>;
  /** Positions of lists that the loop collects. */
  private readonly collected: ReadonlySet<number>;
  /** Positions of what a turn hands to the next. */
  private readonly carried: readonly number[];

  constructor(
    private readonly body: BodyLowering,
    node: NodeDefinition,
    private readonly origin: Origin,
    private readonly cond: FunctionDefinition,
    private readonly step: FunctionDefinition,
    private readonly initial: readonly Argument[],
  ) {
    this.label = body.labelOf(node);
    this.form = body.root.formOfLoop(cond, step);
    this.starts = initial.map((a) => body.valueOfArgument(a));
    const begins = [...this.form.counters].map((i) => [i, this.number(initial[i])] as const);
    this.counters = new Map(begins.filter((entry): entry is [number, number] => entry[1] !== undefined));
    this.trips = this.countTrips();
    if (this.trips === undefined) this.counters = new Map();
    this.collected = new Set([...this.form.collected.keys()].filter((i) => this.collects(i)));
    this.carried = [...this.starts.keys()].filter(
      (i) => this.form.varies[i] && !this.counters.has(i) && !this.collected.has(i),
    );
  }

  lower(): readonly TensorValue[] {
    const { body, label, cond, initial } = this;
    let test = '';
    if (this.trips === undefined) {
      const [first] = body.inlined(cond, initial, `${label}/first`);
      test = truth(body.sink, body.valueOfArgument(first), label, body, this.origin).name;
    }
    let kinds: readonly Kind[] = this.starts;
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      const sink = body.innerSink();
      const [count, before] = ['iteration', 'condition_before'].map((part) => body.claim(`${label}/${part}`));
      sink.graph.addInput(count, { kind: 'tensor', dtype: 'int64', shape: [] });
      sink.graph.addInput(before, { kind: 'tensor', dtype: 'bool', shape: [] });
      const next = body.inlined(this.step, this.turnArguments(sink, count, kinds), label, sink, this.elements());
      const values = next.map((a) => body.valueOfArgument(a));
      if (this.rankReserved(values)) {
        kinds = this.starts.map((start, i) => (this.isReserved(i) ? start : kinds[i]));
        continue;
      }
      const after = this.afterwards(kinds, values);
      if (this.carried.every((i) => isSameShape(after[i].shape, kinds[i].shape))) {
        return this.close(sink, test, before, kinds, next, values);
      }
      kinds = after;
    }
    throw new NotLowered(say`the shapes of its variables change in more than one way`);
  }

  // what is known of it

  private number(argument: Argument): number | undefined {
    const known =
      'constant' in argument
        ? argument.constant.atHand
        : argument.value.shape?.length === 0
          ? this.body.facts.get(argument.value.name)?.numbers
          : undefined;
    const [n] = known?.length === 1 ? known : [];
    return typeof n === 'number' && Number.isSafeInteger(n) ? n : undefined;
  }

  /** The least of what the limits leave. */
  private countTrips(): number | TensorValue | undefined {
    const { limits } = this.form;
    if (limits === undefined || !limits.every(({ counter }) => this.counters.has(counter))) return undefined;
    let known = Infinity;
    const open: TensorValue[] = [];
    for (const { counter, limit } of limits) {
      const argument: Argument = typeof limit === 'number' ? this.initial[limit] : { constant: limit };
      const [n, begin] = [this.number(argument), this.counters.get(counter)!];
      if (n !== undefined) known = Math.min(known, n - begin);
      else {
        const value = this.body.valueOfArgument(argument);
        if (value.dtype !== 'int32' || value.shape?.length !== 0 || begin !== 0) return undefined;
        if (!open.some((v) => v.name === value.name)) open.push(value);
      }
    }
    if (open.length === 0) return known;
    return open.length === 1 && known === Infinity ? open[0] : undefined;
  }

  /** A list that is empty before the loop, or only reserved, and as long as the loop has turns. */
  private collects(i: number): boolean {
    const { index, node } = this.form.collected.get(i)!;
    const size = this.body.facts.get(this.starts[i].name)?.reserved?.size;
    if (this.trips === undefined || size === undefined) return false;
    if (index === undefined) return size === 0;
    if (this.counters.get(index) !== 0) return false;
    if (typeof this.trips !== 'number') return size === this.trips.name || (size === 0 && grows(node));
    return size === this.trips || (typeof size === 'number' && size < this.trips && grows(node));
  }

  private isReserved(i: number): boolean {
    return this.body.facts.get(this.starts[i].name)?.reserved !== undefined;
  }

  // a turn

  /** What the body's arguments are in a turn. */
  private turnArguments(sink: NodeSink, count: string, kinds: readonly Kind[]): Argument[] {
    const numbers = new Map<number, TensorValue>();
    return this.initial.map((a, i): Argument => {
      const begin = this.counters.get(i);
      if (begin !== undefined) {
        const value = numbers.get(begin) ?? this.counterValue(sink, count, begin);
        numbers.set(begin, value);
        return { value };
      }
      if (!this.carried.includes(i)) return a;
      const value = { ...kinds[i], name: this.body.claim(`${this.label}/variable_${i}`) };
      sink.graph.addInput(value.name, valueType(value));
      return { value };
    });
  }

  /** The turn's number and where the counter began. */
  private counterValue(sink: NodeSink, count: string, begin: number): TensorValue {
    let from = count;
    if (begin !== 0) from = this.emit(sink, 'Add', [from, this.integer(begin)], 'count');
    return { name: this.emit(sink, 'Cast', [from], 'counter', TYPES.int32), shape: [], dtype: 'int32' };
  }

  /** What the nodes stand for that write into the lists that the loop collects. */
  private elements() {
    return new Map([...this.collected].map((i) => this.form.collected.get(i)!).map((c) => [c.node, c.element]));
  }

  /** Gives lists of open rank that the body has written into the rank that it did; true when there was one. */
  private rankReserved(values: readonly TensorValue[]): boolean {
    const { body } = this;
    let isChanged = false;
    for (const i of this.carried) {
      const start = this.starts[i];
      const reserved = body.facts.get(start.name)?.reserved;
      const rank = values[i].shape?.length;
      if (!reserved?.isRankOpen || rank === undefined || rank < 2) continue;
      const ones = Array.from({ length: rank - 1 }, () => 1);
      const axes = body.claim(`${this.label}/axes`);
      body.root.graph.addInitializer(
        int64Tensor(
          axes,
          [rank - 1],
          ones.map((_, k) => k + 1),
        ),
      );
      const name = this.emit(body.sink, 'Unsqueeze', [start.name, axes], `list_${i}`);
      this.starts[i] = { name, dtype: start.dtype, shape: start.shape && [start.shape[0], ...ones] };
      body.facts.set(name, { reserved: { ...reserved, isRankOpen: false } });
      isChanged = true;
    }
    return isChanged;
  }

  private afterwards(kinds: readonly Kind[], values: readonly TensorValue[]): readonly Kind[] {
    const of = new Set(this.carried);
    const before = kinds.map((kind, i) => (of.has(i) ? kind : values[i]));
    return joined(before, values);
  }

  // the whole

  private close(
    sink: NodeSink,
    test: string,
    before: string,
    kinds: readonly Kind[],
    next: readonly Argument[],
    values: readonly TensorValue[],
  ): readonly TensorValue[] {
    const { body, label, starts, trips } = this;
    const lists = [...this.collected];
    let condition: TensorValue = { name: before, shape: [], dtype: 'bool' };
    if (trips === undefined) {
      const [again] = body.inlined(this.cond, next, `${label}/next`, sink);
      condition = truth(sink, body.valueOfArgument(again), `${label}/next`, body, this.origin);
    }
    const own = [...this.carried, ...lists].map((i) => values[i]);
    // counters are not carried, nor is what computes them
    for (const n of sink.graph.nodes) if (n.domain === '') body.root.spare.add(n);
    const graph = body.innerGraph(sink, [condition, ...own], label);
    const inputs = [this.tripInput(), test, ...this.carried.map((i) => starts[i].name)];
    const size = typeof trips === 'number' ? Math.max(0, trips) : null;
    const results = [
      ...this.carried.map((i) => kinds[i]),
      ...lists.map((i) => ({
        dtype: values[i].dtype,
        shape: values[i].shape && [size, ...values[i].shape],
      })),
    ];
    const finals = emitted(body, 'Loop', inputs, { body: graphAttribute(graph) }, results, label, this.origin);
    const byPosition = new Map([...this.carried, ...lists].map((position, k) => [position, finals[k]]));
    return starts.map((start, i) => byPosition.get(i) ?? this.counted(i) ?? start);
  }

  private tripInput(): string {
    const { trips } = this;
    if (trips === undefined) return '';
    if (typeof trips === 'number') return this.integer(trips);
    return this.emit(this.body.sink, 'Cast', [trips.name], 'trips', TYPES.int64);
  }

  /** What a counter comes to. */
  private counted(i: number): TensorValue | undefined {
    const [begin, { trips, body }] = [this.counters.get(i), this];
    if (begin === undefined || trips === undefined) return undefined;
    const end =
      typeof trips === 'number'
        ? this.integer(begin + Math.max(0, trips))
        : this.emit(body.sink, 'Max', [this.tripInput(), this.integer(0)], 'turns');
    const value: TensorValue = {
      name: this.emit(body.sink, 'Cast', [end], 'counted', TYPES.int32),
      shape: [],
      dtype: 'int32',
    };
    return value;
  }

  /** An int64 scalar of the graph. */
  private integer(value: number): string {
    const name = this.body.claim(`${this.label}/number`);
    this.body.root.graph.addInitializer(int64Tensor(name, [], [value]));
    return name;
  }

  /** Adds a node that goes when nothing reads it. */
  private emit(sink: NodeSink, opType: string, inputs: string[], part: string, to?: number): string {
    const name = this.body.claim(`${this.label}/${part}`);
    const node = nodeOf(opType, inputs, to === undefined ? {} : { to: attribute.int(to) }, {
      name,
      outputs: [name],
      origin: this.origin,
    });
    sink.graph.nodes.push(node);
    this.body.root.spare.add(node);
    return name;
  }
}

/** True for a node that may write behind the end of its list. */
function grows({ op, settings }: NodeDefinition): boolean {
  return op !== 'TensorListSetItem' || settings.resize_if_index_out_of_bounds === true;
}

function isSameShape(a: Shape | undefined, b: Shape | undefined): boolean {
  return a === b || (a !== undefined && b?.length === a.length && a.every((n, i) => n === b[i]));
}
