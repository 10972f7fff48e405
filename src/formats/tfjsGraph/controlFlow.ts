import type { FunctionDefinition, NodeDefinition, TensorRef } from './graphDef';
import type { FunctionLibrary } from './functionLibrary';
import { sorted } from './sortedNodes';

/** Nodes that are looked at to find loops and branches, all rounds together: loops inside loops are found from the inside out. */
const MOST_LOOKED_AT = 2 ** 21;
/** Loops and branches inside each other. */
const MOST_ROUNDS = 64;

type Nodes = Map<string, NodeDefinition>;

/**
 * The graph with its loops and branches of TensorFlow 1 (Enter, Merge, Switch, LoopCond, NextIteration, Exit) as While and If with
 * functions, which are added to the library. What does not have the form that tf.while_loop and tf.cond give it stays as it is.
 */
export function inFunctionalForm(listed: ReadonlyMap<string, NodeDefinition>, library: FunctionLibrary): Nodes {
  const nodes: Nodes = new Map(listed);
  if (![...nodes.values()].some(({ op }) => op === 'Merge' || op === 'LoopCond')) return nodes;
  return new Conversion(nodes, library).run();
}

/** What one argument of a function is inside of it, and outside. */
interface Argument {
  readonly name: string;
  readonly source: TensorRef;
}

/** The part of the graph between an output and the nodes at which a function begins. */
interface Part {
  readonly nodes: Nodes;
  /** Names of the nodes that begin it, in the order in which they are met. */
  readonly begins: ReadonlySet<string>;
}

class Conversion {
  private looks = 0;
  /** Names of the nodes that read each node when the round began. */
  private readers: ReadonlyMap<string, readonly string[]> = new Map();
  /** Nodes that are now in functions. */
  private readonly moved = new Set<string>();

  constructor(
    private readonly nodes: Nodes,
    private readonly library: FunctionLibrary,
  ) {}

  run(): Nodes {
    for (let round = 0; round < MOST_ROUNDS && this.looks < MOST_LOOKED_AT; round++) {
      let isChanged = false;
      this.readers = this.namesOfReaders();
      for (const node of [...this.nodes.values()]) {
        if (this.looks >= MOST_LOOKED_AT) break;
        if (node.op === 'LoopCond') isChanged = this.convertLoop(node) || isChanged;
        else if (node.op === 'Merge') isChanged = this.convertBranches(node) || isChanged;
      }
      if (!isChanged) break;
    }
    this.dropMoved();
    return this.nodes;
  }

  // loops

  /** `LoopCond` is read by one Switch for each variable of the loop; what each of them hands on leads to the rest. */
  private convertLoop(loop: NodeDefinition): boolean {
    const variables = this.variablesOf(loop);
    if (variables === undefined) return false;
    const merges = new Map(variables.map((v) => [v.merge.name, v.merge.name]));
    const switches = new Map(variables.map((v) => [v.switch.name, v.switch.name]));
    const condition = this.partBehind([loop.inputs[0]], (_, node) => merges.has(node.name) || isInvariant(node));
    const body = this.partBehind(
      variables.map((v) => v.next.inputs[0]),
      (ref, node) => (switches.has(node.name) && ref.output === 1) || isInvariant(node),
    );
    if (condition === undefined || body === undefined) return false;
    const invariants = [...new Set([...condition.begins, ...body.begins])].filter((n) =>
      isInvariant(this.nodes.get(n)!),
    );
    const outside = invariants.map((name) => ({ name, source: this.nodes.get(name)!.inputs[0] }));

    const cond = this.addFunction(loop, 'cond', condition, [...merges.keys(), ...invariants], [loop.inputs[0]]);
    const nexts = variables.map((v) => v.next.inputs[0]);
    const kept = invariants.map((node) => ({ node, output: 0 }));
    const bodyName = this.addFunction(loop, 'body', body, [...switches.keys(), ...invariants], [...nexts, ...kept]);
    const inputs = [...variables.map((v) => v.enter.inputs[0]), ...outside.map((o) => o.source)];
    this.nodes.set(loop.name, { ...loop, op: 'While', inputs, settings: { cond, body: bodyName } });
    variables.forEach(({ enter, merge, switch: choice, next, exits }, output) => {
      for (const { name } of [enter, merge, choice, next]) this.moved.add(name);
      for (const exit of exits) {
        this.nodes.set(exit.name, { ...exit, op: 'Identity', inputs: [{ node: loop.name, output }] });
      }
    });
    for (const name of invariants) this.moved.add(name);
    return true;
  }

  private variablesOf(loop: NodeDefinition) {
    const variables = [];
    for (const choice of this.readersOf(loop.name)) {
      const merge = this.nodes.get(choice.inputs[0]?.node);
      if (choice.op !== 'Switch' || choice.inputs[1]?.node !== loop.name || merge?.op !== 'Merge') return undefined;
      const sources = merge.inputs.map((i) => this.nodes.get(i.node));
      const enter = sources.find((n) => n?.op === 'Enter');
      const next = sources.find((n) => n?.op === 'NextIteration');
      if (sources.length !== 2 || enter?.inputs[0] === undefined || next?.inputs[0] === undefined) return undefined;
      const exits = this.readersOf(choice.name).filter((n) => n.op === 'Exit');
      variables.push({ enter, merge, switch: choice, next, exits });
    }
    return variables.length > 0 && loop.inputs.length > 0 ? variables : undefined;
  }

  // branches

  /** A Merge of two values, one behind each side of Switches on one condition. */
  private convertBranches(merge: NodeDefinition): boolean {
    const sources = merge.inputs.map((i) => this.nodes.get(i.node));
    if (sources.length !== 2 || sources.some((n) => n?.op === 'NextIteration' || n?.op === 'Enter')) return false;
    const parts = merge.inputs.map((input) => this.partBehind([input], (_, node) => node.op === 'Switch'));
    const [first, second] = parts;
    if (first === undefined || second === undefined) return false;
    const switches = [...new Set([...first.begins, ...second.begins])].map((name) => this.nodes.get(name)!);
    const [choice] = switches;
    const condition = choice?.inputs[1];
    if (condition === undefined || this.nodes.get(condition.node)?.op === 'LoopCond') return false;
    if (!switches.every((s) => s.inputs[0] !== undefined && isSame(s.inputs[1], condition))) return false;
    const sides = merge.inputs.map((input, i) => this.sideOf(input, parts[i]!));
    const then = sides[0] === 1 || sides[1] === 0 ? 0 : 1;
    if (sides.includes('both') || (sides[0] !== undefined && sides[0] === sides[1])) return false;

    const args: Argument[] = switches.map((s) => ({ name: s.name, source: s.inputs[0] }));
    const names = args.map((a) => a.name);
    const branch = (i: number, title: string) => this.addFunction(merge, title, parts[i]!, names, [merge.inputs[i]]);
    const settings = { then_branch: branch(then, 'then'), else_branch: branch(1 - then, 'else') };
    this.nodes.set(merge.name, { ...merge, op: 'If', inputs: [condition, ...args.map((a) => a.source)], settings });
    for (const { name } of switches) this.moved.add(name);
    return true;
  }

  /** Which output of the Switches a part begins with; undefined for one that begins with none. */
  private sideOf(output: TensorRef, part: Part): number | 'both' | undefined {
    const refs = [output, ...[...part.nodes.values()].flatMap((n) => n.inputs)].filter((r) => part.begins.has(r.node));
    const sides = new Set(refs.map((r) => r.output));
    return sides.size > 1 ? 'both' : [...sides][0];
  }

  // parts of the graph

  /**
   * The nodes from which the outputs are computed, up to those at which a function begins. Undefined where they come from the
   * model's inputs in another way, or from a loop or branch that has not been converted so far.
   */
  private partBehind(
    outputs: readonly TensorRef[],
    isBegin: (ref: TensorRef, node: NodeDefinition) => boolean,
  ): Part | undefined {
    const part = { nodes: new Map<string, NodeDefinition>(), begins: new Set<string>() };
    const stack = [...outputs];
    for (let ref = stack.pop(); ref !== undefined; ref = stack.pop()) {
      const node = this.nodes.get(ref.node);
      this.looks++;
      if (node === undefined || this.looks > MOST_LOOKED_AT) return undefined;
      if (isBegin(ref, node)) part.begins.add(node.name);
      else if (outsideOnly.has(node.op)) return undefined;
      else if (!part.nodes.has(node.name)) {
        part.nodes.set(node.name, node);
        for (const input of node.inputs) stack.push(input);
      }
    }
    return part;
  }

  private addFunction(
    owner: NodeDefinition,
    title: string,
    part: Part,
    inputs: readonly string[],
    results: readonly TensorRef[],
  ): string {
    let name = `${owner.name}/${title}`;
    while (this.library.has(name)) name += '_';
    // the arguments go by the names of the nodes at which the part begins, and have one output
    const begins = new Set(inputs);
    const inside = (ref: TensorRef) => (begins.has(ref.node) ? { node: ref.node, output: 0 } : ref);
    const byName: Nodes = new Map();
    for (const node of part.nodes.values()) {
      byName.set(node.name, { ...node, inputs: node.inputs.map(inside) });
      this.moved.add(node.name);
    }
    const outputs = results.map(inside);
    const nodes = sorted(byName, () => undefined);
    const f: FunctionDefinition = { name, inputs, outputs, nodes, byName, place: owner.place };
    this.library.add(f);
    return name;
  }

  private readersOf(name: string): NodeDefinition[] {
    return (this.readers.get(name) ?? []).map((reader) => this.nodes.get(reader)!);
  }

  private namesOfReaders(): ReadonlyMap<string, readonly string[]> {
    const readers = new Map<string, string[]>();
    for (const node of this.nodes.values()) {
      this.looks++;
      for (const source of new Set(node.inputs.map((i) => i.node))) {
        const list = readers.get(source);
        if (list) list.push(node.name);
        else readers.set(source, [node.name]);
      }
    }
    return readers;
  }

  /** Takes nodes that are in functions out of the graph, and what only computes further from them, unless the rest reads them. */
  private dropMoved(): void {
    this.readers = this.namesOfReaders();
    const behind = new Set<string>();
    const ends = [...this.moved].filter((name) => outsideOnly.has(this.nodes.get(name)!.op));
    for (let name = ends.pop(); name !== undefined; name = ends.pop()) {
      if (behind.has(name)) continue;
      behind.add(name);
      for (const reader of this.readers.get(name) ?? []) ends.push(reader);
    }
    const kept = new Set<string>();
    const stack: string[] = [];
    for (const { name, op } of this.nodes.values()) {
      // what enters a loop only to say when its nodes run
      if (op === 'Enter' && !this.readers.has(name)) continue;
      if (!this.moved.has(name) && (!behind.has(name) || outsideOnly.has(op))) stack.push(name);
    }
    for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
      if (kept.has(name)) continue;
      kept.add(name);
      for (const { node } of this.nodes.get(name)?.inputs ?? []) stack.push(node);
    }
    for (const name of [...this.nodes.keys()]) if (!kept.has(name)) this.nodes.delete(name);
  }
}

/** They cannot be in a function's body: inputs of the model, and the ends of loops and branches. */
const outsideOnly: ReadonlySet<string> = new Set(
  'Placeholder Enter Exit Merge NextIteration Switch LoopCond'.split(' '),
);

/** A value from outside that is the same in every iteration. */
function isInvariant({ op, settings, inputs }: NodeDefinition): boolean {
  return op === 'Enter' && settings.is_constant === true && inputs.length > 0;
}

function isSame(a: TensorRef | undefined, b: TensorRef): boolean {
  return a?.node === b.node && a.output === b.output;
}
