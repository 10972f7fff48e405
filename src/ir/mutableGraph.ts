import type { Attribute } from './attribute';
import { GraphBuilder } from './graphBuilder';
import { type Graph, type ValueType } from './graph';
import type { Origin } from './origin';
import type { Tensor } from './tensor';

/** One operator call as a plain object; values are known by name, '' is an input that is left out. */
export interface MutableNode {
  opType: string;
  domain: string;
  /** Which of several model-local functions of this domain and name is called. */
  overload?: string;
  name: string;
  inputs: string[];
  outputs: string[];
  attributes: Map<string, Attribute>;
  origin?: Origin;
}

export interface ValueDeclaration {
  name: string;
  type: ValueType;
}

export interface AddOptions {
  readonly domain?: string;
  readonly name?: string;
  /** Names of the outputs, or how many to make up; default one. */
  readonly outputs?: readonly string[] | number;
  readonly origin?: Origin;
  /** Stem of made-up names; default the operator's type. */
  readonly hint?: string;
}

/**
 * A graph being edited: plain objects, values by name. What variants, autodiff and the writer work on.
 * Every pass keeps the names of the values that were there, so that a layer's output can be found again after any
 * number of passes; values that a pass adds get fresh names from `freshName`.
 */
export class MutableGraph {
  name = '';
  opsets = new Map<string, number>();
  inputs: ValueDeclaration[] = [];
  outputs: ValueDeclaration[] = [];
  nodes: MutableNode[] = [];
  initializers = new Map<string, Tensor>();
  /** Declared types of values that are neither inputs nor outputs nor initializers. */
  valueTypes = new Map<string, ValueType>();
  private readonly taken = new Set<string>();
  private readonly counters = new Map<string, number>();
  private collected = false;

  static from(graph: Graph): MutableGraph {
    const copy = new MutableGraph();
    copy.name = graph.name;
    copy.opsets = new Map(graph.opsets);
    const unknown: ValueType = { kind: 'unknown' };
    const declare = (v: number) => ({ name: graph.valueName(v), type: graph.valueType(v) ?? unknown });
    copy.inputs = graph.inputs.map(declare);
    copy.outputs = graph.outputs.map(declare);
    for (const v of graph.initializers) copy.initializers.set(graph.valueName(v), graph.initializer(v)!);
    const interfaceNames = new Set([...copy.inputs, ...copy.outputs].map((d) => d.name));
    for (let v = 0; v < graph.valueCount; v++) {
      const name = graph.valueName(v);
      copy.taken.add(name);
      const type = graph.valueType(v);
      if (type && !interfaceNames.has(name) && !copy.initializers.has(name)) copy.valueTypes.set(name, type);
    }
    for (const node of graph.nodes()) {
      copy.nodes.push({
        opType: node.opType,
        domain: node.domain,
        ...(node.overload && { overload: node.overload }),
        name: node.name,
        inputs: node.inputs.map((v) => graph.valueName(v)),
        outputs: node.outputs.map((v) => graph.valueName(v)),
        attributes: new Map(node.attributeNames.map((n) => [n, node.attr(n)!])),
        origin: node.origin,
      });
    }
    return copy;
  }

  /** A value name that nothing in the graph uses yet: the hint itself, else the hint with a number. */
  freshName(hint: string): string {
    if (!this.collected) this.collectNames();
    let name = hint;
    let n = this.counters.get(hint) ?? 0;
    while (this.taken.has(name)) name = `${hint}_${++n}`;
    this.counters.set(hint, n);
    this.taken.add(name);
    return name;
  }

  /** Says that a name is in use; `add`, `addInput` and `addInitializer` do so themselves. */
  reserve(name: string): void {
    this.taken.add(name);
  }

  /** Appends a node and returns its outputs' names. */
  addNode(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    options: AddOptions = {},
  ): string[] {
    const node = this.makeNode(opType, inputs, attributes, options);
    this.nodes.push(node);
    return node.outputs;
  }

  /** Appends a node with one output and returns its name. */
  add(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    options: AddOptions = {},
  ): string {
    return this.addNode(opType, inputs, attributes, options)[0];
  }

  /** Makes a node without placing it: for passes that build the node list anew. */
  makeNode(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    options: AddOptions = {},
  ): MutableNode {
    const wanted = options.outputs ?? 1;
    const outputs =
      typeof wanted === 'number'
        ? Array.from({ length: wanted }, () => this.freshName(options.hint ?? opType))
        : [...wanted];
    for (const o of outputs) this.taken.add(o);
    return nodeOf(opType, [...inputs], attributes, { ...options, outputs });
  }

  addInput(name: string, type: ValueType): string {
    this.inputs.push({ name, type });
    this.taken.add(name);
    return name;
  }

  addOutput(name: string, type: ValueType = { kind: 'unknown' }): void {
    this.outputs.push({ name, type });
  }

  /** Adds a constant; its name must be free (see `freshName`). */
  addInitializer(tensor: Tensor): string {
    this.initializers.set(tensor.name, tensor);
    this.taken.add(tensor.name);
    return tensor.name;
  }

  /** Producers and readers as they are now; stale after the next edit. */
  uses(): { producer: Map<string, MutableNode>; consumers: Map<string, MutableNode[]> } {
    const producer = new Map<string, MutableNode>();
    const consumers = new Map<string, MutableNode[]>();
    for (const node of this.nodes) {
      for (const o of node.outputs) if (o !== '') producer.set(o, node);
      for (const i of new Set(node.inputs)) {
        if (i === '') continue;
        const list = consumers.get(i);
        if (list) list.push(node);
        else consumers.set(i, [node]);
      }
    }
    return { producer, consumers };
  }

  copy(): MutableGraph {
    const copy = new MutableGraph();
    copy.name = this.name;
    copy.opsets = new Map(this.opsets);
    copy.inputs = this.inputs.map((d) => ({ ...d }));
    copy.outputs = this.outputs.map((d) => ({ ...d }));
    copy.nodes = this.nodes.map((n) => ({
      ...n,
      inputs: [...n.inputs],
      outputs: [...n.outputs],
      attributes: new Map(n.attributes),
    }));
    copy.initializers = new Map(this.initializers);
    copy.valueTypes = new Map(this.valueTypes);
    return copy;
  }

  /** The same graph in columns, for layers, rules and reports. Nodes keep their order. */
  freeze(): Graph {
    return this.inColumns((attributes) => new Map(attributes));
  }

  /** The same for a graph that nobody edits any more: the attributes are not copied. */
  finish(): Graph {
    return this.inColumns((attributes) => attributes);
  }

  private inColumns(own: (attributes: Map<string, Attribute>) => ReadonlyMap<string, Attribute>): Graph {
    const builder = new GraphBuilder(this.name);
    for (const [domain, version] of this.opsets) builder.opsets.set(domain, version);
    for (const { name, type } of this.inputs) {
      const v = builder.value(name);
      builder.inputs.push(v);
      if (type.kind !== 'unknown') builder.types.set(v, type);
    }
    for (const [name, tensor] of this.initializers) builder.initializers.set(builder.value(name), tensor);
    for (const n of this.nodes) {
      builder.addNode({
        opType: n.opType,
        domain: n.domain,
        overload: n.overload,
        name: n.name,
        inputs: n.inputs.map((i) => builder.value(i)),
        outputs: n.outputs.map((o) => builder.value(o)),
        attributes: n.attributes.size === 0 ? NO_ATTRIBUTES : own(n.attributes),
        captured: hasSubgraph(n.attributes) ? capturedNames(n).map((c) => builder.value(c)) : undefined,
        origin: n.origin,
      });
    }
    for (const { name, type } of this.outputs) {
      const v = builder.value(name);
      builder.outputs.push(v);
      if (type.kind !== 'unknown') builder.types.set(v, type);
    }
    for (const [name, type] of this.valueTypes) {
      const v = builder.known(name);
      if (v !== undefined) builder.types.set(v, type);
    }
    return builder.build();
  }

  private collectNames(): void {
    this.collected = true;
    for (const d of [...this.inputs, ...this.outputs]) this.taken.add(d.name);
    for (const name of this.initializers.keys()) this.taken.add(name);
    for (const { inputs, outputs } of this.nodes) {
      for (const v of inputs) this.taken.add(v);
      for (const v of outputs) this.taken.add(v);
    }
  }
}

/** A node for a graph in which the names are known to be free. It keeps the lists of names that it is given. */
export function nodeOf(
  opType: string,
  inputs: string[],
  attributes: Readonly<Record<string, Attribute>>,
  { domain, name, outputs, origin }: AddOptions & { readonly outputs: string[] },
): MutableNode {
  return {
    opType,
    domain: domain ?? '',
    name: name ?? '',
    inputs,
    outputs,
    attributes: mapOf(attributes),
    origin,
  };
}

function mapOf(attributes: Readonly<Record<string, Attribute>>): Map<string, Attribute> {
  const map = new Map<string, Attribute>();
  for (const name of Object.keys(attributes)) map.set(name, attributes[name]);
  return map;
}

const NONE: readonly string[] = [];
const NO_ATTRIBUTES: ReadonlyMap<string, Attribute> = new Map();

/** Names that the subgraphs of a node read from the graphs around them. */
export function capturedNames(node: { readonly attributes: ReadonlyMap<string, Attribute> }): readonly string[] {
  if (!hasSubgraph(node.attributes)) return NONE;
  const captured = new Set<string>();
  for (const a of node.attributes.values()) {
    if (a.type === 'graph') for (const n of freeNames(a.value)) captured.add(n);
    else if (a.type === 'graphs') for (const g of a.value) for (const n of freeNames(g)) captured.add(n);
  }
  return [...captured];
}

function hasSubgraph(attributes: ReadonlyMap<string, Attribute>): boolean {
  if (attributes.size > 0)
    for (const a of attributes.values()) if (a.type === 'graph' || a.type === 'graphs') return true;
  return false;
}

/** Names a graph reads but neither computes nor declares: values of the graphs around it. */
export function freeNames(graph: Graph): string[] {
  const free: string[] = [];
  const inputs = new Set(graph.inputs);
  for (let v = 0; v < graph.valueCount; v++) {
    if (graph.producer(v) < 0 && !inputs.has(v) && graph.initializer(v) === undefined) free.push(graph.valueName(v));
  }
  return free;
}
