import type { Graph } from '../../ir/graph';
import { MutableGraph, nodeOf, type MutableNode } from '../../ir/mutableGraph';
import type { Origin } from '../../ir/origin';
import { say } from '../../texts/say';
import { finished } from '../tfjs/jsonFile';
import { NotLowered, type TensorValue } from '../tfjs/layerScope';
import { valueType } from '../tfjs/loweredCall';
import { shown, type LayerDefinition } from '../tfjs/topology';
import { settingType } from './attributeValues';
import type { Constant } from './constants';
import { callOperators } from './callOperators';
import type { FunctionDefinition, GraphBody, NodeDefinition, TensorRef } from './graphDef';
import type { GraphLowering } from './graphLowering';
import { NodeScope, type KeyedForm, type NodeSurroundings, type ShapedValue, type ValueFact } from './nodeScope';
import { operatorOf } from './operators/registry';
import { silent } from './silentOperators';
import { whyNotLowered } from './withoutEquivalent';

/** Domain of nodes that stay opaque. */
const OPAQUE_DOMAIN = 'tfjs';
/** Outputs of an opaque node beyond this are not made. */
const MOST_OUTPUTS = 64;
/** Functions that call each other in a row. */
const DEEPEST_CALL = 64;
/** What stands before a name says which call it comes from. */
const LONGEST_PREFIX = 200;

/** Operators that hand their input on, in tfjs that of simulated quantization too; behind a constant they are constants. */
const identities: ReadonlySet<string> = new Set(
  (
    'Identity StopGradient PreventGradient Snapshot CheckNumerics EnsureShape PlaceholderWithDefault ReadVariableOp ' +
    'FakeQuantWithMinMaxVars'
  ).split(' '),
);

/** Where the nodes of a body go: into the graph, or into one inside of it. */
export interface NodeSink {
  readonly graph: MutableGraph;
  readonly layoutTransposes: Set<MutableNode>;
  /** The values with their shapes and types in the file's layout. */
  readonly values: TensorValue[];
}

/** What a call gives a function: a value of the graph, or a constant, which stays one inside. */
export type Argument = { readonly value: TensorValue } | { readonly constant: Constant };

/** Lowers the nodes of the graph, or those of a function for one of its calls. */
export class BodyLowering implements NodeSurroundings {
  private readonly constants: Map<string, Constant>;
  private readonly results = new Map<string, readonly TensorValue[]>();

  constructor(
    readonly root: GraphLowering,
    private readonly body: GraphBody,
    readonly sink: NodeSink,
    /** Stands before the names of the nodes. */
    private readonly prefix: string,
    private readonly depth = 0,
    /** What nodes stand for that a loop does without. */
    private readonly replaced: ReadonlyMap<NodeDefinition, TensorRef> = new Map(),
  ) {
    this.constants = new Map(root.constantsOf(body));
  }

  /** @param results what is read of the body from outside */
  lower(results: readonly TensorRef[] = []): void {
    const outputsRead = this.countOutputs(results);
    for (const node of this.body.nodes) this.lowerNode(node, outputsRead.get(node.name) ?? 1);
  }

  bind(name: string, value: TensorValue): void {
    this.results.set(name, [value]);
  }

  has(name: string): boolean {
    return this.results.has(name);
  }

  // NodeSurroundings

  get channelsInside(): Set<string> {
    return this.root.channelsInside;
  }

  get facts(): Map<string, ValueFact> {
    return this.root.facts;
  }

  claim(wanted: string): string {
    return this.root.claim(wanted);
  }

  claimWeight(wanted: string): string {
    return this.root.claim(wanted);
  }

  release(name: string): void {
    this.root.release(name);
  }

  findWeight(): undefined {
    return undefined;
  }

  sharedWeight(): undefined {
    return undefined;
  }

  report(code: string, message: string, layer: LayerDefinition): void {
    this.root.report(code, message, layer);
  }

  constantOf({ node, output }: TensorRef): Constant | undefined {
    return output === 0 ? this.constants.get(node) : undefined;
  }

  valueOf(ref: TensorRef): TensorValue | undefined {
    const constant = this.constantOf(ref);
    return constant === undefined ? this.results.get(ref.node)?.[ref.output] : this.root.constantValue(constant);
  }

  constantValue(constant: Constant, form?: KeyedForm): ShapedValue {
    return this.root.constantValue(constant, form);
  }

  // nodes

  private lowerNode(node: NodeDefinition, outputCount: number): void {
    if (this.prefix === '') this.root.unreserve(node.name);
    const { op } = node;
    if (op === 'Const' || silent.has(op) || this.results.has(node.name)) return;
    const stand = this.replaced.get(node);
    if (stand !== undefined) {
      this.results.set(node.name, [this.valueOfArgument(this.argument(stand, 'element'))]);
      return;
    }
    const [first] = node.inputs;
    if (identities.has(op) && first !== undefined) {
      const constant = this.constantOf(first);
      if (constant !== undefined) {
        this.constants.set(node.name, constant);
        return;
      }
    }
    const origin = this.root.originOf(node, this.labelOf(node));
    const scope = new NodeScope(this, layerOf(node), origin, node.inputs, this.labelOf(node));
    const before = this.sink.graph.nodes.length;
    try {
      this.results.set(node.name, this.lowered(node, scope, origin));
    } catch (error) {
      if (!(error instanceof NotLowered)) throw error;
      scope.abandon();
      this.dropSince(before);
      this.root.reportOpaque(node, error.message);
      this.results.set(node.name, this.opaque(node, origin, Math.min(outputCount, MOST_OUTPUTS)));
    }
  }

  /** Takes out what was lowered of a function that cannot be called after all; constants of the graph may be read elsewhere. */
  private dropSince(count: number): void {
    const { nodes } = this.sink.graph;
    const constants = this.sink === this.root ? nodes.slice(count).filter((n) => n.opType === 'Constant') : [];
    nodes.length = count;
    for (const node of constants) nodes.push(node);
  }

  private lowered(node: NodeDefinition, scope: NodeScope, origin: Origin): readonly TensorValue[] {
    const { op } = node;
    const call = callOperators.get(op) ?? (this.root.definition.library.has(op) ? callOperators.get('') : undefined);
    if (call !== undefined) return call(this, node, origin);
    const operator = operatorOf(identities.has(op) ? 'Identity' : op);
    if (operator === undefined) throw new NotLowered(whyNotLowered(op));
    const outputs = operator(scope);
    const { parts } = scope;
    const { graph, values, layoutTransposes } = this.sink;
    for (const n of parts.nodes) graph.nodes.push(n);
    // what does not change stays outside of loops
    for (const tensor of parts.initializers) this.root.graph.addInitializer(tensor);
    for (const value of parts.values) values.push(value);
    for (const n of parts.layoutTransposes) layoutTransposes.add(n);
    this.carryFact(node, outputs, parts.nodes);
    return outputs;
  }

  /** What is known of a value holds behind an Identity too; a list that is only reserved goes when nothing reads it. */
  private carryFact(node: NodeDefinition, [output]: readonly TensorValue[], nodes: readonly MutableNode[]): void {
    if (this.facts.get(output.name)?.reserved !== undefined) for (const n of nodes) this.root.spare.add(n);
    if (!identities.has(node.op)) return;
    const known = this.facts.get(this.valueOf(node.inputs[0])?.name ?? '');
    if (known !== undefined) this.facts.set(output.name, known);
  }

  /** A node that stands for an operator that cannot be expressed. */
  private opaque(node: NodeDefinition, origin: Origin, outputCount: number): TensorValue[] {
    this.root.graph.opsets.set(OPAQUE_DOMAIN, 1);
    const label = this.labelOf(node);
    const outputs = Array.from({ length: outputCount }, (_, i) => this.claim(i === 0 ? label : `${label}:${i}`));
    this.sink.graph.nodes.push(
      nodeOf(
        node.op,
        node.inputs.map((ref) => this.valueOf(ref)?.name ?? ''),
        {},
        { domain: OPAQUE_DOMAIN, name: label, outputs, origin },
      ),
    );
    const dtype = settingType(node.settings.T) ?? 'float32';
    return outputs.map((name) => ({ name, shape: undefined, dtype }));
  }

  labelOf(node: NodeDefinition): string {
    return `${this.prefix}${node.name}`;
  }

  /** How many outputs of each node are read, at least one. */
  private countOutputs(results: readonly TensorRef[]): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    const count = ({ node, output }: TensorRef) => counts.set(node, Math.max(counts.get(node) ?? 1, output + 1));
    results.forEach(count);
    for (const { inputs } of this.body.nodes) inputs.forEach(count);
    return counts;
  }

  // functions

  argument(ref: TensorRef, what: string): Argument {
    const constant = this.constantOf(ref);
    if (constant !== undefined) return { constant };
    const value = this.valueOf(ref);
    if (value === undefined) throw new NotLowered(say`its ${what} leads nowhere`);
    return { value };
  }

  /** The value of an argument; a constant becomes a value of the graph. */
  valueOfArgument(argument: Argument): TensorValue {
    return 'value' in argument ? argument.value : this.root.constantValue(argument.constant);
  }

  /** A function of the library that a node may call here. */
  callee(name: unknown): FunctionDefinition {
    const { library } = this.root.definition;
    const f = typeof name === 'string' ? library.get(name) : undefined;
    const title = typeof name === 'string' ? shown(name) : say`without a name`;
    if (f === undefined) throw new NotLowered(say`the function ${title} that it calls is not in the file`);
    const { height } = library.extentOf(f);
    if (library.isRecursive(f)) throw new NotLowered(say`the function ${title} calls itself`);
    if (this.depth + height >= DEEPEST_CALL) {
      throw new NotLowered(say`functions call each other more than ${DEEPEST_CALL} deep`);
    }
    return f;
  }

  /** The body of a function in place of a call: what it gives out. */
  inlined(
    f: FunctionDefinition,
    args: readonly Argument[],
    label: string,
    sink = this.sink,
    replaced?: ReadonlyMap<NodeDefinition, TensorRef>,
  ): Argument[] {
    if (!this.root.spend(f.nodes.length, this.root.definition.library.extentOf(f).nodes)) {
      throw new NotLowered(say`with the bodies of its functions the graph would become too large`);
    }
    const longer = `${label}/`;
    const prefix = longer.length > LONGEST_PREFIX ? this.prefix || longer.slice(0, LONGEST_PREFIX) : longer;
    const inner = new BodyLowering(this.root, f, sink, prefix, this.depth + 1, replaced);
    f.inputs.forEach((name, i) => {
      const argument = args[i];
      if (argument === undefined) throw new NotLowered(say`the function ${shown(f.name)} wants more arguments`);
      if ('value' in argument) inner.results.set(name, [argument.value]);
      else inner.constants.set(name, argument.constant);
    });
    inner.lower(f.outputs);
    return f.outputs.map((ref) => inner.argument(ref, say`result ${shown(ref.node)}`));
  }

  /** What a call gives out becomes the outputs of its node; a constant stays one. */
  handOn(node: NodeDefinition, outputs: readonly Argument[]): readonly TensorValue[] {
    const [first] = outputs;
    if (first !== undefined && 'constant' in first) this.constants.set(node.name, first.constant);
    return outputs.map((output) => this.valueOfArgument(output));
  }

  /** An empty graph inside this one. */
  innerSink(): NodeSink {
    const graph = new MutableGraph();
    graph.opsets = this.root.graph.opsets;
    return { graph, values: [], layoutTransposes: new Set() };
  }

  /** Closes a graph inside this one. What it gives out it has to compute itself: others' values are copied. */
  innerGraph(sink: NodeSink, outputs: readonly TensorValue[], label: string): Graph {
    const own = new Set(sink.graph.nodes.flatMap((n) => n.outputs));
    for (const value of outputs) {
      let { name } = value;
      if (!own.delete(name)) {
        name = this.claim(`${label}/output`);
        sink.graph.nodes.push(nodeOf('Identity', [value.name], {}, { name, outputs: [name] }));
      }
      sink.graph.addOutput(name, valueType(value));
    }
    this.root.dropSpare(sink.graph);
    return finished({ ...sink, claim: (wanted) => this.claim(wanted) });
  }
}

/** A node in the words of the layers' lowering, which the operators share. */
function layerOf({ name, op, settings, place }: NodeDefinition): LayerDefinition {
  return { name, className: op, config: settings, place, configPlace: place.to('attr'), calls: [] };
}
