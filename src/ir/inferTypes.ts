import type { Graph, ValueId, ValueType } from './graph';
import { factOfTensor } from './inference/constants';
import type { Dims } from './inference/dims';
import { InferenceNode, type Fact } from './inference/inferenceNode';
import { inferenceRule } from './inference/registry';
import { Resizing } from './inference/resizing';
import { frozenSource, mutableSource, type Source } from './inference/source';
import type { MutableGraph } from './mutableGraph';
import { sameJson } from './sameJson';

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
  const source = 'nodeCount' in graph ? frozenSource(graph) : mutableSource(graph);
  const facts = inferSource(source, known);
  const types = new Map<string, ValueType>();
  for (let v = 0; v < facts.length; v++) {
    const fact = facts[v];
    if (fact === undefined) continue;
    const { kind, dtype, shape } = fact;
    types.set(source.name(v), { kind, dtype, shape });
  }
  return types;
}

/** What inference knows of a value of one graph. */
export type FactOf = (value: ValueId) => Fact | undefined;

/** As `inferTypes`, by value, with the elements of small tensors that do not depend on the numbers of the inputs. */
export function inferFacts(graph: Graph): FactOf {
  const facts = inferSource(frozenSource(graph), new Map());
  return (value) => facts[value];
}

/** As `inferFacts`, for a graph of which nodes, constants and declared types come to be others (`RememberedGraph`). */
export class FollowedFacts {
  private readonly facts: (Fact | undefined)[];
  private readonly infer: (node: number) => void;

  constructor(private readonly graph: Graph) {
    const source = frozenSource(graph);
    this.facts = inferSource(source, new Map());
    this.infer = inference(source, new Resizing(source, new Map()), this.facts, () => undefined, 0);
  }

  readonly of: FactOf = (value) => this.facts[value];

  /**
   * Infers some nodes anew, and those behind them as far as anything is different for them. Readers inside of bodies (of loops)
   * are not seen.
   * @param values initializers that have become others
   * @returns the values of which something else is known now
   */
  again(nodes: Iterable<number>, values: Iterable<ValueId>): ReadonlySet<ValueId> {
    const { graph, facts } = this;
    const isDue = new Uint8Array(graph.nodeCount);
    const changed = new Set<ValueId>();
    const take = (value: ValueId, fact: Fact | undefined) => {
      if (sameJson(facts[value], fact)) return;
      changed.add(value);
      for (const reader of graph.consumers(value)) isDue[reader] = 1;
    };
    for (const node of nodes) isDue[node] = 1;
    for (const value of values) {
      const before = facts[value];
      facts[value] = factOfTensor(graph.initializer(value)!);
      take(value, before);
    }
    for (let i = isDue.indexOf(1); i >= 0; i = isDue.indexOf(1, i + 1)) {
      const { outputs } = graph.node(i);
      const before = outputs.map((v) => facts[v]);
      this.infer(i);
      outputs.forEach((v, k) => v >= 0 && take(v, before[k]));
    }
    return changed;
  }
}

/**
 * What the outputs of a body (of a loop) are, given what goes into it.
 * @param outer of the values around it, by name
 */
export function inferBody(
  graph: Graph,
  inputs: readonly (Fact | undefined)[],
  outer: (name: string) => Fact | undefined,
): (Fact | undefined)[] {
  const source = frozenSource(graph);
  const facts = new Array<Fact | undefined>(source.valueCount);
  source.inputs.forEach(({ value, type }, i) => (facts[value] = inputs[i] ?? type));
  infer(source, new Resizing(source, new Map()), facts, outer, 1);
  return source.outputs.map((v) => facts[v] ?? outer(source.name(v)));
}

function inferSource(source: Source, known: ReadonlyMap<string, readonly number[]>): (Fact | undefined)[] {
  const facts = new Array<Fact | undefined>(source.valueCount);
  infer(source, new Resizing(source, known), facts, () => undefined, 0);
  return facts;
}

/** Fills `facts` for all values of one graph, its inputs (unless the caller has put them there) included. */
function infer(
  source: Source,
  resizing: Resizing,
  facts: (Fact | undefined)[],
  outer: (name: string) => Fact | undefined,
  depth: number,
): void {
  for (const { value, type } of source.inputs) facts[value] ??= resizing.inputFact(source.name(value), type);
  for (const [value, tensor] of source.initializers) facts[value] = factOfTensor(tensor);
  const inferNode = inference(source, resizing, facts, outer, depth);
  for (let i = 0; i < source.callCount; i++) inferNode(i);
}

/** Fills `facts` for the outputs of a node, by its index, once they are there for its inputs. */
function inference(
  source: Source,
  resizing: Resizing,
  facts: (Fact | undefined)[],
  outer: (name: string) => Fact | undefined,
  depth: number,
): (index: number) => void {
  const lookup = (value: ValueId): Fact | undefined => {
    if (value < 0) return undefined;
    const fact = facts[value] ?? (depth > 0 ? outer(source.name(value)) : undefined);
    return fact?.kind === 'unknown' ? undefined : fact;
  };
  const lookupName = (name: string): Fact | undefined => {
    const value = source.id(name);
    return value === undefined ? outer(name) : lookup(value);
  };
  const inferSubgraph = (graph: Graph, inputs: readonly (Fact | undefined)[]): (Fact | undefined)[] => {
    if (depth >= MAX_DEPTH) return graph.outputs.map(() => undefined);
    const inner = frozenSource(graph);
    const innerFacts = new Array<Fact | undefined>(inner.valueCount);
    inner.inputs.forEach(({ value, type }, i) => (innerFacts[value] = inputs[i] ?? resizing.bind(type) ?? UNKNOWN));
    infer(inner, resizing, innerFacts, lookupName, depth + 1);
    return inner.outputs.map((v) => innerFacts[v] ?? lookupName(inner.name(v)));
  };
  return (index) => {
    const call = source.call(index);
    const { inputs, outputs } = call;
    const rule = inferenceRule(call.domain, call.opType);
    const opset = source.opsets.get(call.domain) ?? 1;
    const inferred = rule?.(new InferenceNode(call, inputs.map(lookup), inputs, opset, inferSubgraph));
    const resized = resizing.follow(source, call);
    for (let k = 0; k < outputs.length; k++) {
      const value = outputs[k];
      if (value < 0) continue;
      const declared = source.declared(value);
      facts[value] = merge(inferred?.[k], declared && resizing.adjust(declared, resized));
    }
  };
}

/** What inference says, and what the file declares where inference does not know. */
function merge(inferred: Fact | undefined, declared: ValueType | undefined): Fact {
  if (inferred === undefined) return declared ?? UNKNOWN;
  if (declared === undefined || declared.kind !== inferred.kind) return inferred;
  const shape = mergedShape(inferred.shape, declared.shape);
  const dtype = inferred.dtype ?? declared.dtype;
  return { kind: inferred.kind, dtype, shape, data: inferred.data };
}

function mergedShape(inferred: Dims | undefined, declared: Dims | undefined): Dims | undefined {
  if (inferred === undefined || declared === undefined) return inferred ?? declared;
  if (inferred.length !== declared.length) return inferred;
  return inferred.map((d, i) =>
    d === null || (typeof d === 'string' && typeof declared[i] === 'number') ? declared[i] : d,
  );
}
