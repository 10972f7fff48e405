import type { Graph, Node, ValueType } from './graph';
import { saneDim, type Dims } from './inference/dims';
import { InferenceNode, type Fact, type OperatorCall } from './inference/inferenceNode';
import { factOfTensor } from './inference/constants';
import { inferenceRule } from './inference/registry';
import type { MutableGraph, MutableNode } from './mutableGraph';
import type { Tensor } from './tensor';

/** Subgraphs deeper than this keep unknown types: no exporter nests so far, a hostile file may. */
const MAX_DEPTH = 32;

const UNKNOWN: Fact = { kind: 'unknown' };

/**
 * Types of all values of a graph by forward propagation, by name; `{ kind: 'unknown' }` where nothing is known.
 * Follows the operator definitions of every opset and the values of small integer tensors, so that shapes computed from
 * shapes resolve. Symbolic sizes are carried by name. What inference cannot say is taken from the declared types.
 *
 * @param known shapes to assume for graph inputs, by name. A size given for a symbolic axis holds wherever the symbol
 *   occurs; where it replaces another size (a file with batch 1), declared types of values computed from that input are
 *   trusted only after their leading size has been exchanged as well.
 */
export function inferTypes(
  graph: Graph | MutableGraph,
  known: ReadonlyMap<string, readonly number[]> = new Map(),
): Map<string, ValueType> {
  const types = new Map<string, ValueType>();
  for (const [name, { kind, dtype, shape }] of inferFacts(graph, known)) types.set(name, { kind, dtype, shape });
  return types;
}

/** As `inferTypes`, with the elements of small tensors that do not depend on the numbers of the inputs. */
export function inferFacts(
  graph: Graph | MutableGraph,
  known: ReadonlyMap<string, readonly number[]> = new Map(),
): ReadonlyMap<string, Fact> {
  const source = sourceOf(graph);
  const facts = new Map<string, Fact>();
  infer(source, new Resizing(source, known), facts, () => undefined, 0);
  return facts;
}

/** What both forms of a graph say, in one form. */
interface Source {
  readonly opsets: ReadonlyMap<string, number>;
  readonly inputs: readonly { readonly name: string; readonly type: ValueType | undefined }[];
  readonly outputs: readonly string[];
  readonly initializers: Iterable<readonly [string, Tensor]>;
  readonly calls: Iterable<Call>;
  declared(name: string): ValueType | undefined;
}

interface Call extends OperatorCall {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

function sourceOf(graph: Graph | MutableGraph): Source {
  return 'nodeCount' in graph ? frozenSource(graph) : mutableSource(graph);
}

function frozenSource(graph: Graph): Source {
  const name = (v: number) => graph.valueName(v);
  const call = (node: Node): Call => {
    const outputs = node.outputs.map(name);
    return {
      opType: node.opType,
      domain: node.domain,
      inputs: node.inputs.map(name),
      outputs,
      outputCount: outputs.length,
      attr: (a) => node.attr(a),
    };
  };
  return {
    opsets: graph.opsets,
    inputs: graph.inputs.map((v) => ({ name: name(v), type: graph.valueType(v) })),
    outputs: graph.outputs.map(name),
    initializers: graph.initializers.map((v) => [name(v), graph.initializer(v)!] as const),
    calls: mapped(graph.nodes(), call),
    declared: (value) => {
      const id = graph.valueId(value);
      return id === undefined ? undefined : graph.valueType(id);
    },
  };
}

function mutableSource(graph: MutableGraph): Source {
  const outputs = new Map(graph.outputs.map((d) => [d.name, d.type]));
  const call = (node: MutableNode): Call => ({
    opType: node.opType,
    domain: node.domain,
    inputs: node.inputs,
    outputs: node.outputs,
    outputCount: node.outputs.length,
    attr: (a) => node.attributes.get(a),
  });
  return {
    opsets: graph.opsets,
    inputs: graph.inputs,
    outputs: graph.outputs.map((d) => d.name),
    initializers: graph.initializers,
    calls: mapped(graph.nodes, call),
    declared: (value) => outputs.get(value) ?? graph.valueTypes.get(value),
  };
}

function* mapped<T, U>(items: Iterable<T>, convert: (item: T) => U): Iterable<U> {
  for (const item of items) yield convert(item);
}

/** Fills `facts` for all values of one graph, its inputs (unless the caller has put them there) included. */
function infer(
  source: Source,
  resizing: Resizing,
  facts: Map<string, Fact>,
  outer: (name: string) => Fact | undefined,
  depth: number,
): void {
  for (const { name, type } of source.inputs) if (!facts.has(name)) facts.set(name, resizing.inputFact(name, type));
  for (const [name, tensor] of source.initializers) facts.set(name, factOfTensor(tensor));
  const lookup = (name: string): Fact | undefined => {
    const fact = facts.get(name) ?? outer(name);
    return fact?.kind === 'unknown' ? undefined : fact;
  };
  const inferSubgraph = (graph: Graph, inputs: readonly (Fact | undefined)[]): (Fact | undefined)[] => {
    if (depth >= MAX_DEPTH) return graph.outputs.map(() => undefined);
    const inner = sourceOf(graph);
    const innerFacts = new Map<string, Fact>();
    inner.inputs.forEach(({ name, type }, i) => innerFacts.set(name, inputs[i] ?? resizing.bind(type) ?? UNKNOWN));
    infer(inner, resizing, innerFacts, lookup, depth + 1);
    return inner.outputs.map((name) => innerFacts.get(name) ?? lookup(name));
  };
  for (const call of source.calls) {
    const opset = source.opsets.get(call.domain) ?? 1;
    const present = call.inputs.map((name) => name !== '');
    const node = new InferenceNode(call, call.inputs.map(lookup), present, opset, inferSubgraph);
    const inferred = inferenceRule(call.domain, call.opType)?.(node) ?? [];
    const resized = resizing.follow(call);
    call.outputs.forEach((name, i) => {
      if (name !== '') facts.set(name, merge(inferred[i], resizing.adjust(source.declared(name), resized)));
    });
  }
}

/** What inference says, and what the file declares where inference does not know. */
function merge(inferred: Fact | undefined, declared: ValueType | undefined): Fact {
  if (inferred === undefined) return declared ?? UNKNOWN;
  if (declared === undefined || declared.kind !== inferred.kind) return inferred;
  const dtype = inferred.dtype ?? declared.dtype;
  const from = declared.shape;
  if (from === undefined || (inferred.shape !== undefined && inferred.shape.length !== from.length))
    return { ...inferred, dtype };
  if (inferred.shape === undefined) return { ...inferred, dtype, shape: from };
  const shape = inferred.shape.map((d, i) =>
    d === null || (typeof d === 'string' && typeof from[i] === 'number') ? from[i] : d,
  );
  return { ...inferred, dtype, shape };
}

/** Keeps account of sizes that the caller assumes in place of declared ones, and of the values that they reach. */
class Resizing {
  private readonly symbols = new Map<string, number>();
  private readonly reached = new Set<string>();
  /** Exchanged leading sizes; undefined when sizes of other axes were exchanged as well. */
  private readonly batch: { from: number; to: number } | undefined;

  constructor(
    source: Source,
    private readonly known: ReadonlyMap<string, readonly number[]>,
  ) {
    const exchanged: { axis: number; from: number; to: number }[] = [];
    for (const { name, type } of source.inputs) {
      const sizes = known.get(name);
      if (sizes === undefined) continue;
      const before = exchanged.length;
      type?.shape?.forEach((d, axis) => {
        const to = sizes[axis];
        if (typeof d === 'string' && to !== undefined && !this.symbols.has(d)) this.symbols.set(d, to);
        if (typeof d === 'number' && d !== to) exchanged.push({ axis, from: d, to });
      });
      if (exchanged.length > before) this.reached.add(name);
    }
    const [first] = exchanged;
    if (exchanged.every((e) => e.axis === 0 && e.from === first.from && e.to === first.to)) this.batch = first;
  }

  inputFact(name: string, type: ValueType | undefined): Fact {
    const sizes = this.known.get(name);
    if (sizes !== undefined) return { kind: 'tensor', dtype: type?.dtype, shape: sizes.map(saneDim) };
    return this.bind(type) ?? UNKNOWN;
  }

  /** True when a value that the call computes depends on an input with an exchanged size. */
  follow(call: Call): boolean {
    if (this.reached.size === 0 || !call.inputs.some((name) => this.reached.has(name))) return false;
    for (const name of call.outputs) this.reached.add(name);
    return true;
  }

  /** A declared type as it is under the assumed sizes. */
  adjust(type: ValueType | undefined, resized: boolean): ValueType | undefined {
    const bound = this.bind(type);
    if (!resized || bound?.shape === undefined) return bound;
    const shape: Dims = bound.shape.map((d, axis) => {
      if (typeof d !== 'number') return d;
      if (this.batch === undefined) return null;
      return axis > 0 ? d : d === this.batch.from ? this.batch.to : null;
    });
    return { ...bound, shape };
  }

  /** A declared type with the assumed sizes in place of its symbols. */
  bind(type: ValueType | undefined): ValueType | undefined {
    if (type?.shape === undefined) return type;
    const shape = type.shape.map((d) => (typeof d === 'string' ? (this.symbols.get(d) ?? d) : saneDim(d)));
    return { ...type, shape };
  }
}
