import type { Attribute } from './attribute';
import { CallGraph } from './callGraph';
import { changedModel } from './changedModel';
import { ABSENT, type Graph, type Node } from './graph';
import type { Fact } from './inference/inferenceNode';
import { inferFacts } from './inferTypes';
import { entryTypes, typeOfFact, withoutSymbols } from './loopTypes';
import type { Model, ModelFunction, Problem } from './model';
import { capturedNames, MutableGraph, type MutableNode } from './mutableGraph';
import { retitled } from './tensor';

/** Nodes that the calls of a file may be expanded to: dozens of times what real files need, seconds of work. */
export const MOST_NODES = 2 ** 20;

/** Functions that call each other in a row, and graphs inside graphs. */
const MAX_DEPTH = 64;

/** Nodes that are looked at, all rounds together, to find the Ifs inside of Ifs. */
const MOST_LOOKED_AT = 2 ** 22;

/** What is put before a name says where it comes from; behind that, numbers tell names apart. */
const LONGEST_PREFIX = 200;

/**
 * The model as one flat graph: a call of a model-local function is replaced by the nodes of its body, and an If whose condition
 * does not depend on the inputs' numbers by its branch. Values that the graph has keep their names. Those of a body get the name
 * of the value, or of the node, that calls for them before their own: `layer1/conv_out`; nodes of bodies are known by what they
 * compute. Origins are kept. The model itself stays as it was read; where there is nothing to expand, it is returned.
 *
 * Functions that call themselves stay calls (readers report them), and so do all functions when there would be more than
 * `MOST_NODES` nodes, which is counted before anything is built.
 */
export function expandCalls(model: Model): Model {
  const calls = new CallGraph(model.functions, MAX_DEPTH);
  const problems: Problem[] = [];
  const isCalling = calls.callsFrom(model.graph);
  const size = isCalling ? calls.sizeOf(model.graph) : 0;
  if (size > MOST_NODES) problems.push(tooLarge(size));
  const expands = isCalling && size <= MOST_NODES;
  if (!expands && !hasIf(model.graph)) return problems.length > 0 ? changed(model, { problems }) : model;

  const expansion = new Expansion(model.graph, calls);
  if (expands) expansion.expandFunctions();
  expansion.replaceInside(() => expansion.chooseBranches());
  expansion.dropUnread();
  if (!expansion.isChanged) return problems.length > 0 ? changed(model, { problems }) : model;
  if (expansion.isTooDeep) problems.push(tooDeep());
  const isFlat = expands && !expansion.leavesCalls && !expansion.isTooDeep;
  return changed(model, {
    graph: expansion.graph.freeze(),
    functions: isFlat ? [] : model.functions,
    problems,
  });
}

/** A model whose loops are opened (see `openBodies`). */
export interface OpenedModel {
  readonly model: Model;
  /** Names of the values that are computed inside of loops. */
  readonly inside: ReadonlySet<string>;
}

/**
 * The model with the bodies of Loop and Scan beside the nodes around them, for those who look for layers and do not run it: what the
 * loop hands to its body comes from nowhere (an Identity of nothing), and the loop, now without a body, reads what the body gives
 * out. The layers in a loop are thus parted from those around it, since one turn follows another; what they read directly of the
 * graph around them stays connected. Names of values get the name of the loop before them. Branches whose condition is known are
 * chosen inside as well.
 *
 * @param model with its calls expanded
 */
export function openBodies(model: Model): OpenedModel {
  if (!some(model.graph, isLoop)) return { model, inside: new Set() };
  const expansion = new Expansion(model.graph, new CallGraph([], MAX_DEPTH));
  expansion.replaceInside(() => {
    const opened = expansion.openLoops();
    return expansion.chooseBranches() || opened;
  });
  if (!expansion.isChanged) return { model, inside: new Set() };
  return { model: changed(model, { graph: expansion.graph.freeze(), problems: [] }), inside: expansion.inside };
}

/** A copy with other parts, and further problems. */
function changed(model: Model, parts: Pick<Model, 'problems'> & Partial<Model>): Model {
  return changedModel(model, { ...parts, problems: [...model.problems, ...parts.problems] });
}

function tooLarge(size: number): Problem {
  const nodes = size < Number.MAX_SAFE_INTEGER ? `${size} nodes` : 'more nodes than can be counted';
  const message = `the functions of the model would expand to ${nodes}: they are shown as calls, their bodies are not looked into`;
  return { code: 'too-large', message };
}

function tooDeep(): Problem {
  const message = `functions call each other more than ${MAX_DEPTH} deep: what lies deeper is shown as calls`;
  return { code: 'nested-functions', message };
}

function hasIf(graph: Graph): boolean {
  return some(graph, isIf);
}

function some(graph: Graph, test: (node: Node) => boolean): boolean {
  for (let i = 0; i < graph.nodeCount; i++) if (test(graph.node(i))) return true;
  return false;
}

function isLoop({ opType, domain }: { readonly opType: string; readonly domain: string }): boolean {
  return (opType === 'Loop' || opType === 'Scan') && domain === '';
}

function isIf({ opType, domain }: { readonly opType: string; readonly domain: string }): boolean {
  return opType === 'If' && domain === '';
}

/** What names and attributes mean at one place: in the graph, in one call of a function, in a graph inside one of these. */
class Scope {
  private readonly names = new Map<string, string>();

  constructor(
    /** What comes before names that are made up here. */
    readonly prefix: string,
    /** What the call gives the attributes of its function; undefined where nothing refers to any. */
    readonly attributes: ReadonlyMap<string, Attribute> | undefined,
    private readonly outer?: Scope,
  ) {}

  has(name: string): boolean {
    return this.names.has(name);
  }

  set(name: string, meaning: string): void {
    this.names.set(name, meaning);
  }

  /** The name in the flat graph. What a function reads and does not define is not the value of that name outside. */
  get(name: string): string {
    if (name === '') return '';
    return this.names.get(name) ?? this.outer?.get(name) ?? this.prefix + name;
  }
}

class Expansion {
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
  private readonly root = new Scope('', undefined);

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

  /** Puts the nodes of each loop's body before it; false when there is none. */
  openLoops(): boolean {
    const body = (node: MutableNode) => (isLoop(node) ? node.attributes.get('body') : undefined);
    if (!this.graph.nodes.some((node) => body(node)?.type === 'graph')) return false;
    const frozen = this.graph.freeze();
    const factOf = inferFacts(frozen);
    const typeOf = (name: string) => factOf(frozen.valueId(name) ?? ABSENT);
    const nodes: MutableNode[] = [];
    for (const node of this.graph.nodes) {
      const inner = body(node);
      if (inner?.type === 'graph') this.addLoop(node, inner.value, typeOf, nodes);
      else nodes.push(node);
    }
    this.graph.nodes = nodes;
    return true;
  }

  private addLoop(
    node: MutableNode,
    graph: Graph,
    typeOf: (name: string) => Fact | undefined,
    nodes: MutableNode[],
  ): void {
    const body = graph.toMutable();
    // values of formats that were lowered have names of their own
    const isNamed = body.nodes.every((n) => n.origin !== undefined || n.opType === 'Constant');
    const title = node.name || node.outputs[0] || node.opType;
    const scope = new Scope(isNamed ? '' : `${title.slice(0, LONGEST_PREFIX)}/`, undefined, this.root);
    const entries = entryTypes(node, typeOf);
    body.inputs.forEach(({ name, type }, i) => {
      const own = this.graph.freshName(scope.prefix + name);
      scope.set(name, own);
      const known = type.shape === undefined ? (entries[i] ?? type) : withoutSymbols(type);
      if (known.kind !== 'unknown') this.graph.valueTypes.set(own, known);
      nodes.push(this.graph.makeNode('Identity', [], {}, { outputs: [own] }));
    });
    for (const [name, tensor] of body.initializers) {
      if (!scope.has(name)) scope.set(name, this.graph.freshName(scope.prefix + name));
      this.graph.addInitializer(retitled(tensor, scope.get(name)));
    }
    const before = nodes.length;
    this.addBody(body, scope, nodes, 0);
    this.noteInside(nodes, before);
    for (const name of node.outputs) {
      const type = typeOf(name);
      if (type !== undefined && !this.graph.valueTypes.has(name)) this.graph.valueTypes.set(name, typeOfFact(type));
    }
    const attributes = new Map([...node.attributes].filter(([name]) => name !== 'body'));
    const results = body.outputs.map((d) => scope.get(d.name));
    nodes.push({ ...node, inputs: [...node.inputs, ...results], attributes });
  }

  private noteInside(nodes: readonly MutableNode[], from: number): void {
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

  private addBody(body: MutableGraph, scope: Scope, nodes: MutableNode[], depth: number): void {
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
