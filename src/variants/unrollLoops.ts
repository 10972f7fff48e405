import { attribute, type Attribute } from '../ir/attribute';
import { ABSENT, type Graph } from '../ir/graph';
import { inferBody, inferFacts, type FactOf } from '../ir/inferTypes';
import type { Fact } from '../ir/inference/inferenceNode';
import { freeNames, type MutableGraph, type MutableNode } from '../ir/mutableGraph';
import { int64Tensor, retitled } from '../ir/tensor';
import { integersAtHand } from '../ir/tensorValues';
import { intOf, intsOf } from './nodeAttributes';
import { Rewriter } from './rewriter';
import { scalarTensor } from './scalarTensor';

/** Nodes that the loops of a graph may be written out to. */
export const MOST_UNROLLED = 20_000;

/** A graph with loops written out. */
export interface Unrolled {
  readonly graph: Graph;
  readonly loops: number;
  /** Nodes that the turns took. */
  readonly nodes: number;
}

/**
 * Writes out loops whose number of turns is known before the network runs, turn after turn: Loop (opset 1) with a constant trip count
 * or a condition that follows from counters and sizes, Scan (opset 9) over axes of known size. Gradients do not enter loops; what they
 * reach then is what the turns share. The first turn keeps the body's names, as far as they are free; later ones have the loop and the
 * turn before them. Branches and loops inside of a body are copied as they are: they may be known once they stand outside.
 * @param most nodes that may be added
 * @returns undefined when there is nothing to write out
 */
export function unrollLoops(source: Graph, most = MOST_UNROLLED): Unrolled | undefined {
  if (![...source.nodes()].some(isLoop)) return undefined;
  const unroller = new Unroller(source, most);
  const loops = unroller.run();
  return loops === 0 ? undefined : { graph: unroller.graph.freeze(), loops, nodes: most - unroller.left };
}

function isLoop({ domain, opType }: { readonly domain: string; readonly opType: string }): boolean {
  return domain === '' && (opType === 'Loop' || opType === 'Scan');
}

class Unroller {
  readonly graph: MutableGraph;
  private readonly r: Rewriter;
  private readonly factOf: FactOf;

  constructor(
    private readonly source: Graph,
    /** Nodes that may still be added. */
    public left: number,
  ) {
    this.graph = source.toMutable();
    this.r = new Rewriter(this.graph);
    this.factOf = inferFacts(source);
  }

  run(): number {
    let count = 0;
    this.r.run((node) => {
      const body = isLoop(node) ? node.attributes.get('body') : undefined;
      if (body?.type !== 'graph') return false;
      const isDone = node.opType === 'Loop' ? this.loop(node, body.value) : this.scan(node, body.value);
      if (isDone) count++;
      return isDone;
    });
    return count;
  }

  /** Inputs trip count, condition, carried values; the body's are the turn's number, the condition and the carried ones. */
  private loop(node: MutableNode, graph: Graph): boolean {
    const initial = node.inputs.slice(2);
    const body = graph.toMutable();
    const [number, goesOn, ...carriedIn] = body.inputs.map((d) => d.name);
    if (body.inputs.length < 2 || carriedIn.length !== initial.length) return false;
    if (body.outputs.length < 1 + node.outputs.length) return false;
    const turns = this.turnsOf(node, graph);
    const collects = node.outputs.slice(initial.length).some((output) => output !== '');
    if (turns === undefined || (turns === 0 && collects) || !this.fits(turns, graph)) return false;
    const turn = new Turns(this.r, node, body);
    let carried: readonly string[] = initial;
    const collected: string[][] = [];
    const dimsOf = (at: number) => (body.inputs[at].type.shape ?? []).map(() => 1);
    for (let i = 0; i < turns; i++) {
      const count = this.r.tensor('turn', (name) => int64Tensor(name, dimsOf(0), [i]));
      const on = this.r.tensor('condition', (name) => scalarTensor(name, 'bool', 1, dimsOf(1)));
      const results = turn.add(
        i,
        new Map([[number, count], [goesOn, on], ...carriedIn.map((name, k) => [name, carried[k]] as const)]),
      );
      carried = results.slice(1, 1 + initial.length);
      collected.push(results.slice(1 + initial.length));
    }
    this.handOut(carried, node.outputs);
    node.outputs.slice(initial.length).forEach((output, k) =>
      this.stack(
        collected.map((c) => c[k]),
        0,
        output,
      ),
    );
    return true;
  }

  /** Inputs states, then what is scanned; `num_scan_inputs` says how many of these. */
  private scan(node: MutableNode, graph: Graph): boolean {
    const scanned = intOf(node, 'num_scan_inputs', 0);
    const states = node.inputs.length - scanned;
    const body = graph.toMutable();
    if (scanned < 1 || states < 0 || body.inputs.length !== node.inputs.length) return false;
    if (body.outputs.length < node.outputs.length) return false;
    const list = (name: string, i: number) => intsOf(node, name)?.[i] ?? 0;
    const sources = node.inputs.slice(states).map((value, i) => {
      const shape = this.fact(value)?.shape;
      const axis = list('scan_input_axes', i);
      const at = axis < 0 && shape ? axis + shape.length : axis;
      return { value, axis: at, size: shape?.[at], reversed: list('scan_input_directions', i) === 1 };
    });
    const turns = sources[0].size;
    if (typeof turns !== 'number' || turns < 1 || sources.some((s) => s.size !== turns)) return false;
    if (!this.fits(turns, graph)) return false;
    const turn = new Turns(this.r, node, body);
    let carried: readonly string[] = node.inputs.slice(0, states);
    const collected: string[][] = [];
    for (let i = 0; i < turns; i++) {
      const now = sources.map(({ value, axis, reversed }) =>
        this.r.add('Gather', [value, this.r.ints(reversed ? turns - 1 - i : i)], { axis: attribute.int(axis) }),
      );
      const results = turn.add(i, new Map(body.inputs.map((d, k) => [d.name, [...carried, ...now][k]])));
      carried = results.slice(0, states);
      collected.push(results.slice(states));
    }
    this.handOut(carried, node.outputs);
    node.outputs.slice(states).forEach((output, k) => {
      const parts = collected.map((c) => c[k]);
      this.stack(
        list('scan_output_directions', k) === 1 ? parts.reverse() : parts,
        list('scan_output_axes', k),
        output,
      );
    });
    return true;
  }

  /**
   * How often a Loop turns: by its trip count, or until its condition is false. That is followed turn by turn where it depends on
   * what the turns carry (counters), as far as nodes are left.
   */
  private turnsOf(node: MutableNode, graph: Graph): number | undefined {
    const [trips, condition, ...initial] = node.inputs;
    const most = trips ? this.numbers(trips)?.[0] : Infinity;
    const begins = condition ? this.numbers(condition)?.[0] : 1;
    if (most === undefined || begins === undefined) return undefined;
    if (begins === 0 || most <= 0) return 0;
    const outer = (name: string) => this.fact(name);
    const on: Fact = { kind: 'tensor', dtype: 'bool', shape: [], data: [1] };
    const count = (turn: number): Fact => ({ kind: 'tensor', dtype: 'int64', shape: [], data: [turn] });
    let carried = initial.map((value) => this.fact(value));
    const open = carried.map((fact) => fact && { kind: fact.kind, dtype: fact.dtype });
    const [always] = inferBody(graph, [{ ...count(0), data: undefined }, on, ...open], outer);
    if (always?.data?.[0] === 1) return Number.isFinite(most) ? most : undefined;
    const size = nodesOf(graph);
    for (let turn = 0; turn < most; turn++) {
      if ((turn + 1) * size > this.left) return undefined;
      const results = inferBody(graph, [count(turn), on, ...carried], outer);
      const goesOn = results[0]?.data?.[0];
      if (typeof goesOn !== 'number') return undefined;
      if (goesOn === 0) return turn + 1;
      carried = results.slice(1, 1 + initial.length);
    }
    return most;
  }

  /** Not too many nodes. */
  private fits(turns: number, graph: Graph): boolean {
    const nodes = turns * nodesOf(graph);
    if (!(nodes <= this.left)) return false;
    this.left -= nodes;
    return true;
  }

  private handOut(values: readonly string[], outputs: readonly string[]): void {
    values.forEach((value, i) => {
      if (outputs[i]) this.r.add('Identity', [value], {}, outputs[i]);
    });
  }

  private stack(parts: readonly string[], axis: number, output: string): void {
    if (!output) return;
    const layers = parts.map((part) => this.r.add('Unsqueeze', [part, this.r.ints([axis])]));
    this.r.add('Concat', layers, { axis: attribute.int(axis) }, output);
  }

  private fact(value: string) {
    return this.factOf(this.source.valueId(value) ?? ABSENT);
  }

  /** The numbers of a value that does not depend on the inputs' numbers. */
  private numbers(value: string): readonly number[] | undefined {
    const data = this.fact(value)?.data;
    if (data?.every((d): d is number => typeof d === 'number')) return data;
    return integersAtHand(this.graph.initializers.get(value));
  }
}

/** Nodes of a body and of the graphs in it, and one for each value that it hands out. */
function nodesOf(graph: Graph): number {
  let count = graph.nodeCount + graph.outputs.length;
  for (const { attributes } of graph.toMutable().nodes) {
    for (const a of attributes.values()) {
      if (a.type === 'graph') count += nodesOf(a.value);
      else if (a.type === 'graphs') for (const inner of a.value) count += nodesOf(inner);
    }
  }
  return count;
}

/** Copies of a body. Its constants are put into the graph once. */
class Turns {
  private readonly constants = new Map<string, string>();

  constructor(
    private readonly r: Rewriter,
    private readonly loop: MutableNode,
    private readonly body: MutableGraph,
  ) {
    const { graph } = r;
    for (const [name, tensor] of body.initializers) {
      const own = graph.freshName(name);
      graph.addInitializer(retitled(tensor, own));
      this.constants.set(name, own);
    }
  }

  /** @param given what the body's inputs are in this turn. @returns its outputs */
  add(turn: number, given: ReadonlyMap<string, string>): string[] {
    const { r, body, loop } = this;
    const names = new Map([...this.constants, ...given]);
    const title = loop.name || loop.outputs.find((o) => o !== '') || loop.opType;
    const nameOf = (value: string) => names.get(value) ?? value;
    for (const { opType, domain, name, inputs, outputs, attributes, origin } of body.nodes) {
      const own = outputs.map((o) => (o === '' ? '' : r.graph.freshName(turn === 0 ? o : `${title}/${turn}/${o}`)));
      const read = inputs.map(nameOf);
      outputs.forEach((o, i) => o !== '' && names.set(o, own[i]));
      r.addNode(opType, read, Object.fromEntries(renamedInside(attributes, names)), {
        ...{ domain, outputs: own, origin: origin ?? loop.origin },
        name: turn === 0 ? name : '',
      });
    }
    return body.outputs.map((d) => nameOf(d.name));
  }
}

/** The attributes with what their graphs read of the graph around them under other names. */
function renamedInside(
  attributes: ReadonlyMap<string, Attribute>,
  names: ReadonlyMap<string, string>,
): ReadonlyMap<string, Attribute> {
  if (![...attributes.values()].some((a) => a.type === 'graph' || a.type === 'graphs')) return attributes;
  return new Map(
    [...attributes].map(([name, a]): [string, Attribute] => {
      if (a.type === 'graph') return [name, { ...a, value: renamed(a.value, names) }];
      return [name, a.type === 'graphs' ? { ...a, value: a.value.map((inner) => renamed(inner, names)) } : a];
    }),
  );
}

/** A graph inside of a body. Values of its own that are called as one around it is now get other names. */
function renamed(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const inner = graph.toMutable();
  const own = [
    ...inner.inputs.map((d) => d.name),
    ...inner.initializers.keys(),
    ...inner.nodes.flatMap(({ outputs }) => outputs.filter((o) => o !== '')),
  ];
  const taken = new Set(freeNames(graph).map((name) => names.get(name) ?? name));
  for (const name of taken) inner.reserve(name);
  const scope = new Map(names);
  for (const name of own) scope.set(name, taken.has(name) ? inner.freshName(name) : name);
  const meaning = (name: string) => scope.get(name) ?? name;
  for (const d of [...inner.inputs, ...inner.outputs]) d.name = meaning(d.name);
  for (const [name, tensor] of [...inner.initializers]) {
    if (meaning(name) === name) continue;
    inner.initializers.delete(name);
    inner.initializers.set(meaning(name), retitled(tensor, meaning(name)));
  }
  for (const node of inner.nodes) {
    node.inputs = node.inputs.map(meaning);
    node.outputs = node.outputs.map(meaning);
    node.attributes = new Map(renamedInside(node.attributes, scope));
  }
  inner.valueTypes = new Map([...inner.valueTypes].map(([name, type]) => [meaning(name), type]));
  return inner.freeze();
}
