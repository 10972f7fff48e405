import { attribute, type Attribute } from '../../ir/attribute';
import type { Graph } from '../../ir/graph';
import { nodeOf } from '../../ir/mutableGraph';
import type { Origin } from '../../ir/origin';
import { say } from '../../texts/say';
import { NotLowered, type Shape, type TensorValue } from '../tfjs/layerScope';
import type { Argument, BodyLowering, NodeSink } from './bodyLowering';
import type { FunctionDefinition, NodeDefinition, TensorRef } from './graphDef';
import { loop } from './loops';

/** Lowers a node that calls functions; gives its outputs. Throws NotLowered. */
export type CallLowering = (body: BodyLowering, node: NodeDefinition, origin: Origin) => readonly TensorValue[];

/** ONNX's number for bool (TensorProto.DataType). */
const BOOL = 9;

export function argumentsOf(body: BodyLowering, refs: readonly TensorRef[]): Argument[] {
  return refs.map((ref, i) => body.argument(ref, say`argument ${i}`));
}

/** The body of the function in place of the call. */
function call(body: BodyLowering, node: NodeDefinition, name: unknown): readonly TensorValue[] {
  const f = body.callee(name);
  return body.handOn(node, body.inlined(f, argumentsOf(body, node.inputs), body.labelOf(node)));
}

/** A condition as ONNX wants it: TensorFlow takes any number but 0 for true. */
export function truth(
  sink: NodeSink,
  value: TensorValue,
  label: string,
  body: BodyLowering,
  origin: Origin,
): TensorValue {
  if (value.dtype === 'bool') return value;
  const name = body.claim(`${label}/condition`);
  const options = { name, outputs: [name], origin };
  sink.graph.nodes.push(nodeOf('Cast', [value.name], { to: attribute.int(BOOL) }, options));
  return { name, shape: value.shape, dtype: 'bool' };
}

/** If, StatelessIf: a branch without inputs each, which reads the arguments from the graph around it. */
const branches: CallLowering = (body, node, origin) => {
  const [condition, ...rest] = node.inputs;
  if (condition === undefined) throw new NotLowered(say`it has no condition`);
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

export type Kind = Omit<TensorValue, 'name'>;

export function joined(a: readonly Kind[], b: readonly Kind[]): Kind[] {
  if (a.length !== b.length) throw new NotLowered(say`its functions give out different numbers of values`);
  return a.map(({ dtype, shape }, i) => {
    if (dtype !== b[i].dtype) throw new NotLowered(say`its functions give out values of different types`);
    return { dtype, shape: joinedShape(shape, b[i].shape) };
  });
}

/** The sizes that both have. */
function joinedShape(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a === undefined || b === undefined || a.length !== b.length) return undefined;
  return a.map((n, i) => (n === b[i] ? n : null));
}

export function graphAttribute(value: Graph): Attribute {
  return { type: 'graph', value };
}

export function emitted(
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
