import { attribute } from '../ir/attribute';
import { ABSENT, type Graph } from '../ir/graph';
import { inferFacts, type FactOf } from '../ir/inferTypes';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import { int64Tensor, retitled } from '../ir/tensor';
import { integersAtHand } from '../ir/tensorValues';
import { intOf, intsOf } from './nodeAttributes';
import { Rewriter } from './rewriter';
import { scalarTensor } from './scalarTensor';

/** Nodes that the loops of a graph may be written out to. */
export const MOST_UNROLLED = 20_000;

/**
 * Writes out loops whose number of turns is known before the network runs, turn after turn: Loop (opset 1) with a constant trip count
 * and a condition that stays true, Scan (opset 9) over axes of known size. Gradients do not enter loops; what they reach then is what
 * the turns share. The first turn keeps the body's names, as far as they are free; later ones have the loop and the turn before them.
 * @returns the graph without these loops, and how many there were; undefined when there is nothing to write out
 */
export function unrollLoops(source: Graph): { readonly graph: Graph; readonly loops: number } | undefined {
  if (![...source.nodes()].some(isLoop)) return undefined;
  const unroller = new Unroller(source);
  const loops = unroller.run();
  return loops === 0 ? undefined : { graph: unroller.graph.freeze(), loops };
}

function isLoop({ domain, opType }: { readonly domain: string; readonly opType: string }): boolean {
  return domain === '' && (opType === 'Loop' || opType === 'Scan');
}

class Unroller {
  readonly graph: MutableGraph;
  private readonly r: Rewriter;
  private readonly factOf: FactOf;

  /** Nodes that may still be added. */
  private left = MOST_UNROLLED;

  constructor(private readonly source: Graph) {
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
    const [trips, condition, ...initial] = node.inputs;
    const turns = this.numbers(trips)?.[0];
    const body = graph.toMutable();
    const [number, goesOn, ...carriedIn] = body.inputs.map((d) => d.name);
    if (turns === undefined || body.inputs.length < 2 || carriedIn.length !== initial.length) return false;
    if (body.outputs.length < 1 + node.outputs.length || !staysTrue(body, body.outputs[0].name, goesOn)) return false;
    if ((condition && !isTrue(this.numbers(condition))) || !this.fits(turns, body)) return false;
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
    if (typeof turns !== 'number' || sources.some((s) => s.size !== turns) || !this.fits(turns, body)) return false;
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

  /** One turn at least, no graphs inside of the body, which would have to be renamed, and not too many nodes. */
  private fits(turns: number, body: MutableGraph): boolean {
    if (
      !(turns >= 1) ||
      body.nodes.some((n) => [...n.attributes.values()].some((a) => a.type === 'graph' || a.type === 'graphs'))
    )
      return false;
    const nodes = turns * (body.nodes.length + body.outputs.length);
    if (nodes > this.left) return false;
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
  private numbers(value: string | undefined): readonly number[] | undefined {
    if (!value) return undefined;
    const data = this.fact(value)?.data;
    if (data?.every((d): d is number => typeof d === 'number')) return data;
    return integersAtHand(this.graph.initializers.get(value));
  }
}

function isTrue(numbers: readonly number[] | undefined): boolean {
  return numbers?.length === 1 && numbers[0] !== 0;
}

/** The condition that a body hands on is the one that it got, or a constant truth. */
function staysTrue(body: MutableGraph, value: string, given: string): boolean {
  const producer = body.uses().producer;
  let v = value;
  for (let hops = 0; hops < 8; hops++) {
    if (v === given || isTrue(integersAtHand(body.initializers.get(v)))) return true;
    const node = producer.get(v);
    const constant = node?.opType === 'Constant' ? node.attributes.get('value') : undefined;
    if (constant?.type === 'tensor') return isTrue(integersAtHand(constant.value));
    if (node?.domain !== '' || (node.opType !== 'Identity' && node.opType !== 'Cast')) return false;
    [v] = node.inputs;
  }
  return false;
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
      r.addNode(opType, read, Object.fromEntries(attributes), {
        ...{ domain, outputs: own, origin: origin ?? loop.origin },
        name: turn === 0 ? name : '',
      });
    }
    return body.outputs.map((d) => nameOf(d.name));
  }
}
