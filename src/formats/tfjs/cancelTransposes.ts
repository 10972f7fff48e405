import { attribute, type Attribute } from '../../ir/attribute';
import { bitsPerElement } from '../../ir/dataType';
import { capturedNames, nodeOf, type MutableGraph, type MutableNode } from '../../ir/mutableGraph';
import type { Tensor } from '../../ir/tensor';
import { permuted } from './permuted';

/** What a value is made of: file-layout axis i is axis order[i] of the value named `source`. */
interface Pending {
  readonly source: string;
  readonly order: readonly number[];
  /** The node that it comes from. */
  readonly node: MutableNode;
}

/** Operators of one tensor that treat all elements alike, in any layout; further inputs (ratios, bounds) are scalars. */
export const elementwise: ReadonlySet<string> = new Set(
  (
    'Relu LeakyRelu ThresholdedRelu Elu Selu Celu Sigmoid HardSigmoid HardSwish Tanh Softplus Softsign Mish Erf Exp Log Sqrt Neg ' +
    'Abs Clip Dropout Identity Cast Not'
  ).split(' '),
);
/** Operators that broadcast: every tensor in the same layout, or a scalar. */
const broadcasting: ReadonlySet<string> = new Set('Add Sub Mul Div Max Min Pow Equal'.split(' '));
/** Operators along one axis, an attribute. */
export const alongAxis: ReadonlySet<string> = new Set('Concat Softmax LogSoftmax'.split(' '));

/**
 * Removes pairs of layout transposes that undo each other, also across operators that do not care for the layout, which
 * then work on the inner layout. One pass in topological order: a transpose is held back until somebody reads its result
 * in the file's layout, and merged with a transpose or moved past an operator that reads it.
 * Values keep their names; those that have changed their layout are returned.
 *
 * @param removable the transposes that stand for no layer of the file
 * @param freshName a name that nothing in the graph has yet: the wanted one, else another
 * @returns by name of the value, the order of its axes in the file's layout
 */
export function cancelTransposes(
  graph: MutableGraph,
  removable: ReadonlySet<MutableNode>,
  freshName: (wanted: string) => string,
): ReadonlyMap<string, readonly number[]> {
  return new Cancellation(graph, removable, freshName).run();
}

/** A node as it has come to be in the place of another. */
interface Replaced {
  readonly node: MutableNode;
  readonly order?: readonly number[];
}

/** A file-layout form. */
interface Made {
  readonly node: MutableNode;
  /** The node that the value comes from. */
  readonly of: MutableNode;
  /** The first node that reads it, before which it stands; undefined for one that only the graph gives out. */
  reader: MutableNode | undefined;
}

/** What readers of a value ask about it. */
interface Told {
  readonly pending: Pending | undefined;
  readonly alias: string | undefined;
  readonly isScalar: boolean;
}

/** Gives names, and takes them back. */
export interface NameGiver {
  claim(wanted: string): string;
  release(name: string): void;
}

/**
 * One such pass. The graph gets other nodes in the place of those that change. The pass can be taken up again for a graph of which
 * some nodes are others.
 */
export class Cancellation {
  /** What the nodes have become. */
  nodes: MutableNode[] = [];
  /** What they were, and where that which each has become begins. */
  private sources: readonly MutableNode[];
  private starts: number[] = [];
  /** Where nodes are put. */
  private into = this.nodes;
  /** The node that is looked at, and whether another one comes behind it. */
  private current: MutableNode | undefined;
  private isBehind: (node: MutableNode | undefined) => boolean = () => false;
  /** Values that exist in the inner layout only, by the name that stands for them in the file's layout. */
  private readonly pending = new Map<string, Pending>();
  /** File-layout forms that had to be made. */
  private readonly made = new Map<string, Made>();
  /** Transposes that came to nothing: the value to read in place of their result, as it is. */
  private readonly aliases = new Map<string, string>();
  private readonly scalars = new Set<string>();
  readonly transposed = new Map<string, readonly number[]>();
  private readonly replaced = new Map<MutableNode, Replaced>();
  /** Values that graphs inside of nodes read: they stay as they are. */
  private readonly captured: ReadonlySet<string>;
  private readers: ReadonlyMap<string, number> | undefined;
  private hasSlopes = false;
  /** Forms that are made again where they still are what they were. */
  private known: ReadonlyMap<string, Made>;
  /** Values of which readers are told something else than before. */
  private told = new Set<string>();

  constructor(
    private graph: MutableGraph,
    private readonly removable: Pick<ReadonlySet<MutableNode>, 'has'>,
    private freshName: (wanted: string) => string,
    /** The pass over an earlier version of the graph: nodes that come to be the same again are the same objects. */
    private before?: Cancellation,
  ) {
    this.sources = graph.nodes;
    this.captured = capturedIn(graph.nodes);
    this.known = before?.made ?? new Map<string, Made>();
  }

  run(): ReadonlyMap<string, readonly number[]> {
    for (const node of this.sources) {
      this.starts.push(this.nodes.length);
      this.look(node);
    }
    this.giveOut();
    // it would keep those before it as well
    this.before = undefined;
    this.known = new Map();
    return this.transposed;
  }

  private look(node: MutableNode): void {
    this.current = node;
    this.hasSlopes ||= node.opType === 'PRelu';
    if (this.removable.has(node) && !this.captured.has(node.outputs[0])) this.holdBack(node);
    else if (!this.moveTransposePast(node)) {
      const inputs = node.inputs.map((input) => this.inFileLayout(input));
      this.push(node, inputs, node.attributes);
      if (isScalar(node)) this.scalars.add(node.outputs[0]);
    }
  }

  private giveOut(): void {
    this.starts.push(this.nodes.length);
    this.current = undefined;
    for (const output of this.graph.outputs) output.name = this.inFileLayout(output.name);
    this.graph.nodes = this.nodes;
  }

  /**
   * The same for a graph of which some nodes are others: they are looked at, and of the rest those that read something else now.
   * @param graph with its nodes as they are before the pass
   * @param names that those of all nodes but the ones which the pass made are taken of
   * @returns false, with all as it was, where the whole pass has to be run; undefined where names are taken
   */
  again(graph: MutableGraph, names: NameGiver): boolean | undefined {
    const { sources, starts, nodes: before } = this;
    const now = graph.nodes;
    const shorter = Math.min(sources.length, now.length);
    let at = 0;
    while (at < shorter && sources[at] === now[at]) at++;
    let behind = 0;
    while (behind < shorter - at && sources[sources.length - 1 - behind] === now[now.length - 1 - behind]) behind++;
    const end = now.length - behind;
    const growth = now.length - sources.length;
    const added = now.slice(at, end);
    if (this.captured.size > 0 || this.hasSlopes || capturedIn(added).size > 0) return false;
    if (added.some(({ opType }) => opType === 'PRelu') || !this.areNamedAsWanted()) return false;
    for (const name of this.claimed) if (names.claim(name) !== name) return undefined;

    const known = new Map<string, Made>();
    this.known = known;
    this.told = new Set();
    this.graph = graph;
    let areNamed = true;
    this.freshName = (wanted) => {
      const name = names.claim(wanted);
      areNamed &&= name === wanted;
      return name;
    };
    const takeMade = (value: string, made: Made) => {
      known.set(value, made);
      this.made.delete(value);
      if (made.node.name !== value) names.release(made.node.name);
    };
    const earlier = new Map<string, Told>();
    const takeBack = ({ inputs, outputs }: MutableNode, node: MutableNode) => {
      for (const input of inputs) {
        const made = this.made.get(input);
        if (made?.reader !== node) continue;
        takeMade(input, made);
        this.told.add(input);
      }
      for (const output of outputs) {
        earlier.set(output, this.tell(output));
        this.forget(output);
        const made = this.made.get(output);
        if (made === undefined) continue;
        // who reads it first may be another one now
        takeMade(output, made);
        this.told.add(output);
      }
    };
    const compare = () => {
      for (const [value, told] of earlier) if (!isSameTold(told, this.tell(value))) this.told.add(value);
      earlier.clear();
    };
    for (const [value, made] of this.made) if (made.reader === undefined) takeMade(value, made);
    for (let i = at; i < sources.length - behind; i++) {
      takeBack(sources[i], sources[i]);
      this.replaced.delete(sources[i]);
    }
    for (const { outputs } of added)
      for (const output of outputs) if (!earlier.has(output)) earlier.set(output, this.tell(output));

    const come: MutableNode[] = before.slice(0, starts[at]);
    const begin = starts.slice(0, at);
    this.into = come;
    let index = at;
    this.isBehind = (node) => node !== undefined && now.indexOf(node, index + 1) >= 0;
    for (; index < end; index++) {
      begin.push(come.length);
      this.look(now[index]);
    }
    compare();
    for (; index < now.length; index++) {
      const node = now[index];
      begin.push(come.length);
      if (this.told.size > 0 && node.inputs.some((input) => this.told.has(input))) {
        takeBack(node, node);
        this.look(node);
        compare();
      } else for (let i = starts[index - growth]; i < starts[index - growth + 1]; i++) come.push(before[i]);
    }
    this.sources = now;
    this.starts = begin;
    this.nodes = come;
    this.giveOut();
    this.known = new Map();
    return areNamed ? true : undefined;
  }

  /** Names that it asked for. */
  get claimed(): readonly string[] {
    return [...this.made].flatMap(([value, { node }]) => (node.name === value ? [] : node.name));
  }

  private areNamedAsWanted(): boolean {
    return [...this.made].every(([value, { node }]) => node.name === value || node.name === inLayoutOfFile(value));
  }

  private tell(value: string): Told {
    return { pending: this.pending.get(value), alias: this.aliases.get(value), isScalar: this.scalars.has(value) };
  }

  private forget(value: string): void {
    this.pending.delete(value);
    this.aliases.delete(value);
    this.scalars.delete(value);
    this.transposed.delete(value);
  }

  /** @param order of the axes of what it computes, where that is another */
  private push(
    node: MutableNode,
    inputs: string[],
    attributes: MutableNode['attributes'],
    order?: readonly number[],
  ): void {
    if (order === undefined && isSameList(inputs, node.inputs)) {
      this.into.push(node);
      return;
    }
    const known = (this.before ?? this).replaced.get(node);
    const isKnown = known !== undefined && isSameList(inputs, known.node.inputs) && isSameList(order, known.order);
    const replaced = isKnown ? known : { node: { ...node, inputs, attributes }, order };
    this.replaced.set(node, replaced);
    this.into.push(replaced.node);
  }

  private holdBack(node: MutableNode): void {
    const [input] = node.inputs;
    const [output] = node.outputs;
    const perm = node.attributes.get('perm');
    const order = perm?.type === 'ints' ? perm.value : [];
    const before = this.pendingOf(input);
    const source = before?.source ?? this.aliases.get(input) ?? input;
    const merged = before === undefined ? order : order.map((axis) => before.order[axis]);
    if (merged.every((axis, i) => axis === i)) this.aliases.set(output, source);
    else this.pending.set(output, { source, order: merged, node });
  }

  /** Lets an operator that does not care for the layout read what its transposed inputs are made of. */
  private moveTransposePast(node: MutableNode): boolean {
    if (node.domain !== '' || node.outputs.length !== 1 || this.captured.has(node.outputs[0])) return false;
    const first = this.pendingOf(node.inputs[0]) ?? this.pendingOf(node.inputs[1] ?? '');
    if (first === undefined) return false;
    const { order } = first;
    const onlyFirst = elementwise.has(node.opType) || node.opType === 'PRelu';
    const sources = node.inputs.map((input, i) => {
      if (i > 0 && onlyFirst) return input;
      const waiting = this.pendingOf(input);
      if (waiting !== undefined) return isSameList(waiting.order, order) ? waiting.source : undefined;
      return this.scalars.has(input) ? input : undefined;
    });
    const attributes = this.attributesIn(node, order);
    if (attributes === undefined || !sources.every((s): s is string => s !== undefined)) return false;
    if (node.opType === 'PRelu' && !this.moveSlopes(node.inputs[1], order)) return false;
    this.push(node, sources, attributes, order);
    const [output] = node.outputs;
    // the name now stands for the inner layout; readers of the file's layout find it in `pending`
    this.pending.set(output, { source: output, order, node });
    this.transposed.set(output, order);
    return true;
  }

  /** The slopes of a PRelu have the axes of one sample: they follow its input into the inner layout. */
  private moveSlopes(name: string, order: readonly number[]): boolean {
    const slopes = this.graph.initializers.get(name);
    if (slopes === undefined) return false;
    this.readers ??= readersOf(this.graph.nodes);
    if (this.readers.get(name) !== 1) return false;
    if (order[0] !== 0 || slopes.dims.length !== order.length - 1) return false;
    const inner = order.slice(1).map((_, j) => order.indexOf(j + 1) - 1);
    this.graph.initializers.set(name, reordered(slopes, inner));
    return true;
  }

  /** The operator's attributes for inputs in the inner layout; undefined when it cannot work there. */
  private attributesIn(node: MutableNode, order: readonly number[]): Map<string, Attribute> | undefined {
    if (elementwise.has(node.opType) || broadcasting.has(node.opType) || node.opType === 'PRelu')
      return node.attributes;
    if (!alongAxis.has(node.opType)) return undefined;
    const stated = node.attributes.get('axis');
    const axis = stated?.type === 'int' ? stated.value : -1;
    return new Map([...node.attributes, ['axis', attribute.int(order[axis < 0 ? axis + order.length : axis])]]);
  }

  private pendingOf(name: string): Pending | undefined {
    return this.aliases.has(name) ? undefined : this.pending.get(name);
  }

  private inFileLayout(name: string): string {
    const waiting = this.pendingOf(name);
    if (waiting === undefined) return this.aliases.get(name) ?? name;
    let made = this.made.get(name);
    if (made === undefined) {
      made = { node: this.transposeOf(name, waiting), of: waiting.node, reader: this.current };
      this.into.push(made.node);
      this.made.set(name, made);
    } else if (this.isBehind(made.reader)) {
      // from now on it stands here, and not where it was read first
      made.reader = this.current;
      this.into.push(made.node);
      this.told.add(name);
    }
    return made.node.name;
  }

  private transposeOf(value: string, { source, order, node: of }: Pending): MutableNode {
    const { origin } = of;
    const name = source === value ? this.freshName(inLayoutOfFile(value)) : value;
    const known = this.known.get(value);
    // what comes from another node may be of another shape
    if (known?.of === of && known.node.name === name && known.node.inputs[0] === source) {
      const perm = known.node.attributes.get('perm');
      if (perm?.type === 'ints' && isSameList(perm.value, order)) return known.node;
    }
    return nodeOf('Transpose', [source], { perm: attribute.ints(order) }, { name, outputs: [name], origin });
  }
}

/** The name of what has the file's layout where the value's own stands for another one. */
function inLayoutOfFile(value: string): string {
  return `${value}/channels_last`;
}

function capturedIn(nodes: readonly MutableNode[]): ReadonlySet<string> {
  const captured = new Set<string>();
  for (const node of nodes) for (const name of capturedNames(node)) captured.add(name);
  return captured;
}

function isSameTold(a: Told, b: Told): boolean {
  if (a.alias !== b.alias || a.isScalar !== b.isScalar) return false;
  return a.pending?.source === b.pending?.source && isSameList(a.pending?.order, b.pending?.order);
}

function reordered(tensor: Tensor, order: readonly number[]): Tensor {
  const { name, dtype, dims, location } = tensor;
  const read = async () => permuted(await tensor.read(), bitsPerElement(dtype) / 8, dims, order);
  return { name, dtype, dims: order.map((axis) => dims[axis]), location, read };
}

/** How many inputs of nodes each value is. */
function readersOf(nodes: readonly MutableNode[]): ReadonlyMap<string, number> {
  const readers = new Map<string, number>();
  for (const { inputs } of nodes) for (const input of inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  return readers;
}

function isScalar(node: MutableNode): boolean {
  const value = node.opType === 'Constant' ? node.attributes.get('value') : undefined;
  return value?.type === 'tensor' && value.value.dims.length === 0;
}

function isSameList<T>(a: readonly T[] | undefined, b: readonly T[] | undefined): boolean {
  return a?.length === b?.length && (a?.every((x, i) => x === b![i]) ?? true);
}
