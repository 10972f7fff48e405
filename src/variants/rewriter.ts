import type { Attribute } from '../ir/attribute';
import type { AddOptions, MutableGraph, MutableNode } from '../ir/mutableGraph';
import { int64Tensor, type Tensor } from '../ir/tensor';
import type { DataType } from '../ir/dataType';
import { scalarTensor } from './scalarTensor';

type Attributes = Readonly<Record<string, Attribute>>;

/**
 * Builds a graph's node list anew, node by node: what a rule adds takes the place (and the origin) of the node it replaces,
 * so the order stays topological. Constants that rules need are shared.
 */
export class Rewriter {
  private nodes: MutableNode[] = [];
  private readonly constants = new Map<string, string>();
  private current: MutableNode | undefined;
  private producers?: ReadonlyMap<string, MutableNode>;

  constructor(readonly graph: MutableGraph) {}

  /**
   * Runs the rule over all nodes and puts the new list into the graph.
   * @param rule replaces the node by what it adds and returns true, or returns false to keep it (with whatever was changed in it)
   */
  run(rule: (node: MutableNode) => boolean): void {
    this.nodes = [];
    for (const node of this.graph.nodes) {
      this.current = node;
      if (!rule(node)) this.nodes.push(node);
    }
    this.graph.nodes = this.nodes;
  }

  /** The node that computed a value before the pass. */
  producer(value: string): MutableNode | undefined {
    this.producers ??= this.graph.uses().producer;
    return this.producers.get(value);
  }

  /** Nodes of the new list so far. */
  get size(): number {
    return this.nodes.length;
  }

  /** Adds a node and returns its outputs' names; it gets the name of the node it replaces, if no other, when it computes that node's output. */
  addNode(opType: string, inputs: readonly string[], attributes: Attributes = {}, options: AddOptions = {}): string[] {
    const { current } = this;
    const made = this.graph.makeNode(opType, inputs, attributes, {
      origin: current?.origin,
      hint: current?.outputs[0] ? `${current.outputs[0]}/${opType}` : opType,
      ...options,
    });
    if (options.name === undefined && made.outputs[0] === current?.outputs[0]) made.name = current.name;
    this.nodes.push(made);
    return made.outputs;
  }

  /** Adds a node with one output and returns its name. */
  add(opType: string, inputs: readonly string[], attributes: Attributes = {}, output?: string): string {
    return this.addNode(opType, inputs, attributes, output === undefined ? {} : { outputs: [output] })[0];
  }

  /** A constant int64 vector, or a scalar for a bare number. */
  ints(values: readonly number[] | number): string {
    const [dims, list] = typeof values === 'number' ? [[], [values]] : [[values.length], values];
    return this.constant(`int64[${dims.join()}]:${list.join()}`, (name) => int64Tensor(name, dims, list));
  }

  /** A constant scalar of the given type, float32 by default. */
  scalar(value: number, dtype: DataType = 'float32'): string {
    return this.constant(`${dtype}:${value}`, (name) => scalarTensor(name, dtype, value));
  }

  /** Adds a constant that is not shared. */
  tensor(hint: string, make: (name: string) => Tensor): string {
    return this.graph.addInitializer(make(this.graph.freshName(hint)));
  }

  private constant(key: string, make: (name: string) => Tensor): string {
    let name = this.constants.get(key);
    if (name === undefined) {
      name = this.tensor('constant', make);
      this.constants.set(key, name);
    }
    return name;
  }
}
