import { attribute, type Attribute } from '../../ir/attribute';
import type { Graph } from '../../ir/graph';
import { nodeOf } from '../../ir/mutableGraph';
import type { Origin } from '../../ir/origin';
import { NotLowered, type Shape, type TensorValue } from '../tfjs/layerScope';
import { valueType } from '../tfjs/modelLowering';
import type { Argument, BodyLowering, NodeSink } from './bodyLowering';
import type { FunctionDefinition, NodeDefinition, TensorRef } from './graphDef';

/** Lowers a node that calls functions; gives its outputs. Throws NotLowered. */
type CallLowering = (body: BodyLowering, node: NodeDefinition, origin: Origin) => readonly TensorValue[];

/** ONNX's number for bool (TensorProto.DataType). */
const BOOL = 9;
/** How often the shapes of a loop's variables are given up, one axis or more each time, until they hold for all iterations. */
const MOST_ATTEMPTS = 4;

function argumentsOf(body: BodyLowering, refs: readonly TensorRef[]): Argument[] {
  return refs.map((ref, i) => body.argument(ref, `argument ${i}`));
}

/** The body of the function in place of the call. */
function call(body: BodyLowering, node: NodeDefinition, name: unknown): readonly TensorValue[] {
  const f = body.callee(name);
  return body.handOn(node, body.inlined(f, argumentsOf(body, node.inputs), body.labelOf(node)));
}

/** A condition as ONNX wants it: TensorFlow takes any number but 0 for true. */
function truth(sink: NodeSink, value: TensorValue, label: string, body: BodyLowering, origin: Origin): TensorValue {
  if (value.dtype === 'bool') return value;
  const name = body.claim(`${label}/condition`);
  const options = { name, outputs: [name], origin };
  sink.graph.nodes.push(nodeOf('Cast', [value.name], { to: attribute.int(BOOL) }, options));
  return { name, shape: value.shape, dtype: 'bool' };
}

/** If, StatelessIf: a branch without inputs each, which reads the arguments from the graph around it. */
const branches: CallLowering = (body, node, origin) => {
  const [condition, ...rest] = node.inputs;
  if (condition === undefined) throw new NotLowered('it has no condition');
  const { then_branch: thenName, else_branch: elseName } = node.settings;
  const chosen = body.constantOf(condition)?.atHand;
  if (chosen?.length === 1) return call(body, { ...node, inputs: rest }, chosen[0] ? thenName : elseName);
  const [then, otherwise] = [body.callee(thenName), body.callee(elseName)];
  const args = argumentsOf(body, rest);
  const label = body.labelOf(node);
  const value = body.valueOfArgument(body.argument(condition, 'condition'));
  const test = truth(body.sink, value, label, body, origin);
  const sides = [branch(body, then, args, `${label}/then`), branch(body, otherwise, args, `${label}/else`)];
  const results = joined(sides[0].outputs, sides[1].outputs);
  const attributes = { then_branch: graphAttribute(sides[0].graph), else_branch: graphAttribute(sides[1].graph) };
  return emitted(body, 'If', [test.name], attributes, results, label, origin);
};

function branch(body: BodyLowering, f: FunctionDefinition, args: readonly Argument[], label: string) {
  const sink = body.innerSink();
  const outputs = body.inlined(f, args, label, sink).map((a) => body.valueOfArgument(a));
  return { outputs, graph: body.innerGraph(sink, outputs, label) };
}

type Kind = Omit<TensorValue, 'name'>;

function joined(a: readonly Kind[], b: readonly Kind[]): Kind[] {
  if (a.length !== b.length) throw new NotLowered('its functions give out different numbers of values');
  return a.map(({ dtype, shape }, i) => {
    if (dtype !== b[i].dtype) throw new NotLowered('its functions give out values of different types');
    return { dtype, shape: joinedShape(shape, b[i].shape) };
  });
}

/** The sizes that both have. */
function joinedShape(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a === undefined || b === undefined || a.length !== b.length) return undefined;
  return a.map((n, i) => (n === b[i] ? n : null));
}

function graphAttribute(value: Graph): Attribute {
  return { type: 'graph', value };
}

function emitted(
  body: BodyLowering,
  opType: string,
  inputs: string[],
  attributes: Readonly<Record<string, Attribute>>,
  results: readonly Kind[],
  label: string,
  origin: Origin,
): TensorValue[] {
  const values = results.map((kind, i) => ({ ...kind, name: body.claim(i === 0 ? label : `${label}:${i}`) }));
  const outputs = values.map((v) => v.name);
  body.sink.graph.nodes.push(nodeOf(opType, inputs, attributes, { name: label, outputs, origin }));
  body.sink.values.push(...values);
  return values;
}

/**
 * While, StatelessWhile: a Loop without a number of iterations, whose body computes the next values and then the condition for
 * them. What the body hands on as it is does not vary: it is read from the graph around the loop, where it may be a constant.
 */
const loop: CallLowering = (body, node, origin) => {
  const [cond, step] = [body.callee(node.settings.cond), body.callee(node.settings.body)];
  const label = body.labelOf(node);
  const initial = argumentsOf(body, node.inputs);
  if (step.outputs.length !== initial.length || step.inputs.length !== initial.length) {
    throw new NotLowered('its body gives out another number of values than it takes');
  }
  const varies = step.outputs.map((ref, i) => !isHandedOn(step, ref, step.inputs[i]));
  const starts = initial.map((a) => body.valueOfArgument(a));
  const [first] = body.inlined(cond, initial, `${label}/first`);
  if (first === undefined) throw new NotLowered('its condition gives out nothing');
  const test = truth(body.sink, body.valueOfArgument(first), label, body, origin);

  let kinds: readonly Kind[] = starts;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const sink = body.innerSink();
    const [count, before] = ['iteration', 'condition_before'].map((part) => body.claim(`${label}/${part}`));
    sink.graph.addInput(count, { kind: 'tensor', dtype: 'int64', shape: [] });
    sink.graph.addInput(before, { kind: 'tensor', dtype: 'bool', shape: [] });
    const args = initial.map((a, i): Argument => {
      if (!varies[i]) return a;
      const value = { ...kinds[i], name: body.claim(`${label}/variable_${i}`) };
      sink.graph.addInput(value.name, valueType(value));
      return { value };
    });
    const next = body.inlined(step, args, label, sink);
    const [again] = body.inlined(cond, next, `${label}/next`, sink);
    const values = next.map((a) => body.valueOfArgument(a));
    const after = joined(kinds, values).map((kind, i) => (varies[i] ? kind : kinds[i]));
    if (after.every((kind, i) => isSameShape(kind.shape, kinds[i].shape))) {
      const own = values.filter((_, i) => varies[i]);
      const condition = truth(sink, body.valueOfArgument(again), `${label}/next`, body, origin);
      const graph = body.innerGraph(sink, [condition, ...own], label);
      const inputs = ['', test.name, ...starts.filter((_, i) => varies[i]).map((v) => v.name)];
      const results = kinds.filter((_, i) => varies[i]);
      const finals = emitted(body, 'Loop', inputs, { body: graphAttribute(graph) }, results, label, origin);
      let at = 0;
      return starts.map((start, i) => (varies[i] ? finals[at++] : start));
    }
    kinds = after;
  }
  throw new NotLowered('the shapes of its variables change in more than one way');
};

/** True when an output of a function is its argument of this name, handed on. */
function isHandedOn(f: FunctionDefinition, output: TensorRef, argument: string): boolean {
  const seen = new Set<string>();
  for (let ref: TensorRef | undefined = output; ref?.output === 0 && !seen.has(ref.node);) {
    if (ref.node === argument) return true;
    seen.add(ref.node);
    const node = f.byName.get(ref.node);
    ref = node?.op === 'Identity' ? node.inputs[0] : undefined;
  }
  return false;
}

function isSameShape(a: Shape | undefined, b: Shape | undefined): boolean {
  return a === b || (a !== undefined && b?.length === a.length && a.every((n, i) => n === b[i]));
}

/** Operators that call functions; '' stands for those that are named like the function. */
export const callOperators: ReadonlyMap<string, CallLowering> = new Map<string, CallLowering>([
  ['', (body, node) => call(body, node, node.op)],
  ['PartitionedCall', (body, node) => call(body, node, node.settings.f)],
  ['StatefulPartitionedCall', (body, node) => call(body, node, node.settings.f)],
  ['If', branches],
  ['StatelessIf', branches],
  ['While', loop],
  ['StatelessWhile', loop],
]);
