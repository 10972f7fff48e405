import type { Attribute } from './attribute';
import type { CallGraph } from './callGraph';
import { Scope } from './expansionScope';
import { ABSENT, type Graph } from './graph';
import { inferFacts } from './inferTypes';
import { withoutSymbols } from './loopTypes';
import type { ModelFunction } from './model';
import { capturedNames, MutableGraph, type MutableNode } from './mutableGraph';
import { retitled } from './tensor';

/** Functions that call each other in a row, and graphs inside graphs. */
export const MAX_DEPTH = 64;

/** Nodes that are looked at, all rounds together, to find the Ifs inside of Ifs. */
const MOST_LOOKED_AT = 2 ** 22;

/** What is put before a name says where it comes from; behind that, numbers tell names apart. */
export const LONGEST_PREFIX = 200;

export function isIf({ opType, domain }: { readonly opType: string; readonly domain: string }): boolean {
  return opType === 'If' && domain === '';
}

/** A graph that is being made flat: calls of functions are replaced by the bodies, Ifs with a known condition by their branches. */
export class Expansion {
  readonly graph: MutableGraph;
  isChanged = false;
  /** Some calls were not expanded: of functions that call themselves, or deeper than `MAX_DEPTH`. */
  leavesCalls = false;
  isTooDeep = false;
  /** Names of the values that nodes in the bodies of loops compute. */
  readonly inside = new Set<string>();
  private readonly bodies = new Map<ModelFunction, MutableGraph>();
  /** Nodes that stand in for calls and Ifs. */
  private readonly added = new Set<MutableNode>();
  protected readonly root = new Scope('', undefined);

  constructor(
    graph: Graph,
    private readonly calls: CallGraph,
  ) {
    this.graph = graph.toMutable();
  }

  expandFunctions(): void {
    const nodes: MutableNode[] = [];
    for (const node of this.graph.nodes) this.add(node, this.root, nodes, 0);
    this.graph.nodes = nodes;
    this.isChanged = true;
  }

  /** Replaces nodes by what is in them, round after round, since there may be further ones inside. */
  replaceInside(round: () => boolean): void {
    for (let left = MOST_LOOKED_AT; left > 0 && round(); left -= this.graph.nodes.length) this.isChanged = true;
  }

  /** Replaces each If with a known condition by its branch; false when there is none. */
  chooseBranches(): boolean {
    if (!this.graph.nodes.some(isIf)) return false;
    const frozen = this.graph.freeze();
    const factOf = inferFacts(frozen);
    const nodes: MutableNode[] = [];
    let isChanged = false;
    for (const node of this.graph.nodes) {
      const condition = isIf(node) ? factOf(frozen.valueId(node.inputs[0]) ?? ABSENT)?.data?.[0] : undefined;
      const branch = node.attributes.get(condition ? 'then_branch' : 'else_branch');
      if (typeof condition === 'number' && branch?.type === 'graph') {
        const before = nodes.length;
        this.addBranch(node, branch.value, nodes);
        if (node.outputs.some((name) => this.inside.has(name))) this.noteInside(nodes, before);
        isChanged = true;
      } else nodes.push(node);
    }
    if (isChanged) this.graph.nodes = nodes;
    return isChanged;
  }

  protected noteInside(nodes: readonly MutableNode[], from: number): void {
    for (const { outputs } of nodes.slice(from)) for (const name of outputs) this.inside.add(name);
  }

  /** Leaves out what bodies compute for outputs that no call takes. Nodes of the file's own graph stay. */
  dropUnread(): void {
    if (this.added.size === 0) return;
    const read = new Set(this.graph.outputs.map((d) => d.name));
    const isRead = (node: MutableNode) => !this.added.has(node) || node.outputs.some((v) => read.has(v));
    const kept: MutableNode[] = [];
    for (const node of this.graph.nodes.reverse()) {
      if (!isRead(node)) continue;
      kept.push(node);
      for (const v of [...node.inputs, ...capturedNames(node)]) read.add(v);
    }
    this.graph.nodes = kept.reverse();
  }

  private addBranch(node: MutableNode, branch: Graph, nodes: MutableNode[]): void {
    const body = branch.toMutable();
    const scope = new Scope('', undefined, this.root);
    const copies = this.bindOutputs(
      body,
      body.outputs.map((d) => d.name),
      node.outputs,
      scope,
    );
    for (const [name, tensor] of body.initializers) {
      if (!scope.has(name)) scope.set(name, this.graph.freshName(name));
      this.graph.addInitializer(retitled(tensor, scope.get(name)));
    }
    this.addBody(body, scope, nodes, 0);
    nodes.push(...copies());
  }

  /** Adds a node as it is in the flat graph: names and attributes resolved, a call replaced by the function's body. */
  private add(node: MutableNode, scope: Scope, nodes: MutableNode[], depth: number): void {
    const attributes = this.resolved(node.attributes, scope, depth);
    const inputs = scope === this.root ? node.inputs : node.inputs.map((v) => scope.get(v));
    const outputs = scope === this.root ? node.outputs : node.outputs.map((v) => scope.get(v));
    const called = this.calls.calledBy(node);
    if (called !== undefined && this.isExpanded(called, depth)) {
      const prefix = this.prefix(node, scope);
      this.addCall(called, { ...node, inputs, outputs, attributes }, prefix, nodes, depth);
    } else if (attributes === node.attributes && scope === this.root) {
      nodes.push(node);
    } else {
      const copy = { ...node, name: scope.prefix === '' ? node.name : '', inputs, outputs, attributes };
      if (scope !== this.root) this.added.add(copy);
      nodes.push(copy);
    }
  }

  private isExpanded(called: ModelFunction, depth: number): boolean {
    if (this.calls.isRecursive(called)) this.leavesCalls = true;
    else if (depth >= MAX_DEPTH) this.isTooDeep = true;
    else return true;
    return false;
  }

  private addCall(called: ModelFunction, call: MutableNode, prefix: string, nodes: MutableNode[], depth: number): void {
    const inner = new Scope(prefix, new Map([...(called.defaults ?? []), ...call.attributes]));
    called.inputs.forEach((name, i) => inner.set(name, call.inputs[i] ?? ''));
    const body = this.bodyOf(called);
    const copies = this.bindOutputs(body, called.outputs, call.outputs, inner);
    this.addBody(body, inner, nodes, depth + 1);
    nodes.push(...copies());
    for (const [domain, version] of body.opsets)
      if (!this.graph.opsets.has(domain)) this.graph.opsets.set(domain, version);
  }

  /**
   * Gives the values that a body hands out the names that they have outside. What it hands out twice, or hands on, is copied:
   * the nodes that do so come after the body.
   */
  private bindOutputs(
    body: MutableGraph,
    names: readonly string[],
    outside: readonly string[],
    scope: Scope,
  ): () => MutableNode[] {
    const computed = new Set([...body.nodes.flatMap((n) => n.outputs), ...body.initializers.keys()]);
    const copied: [string, string][] = [];
    names.forEach((name, i) => {
      const wanted = outside[i] ?? '';
      if (wanted === '') return;
      if (computed.has(name) && !scope.has(name)) scope.set(name, wanted);
      else copied.push([name, wanted]);
    });
    return () =>
      copied
        .map(([name, wanted]) => this.graph.makeNode('Identity', [scope.get(name)], {}, { outputs: [wanted] }))
        .filter((n) => n.inputs[0] !== '');
  }

  /** Adds the nodes of a body, with names for what they compute. */
  protected addBody(body: MutableGraph, scope: Scope, nodes: MutableNode[], depth: number): void {
    this.nameValues(body, scope);
    for (const [name, type] of body.valueTypes) {
      const meaning = scope.get(name);
      if (!this.graph.valueTypes.has(meaning)) this.graph.valueTypes.set(meaning, withoutSymbols(type));
    }
    for (const node of body.nodes) this.add(node, scope, nodes, depth);
  }

  /** Names for the values that the nodes of a body compute. */
  private nameValues(body: MutableGraph, scope: Scope): void {
    for (const { outputs } of body.nodes) {
      for (const name of outputs) {
        if (name !== '' && !scope.has(name)) scope.set(name, this.graph.freshName(scope.prefix + name));
      }
    }
  }

  /** The call's own name or that of the value it computes, whichever says it more shortly, behind where the call stands. */
  private prefix({ name, opType, outputs }: MutableNode, { prefix }: Scope): string {
    const titles = [name, ...outputs.slice(0, 1), opType].filter((t) => t !== '');
    const title = titles.slice(0, 2).reduce((a, b) => (b.length < a.length ? b : a), titles[0] ?? '');
    const longer = `${prefix}${title}/`;
    return longer.length > LONGEST_PREFIX && prefix !== '' ? prefix : longer.slice(0, LONGEST_PREFIX);
  }

  private bodyOf(f: ModelFunction): MutableGraph {
    let body = this.bodies.get(f);
    if (body === undefined) this.bodies.set(f, (body = f.body.toMutable()));
    return body;
  }

  /** The attributes as they are at this place; the same map where nothing changes. */
  private resolved(attributes: ReadonlyMap<string, Attribute>, scope: Scope, depth: number): Map<string, Attribute> {
    const result = new Map<string, Attribute>();
    let isSame = true;
    for (const [name, a] of attributes) {
      const meaning = this.meaning(a, scope, depth);
      isSame &&= meaning === a;
      if (meaning !== undefined) result.set(name, meaning);
    }
    return isSame ? (attributes as Map<string, Attribute>) : result;
  }

  /** Undefined for what refers to an attribute that the call leaves out. */
  private meaning(a: Attribute, scope: Scope, depth: number): Attribute | undefined {
    if (a.type === 'reference') return scope.attributes === undefined ? a : scope.attributes.get(a.value);
    if (a.type === 'graph') {
      const inner = this.subgraph(a.value, scope, depth);
      return inner === a.value ? a : { ...a, value: inner };
    }
    if (a.type !== 'graphs') return a;
    const inner = a.value.map((g) => this.subgraph(g, scope, depth));
    return inner.every((g, i) => g === a.value[i]) ? a : { ...a, value: inner };
  }

  /** A graph inside the flat one, calls expanded. Its own values are renamed in a function, which may be called again. */
  private subgraph(graph: Graph, scope: Scope, depth: number): Graph {
    if (scope === this.root && !this.calls.callsFrom(graph)) return graph;
    if (depth >= MAX_DEPTH) {
      this.isTooDeep = true;
      return graph;
    }
    const body = graph.toMutable();
    const inner = new Scope(scope.prefix, scope.attributes, scope);
    const rename = (name: string) => {
      if (!inner.has(name)) inner.set(name, scope.prefix === '' ? name : this.graph.freshName(scope.prefix + name));
      return inner.get(name);
    };
    const result = new MutableGraph();
    result.name = body.name;
    result.opsets = body.opsets;
    result.inputs = body.inputs.map((d) => ({ ...d, name: rename(d.name) }));
    for (const [name, tensor] of body.initializers) result.addInitializer(retitled(tensor, rename(name)));
    for (const { outputs } of body.nodes) for (const name of outputs) if (name !== '') rename(name);
    for (const node of body.nodes) this.add(node, inner, result.nodes, depth + 1);
    result.outputs = body.outputs.map((d) => ({ ...d, name: inner.get(d.name) }));
    return result.freeze();
  }
}
