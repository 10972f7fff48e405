import type { Attribute } from '../../ir/attribute';
import { ModelError } from '../../ir/errors';
import type { Graph, ValueId, ValueType } from '../../ir/graph';
import { inferTypes } from '../../ir/inferTypes';
import { capturedNames, type AddOptions, type MutableGraph, type MutableNode } from '../../ir/mutableGraph';
import type { Origin } from '../../ir/origin';
import { topologicalOrder } from '../../ir/topologicalOrder';
import { verifyGraph } from '../../ir/verifyGraph';
import type { Layer, LayerView } from '../../layers/layerView';
import { layerView } from '../../layers/recognize';
import { say } from '../../texts/say';
import { Rewriter } from '../rewriter';
import { toOpset18 } from '../toOpset18';
import type { NormBlock } from './normBlock';

/**
 * A graph of opset 18 whose norms are changed: what shall be done is noted layer by layer, `finish` does it. Layers that stay
 * keep their ids, and what takes the place of a norm gets the norm's.
 */
export class GraphEdit {
  readonly graph: MutableGraph;
  readonly view: LayerView;
  readonly types: Map<string, ValueType>;
  private readonly dropped = new Set<MutableNode>();
  private readonly writes = new Map<MutableNode, ((r: LabellingRewriter) => void)[]>();
  private readonly renamed = new Map<string, string>();
  private readonly swaps: { readonly first: Stage; readonly second: Stage }[] = [];
  private readonly ids: LayerIds;
  private readonly outputs: ReadonlySet<string>;
  private readonly consumers: ReadonlyMap<string, readonly MutableNode[]>;
  private readonly captured: ReadonlySet<string>;
  /** Of the graph before the edit. */
  private readonly problems: number;

  /** @throws ModelError `invalid` for a graph with a cycle, `unsupported` for what opset 18 cannot express */
  constructor(original: Graph) {
    this.graph = original.toMutable();
    this.ids = new LayerIds(original);
    toOpset18(this.graph);
    this.types = inferTypes(this.graph);
    const frozen = this.graph.freeze();
    if (topologicalOrder(frozen).cyclic.length > 0) {
      throw new ModelError('invalid', say`the graph has a cycle, so its norms cannot be changed`);
    }
    this.view = layerView(frozen, this.types);
    this.outputs = new Set(this.graph.outputs.map((o) => o.name));
    this.consumers = this.graph.uses().consumers;
    this.captured = new Set(this.graph.nodes.flatMap(capturedNames));
    this.problems = verifyGraph(this.graph, this.types).length;
  }

  /** A node of the view as it is edited. */
  node(index: number): MutableNode {
    return this.graph.nodes[index];
  }

  /** The id of a layer in the file as it was opened, which the rise to opset 18 may have written out in other nodes. */
  idOf(layer: Layer): string {
    return this.ids.of(layer, this.view.graph) ?? layer.id;
  }

  /** A layer computes another value from now on, and is the same layer. */
  computes(layer: Layer, value: string): void {
    this.ids.add(layer, value, this.idOf(layer));
  }

  readers(value: string): readonly MutableNode[] {
    return this.consumers.get(value) ?? [];
  }

  /** The graph gives the value out, or the body of an If or a Loop reads it. */
  isFixed(value: string): boolean {
    return this.outputs.has(value) || this.captured.has(value);
  }

  isReadOutside(value: string, inside: ReadonlySet<MutableNode>): boolean {
    return this.isFixed(value) || this.readers(value).some((n) => !inside.has(n));
  }

  /**
   * Takes the nodes of a norm out. What turned the layer's values for its neighbours stays.
   * @param origin the layer of the file that it stands for from now on, if any
   */
  takeOut({ layer, nodes }: NormBlock, origin?: Origin): void {
    for (const node of nodes) this.dropped.add(node);
    for (const i of layer.nodes) this.node(i).origin = origin;
  }

  /**
   * Writes new nodes in the place of a node.
   * @param label id and origin of the layer that they are
   */
  writeAt(anchor: MutableNode, label: Label, write: (r: Rewriter) => void): void {
    const list = this.writes.get(anchor) ?? [];
    list.push((r) => r.labelled(label, () => write(r)));
    this.writes.set(anchor, list);
  }

  /** Readers of one value read another instead; an output of the graph keeps its name. */
  redirect(from: string, to: string, anchor: MutableNode): void {
    if (this.isFixed(from)) this.writeAt(anchor, {}, (r) => r.add('Identity', [to], {}, from));
    else this.renamed.set(from, to);
  }

  /** Readers of a value read another one that is written from it. */
  insertBetween(value: string, output: string): void {
    for (const node of this.readers(value)) replaceInput(node, value, output);
  }

  /** Two stages of which the second reads the first change places; both still compute values of the names that they did. */
  swap(first: Stage, second: Stage): void {
    this.swaps.push({ first, second });
    this.renamed.set(second.output, second.input);
  }

  /**
   * The edited graph, in topological order, without what nothing reads any more.
   * @throws ModelError `unsupported` when the result is not sound
   */
  finish(what: string): Graph {
    const { graph } = this;
    const rewriter = new LabellingRewriter(graph);
    rewriter.run((node) => {
      for (const write of this.writes.get(node) ?? []) write(rewriter);
      return this.dropped.has(node);
    });
    for (const node of graph.nodes) node.inputs = node.inputs.map((name) => this.target(name));
    for (const { first, second } of this.swaps) {
      const source = this.target(first.input);
      for (const node of second.nodes) replaceInput(node, second.input, source);
      for (const node of first.nodes) replaceInput(node, source, second.output);
    }
    dropUnread(graph);
    const { order } = topologicalOrder(graph.freeze());
    graph.nodes = Array.from(order, (i) => graph.nodes[i]);
    const types = inferTypes(graph);
    const problems = verifyGraph(graph, types);
    const changed = graph.outputs.find(({ name }) => shapeText(types.get(name)) !== shapeText(this.types.get(name)));
    if (problems.length > this.problems || changed !== undefined) {
      const why = problems.at(-1)?.message ?? say`the output ${changed!.name} would have another shape`;
      throw new ModelError('unsupported', say`${what} cannot be made of this network: ${why}`, problems.at(-1)?.place);
    }
    return this.withIds(rewriter.labels, types);
  }

  /** Names nodes so that layers have the ids they had. Layers of a file of layers have theirs from their origin. */
  private withIds(labels: ReadonlyMap<string, string>, types: ReadonlyMap<string, ValueType>): Graph {
    const { graph } = this;
    const frozen = graph.freeze();
    const { layers } = layerView(frozen, types);
    const named = new Map<string, MutableNode[]>();
    for (const node of graph.nodes) {
      const list = named.get(node.name);
      if (list) list.push(node);
      else named.set(node.name, [node]);
    }
    let changed = false;
    for (const layer of layers) {
      if (layer.origin !== undefined && !layer.origin.isNode) continue;
      const label = labels.get(frozen.valueName(layer.output));
      const wanted = label !== undefined && layer.role === 'norm' ? label : this.ids.of(layer, frozen);
      if (wanted === undefined || wanted === layer.id) continue;
      changed = true;
      for (const node of named.get(wanted) ?? []) node.name = '';
      const main = graph.nodes[layer.main];
      main.name = wanted;
      named.set(wanted, [main]);
    }
    return changed ? graph.freeze() : frozen;
  }

  private target(name: string): string {
    let at = name;
    for (let next = this.renamed.get(at); next !== undefined; next = this.renamed.get(at)) at = next;
    return at;
  }
}

/** Nodes that compute one value from another. */
export interface Stage {
  readonly nodes: readonly MutableNode[];
  readonly input: string;
  readonly output: string;
}

/** What the layer that new nodes make up is called, and what of the file it stands for. */
export interface Label {
  readonly id?: string;
  readonly origin?: Origin;
}

/** Notes which layer each new value belongs to. */
class LabellingRewriter extends Rewriter {
  readonly labels = new Map<string, string>();
  private label: Label = {};

  labelled(label: Label, write: () => void): void {
    this.label = label;
    write();
    this.label = {};
  }

  override addNode(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    options: AddOptions = {},
  ): string[] {
    const { id, origin } = this.label;
    const outputs = super.addNode(opType, inputs, attributes, { ...options, origin });
    if (id !== undefined) for (const value of outputs) this.labels.set(value, id);
    return outputs;
  }
}

/** Operators that a layer which was written out for opset 18 may end in. */
const ENDING: ReadonlySet<string> = new Set(['Reshape', 'Transpose', 'Identity', 'Cast']);
const MOST_ENDINGS = 3;

/** Ids of a graph's layers by what they are and the values they compute: those values keep their names through passes. */
class LayerIds {
  private readonly ids: Map<string, string>;

  constructor(graph: Graph) {
    const { layers } = layerView(graph, inferTypes(graph));
    this.ids = new Map(layers.map((l) => [keyOf(l, graph.valueName(l.output)), l.id]));
  }

  add(layer: Layer, value: string, id: string): void {
    this.ids.set(keyOf(layer, value), id);
  }

  /** The id of the same layer of the original; undefined where it had none. */
  of(layer: Layer, graph: Graph): string | undefined {
    const known = (value: ValueId) => this.ids.get(keyOf(layer, graph.valueName(value)));
    const own = known(layer.output);
    if (own !== undefined) return own;
    // it now covers more nodes, or less
    for (const n of layer.nodes) {
      const inner = graph
        .node(n)
        .outputs.map(known)
        .find((id) => id !== undefined);
      if (inner !== undefined) return inner;
    }
    for (let v = layer.output, hop = 0; hop < MOST_ENDINGS; hop++) {
      const readers = graph.consumers(v);
      const next = readers.length === 1 ? graph.node(readers[0]) : undefined;
      if (next === undefined || !ENDING.has(next.opType)) return undefined;
      [v] = next.outputs;
      const id = known(v);
      if (id !== undefined) return id;
    }
    return undefined;
  }
}

function keyOf({ role }: Layer, value: string): string {
  return `${role}:${value}`;
}

/** Removes nodes and constants that lead to no output. Inputs stay: they are the model's interface. */
function dropUnread(graph: MutableGraph): void {
  const needed = new Set(graph.outputs.map((o) => o.name));
  const kept: MutableNode[] = [];
  const { producer } = graph.uses();
  const open = [...needed];
  const reached = new Set<MutableNode>();
  while (open.length > 0) {
    const node = producer.get(open.pop()!);
    if (node === undefined || reached.has(node)) continue;
    reached.add(node);
    for (const name of [...node.inputs, ...capturedNames(node)]) {
      if (needed.has(name)) continue;
      needed.add(name);
      open.push(name);
    }
  }
  for (const node of graph.nodes) if (reached.has(node)) kept.push(node);
  graph.nodes = kept;
  for (const name of [...graph.initializers.keys()]) if (!needed.has(name)) graph.initializers.delete(name);
  const known = new Set([...needed, ...kept.flatMap((n) => n.outputs)]);
  for (const name of [...graph.valueTypes.keys()]) if (!known.has(name)) graph.valueTypes.delete(name);
}

function replaceInput(node: MutableNode, from: string, to: string): void {
  node.inputs = node.inputs.map((name) => (name === from ? to : name));
}

function shapeText(type: ValueType | undefined): string {
  return type?.shape?.join() ?? '';
}
