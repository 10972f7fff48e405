import type { Graph, Node } from './graph';
import type { ModelFunction } from './model';
import type { MutableNode } from './mutableGraph';

/** Sizes stay exact integers: functions that double at each level make any number. */
const MOST = Number.MAX_SAFE_INTEGER;

/** What one body calls, its own nodes and those of the graphs inside counted. */
interface Body {
  readonly nodes: number;
  readonly called: readonly ModelFunction[];
}

/** The model-local functions of a file: which node calls which, and how large a graph becomes with its calls expanded. */
export class CallGraph {
  private readonly byKey = new Map<string, ModelFunction>();
  private readonly bodies = new Map<Graph, Body>();
  private readonly sizes = new Map<Graph, number>();
  private readonly recursive = new Set<ModelFunction>();

  /** @param maxDepth graphs inside graphs that are looked into */
  constructor(
    functions: readonly ModelFunction[],
    private readonly maxDepth: number,
  ) {
    for (const f of functions) this.byKey.set(key(f.domain, f.name, f.overload), f);
  }

  /** The function that a node calls. */
  calledBy({
    domain,
    opType,
    overload,
  }: Pick<MutableNode, 'domain' | 'opType' | 'overload'>): ModelFunction | undefined {
    return this.byKey.size === 0 ? undefined : this.byKey.get(key(domain, opType, overload ?? ''));
  }

  /** True for a function that calls itself over some way, once the size of a graph that leads to it has been asked for. */
  isRecursive(f: ModelFunction): boolean {
    return this.recursive.has(f);
  }

  /** True when a node of the graph, or of a graph inside it, calls a function. */
  callsFrom(graph: Graph): boolean {
    return this.byKey.size > 0 && this.bodyOf(graph).called.length > 0;
  }

  /**
   * Nodes of the graph with all calls expanded, graphs inside included. Every body is measured once; an explicit stack, since
   * functions may call each other in a chain of any length.
   */
  sizeOf(graph: Graph): number {
    const open = new Set<Graph>();
    const stack: Graph[] = [graph];
    while (stack.length > 0) {
      const current = stack[stack.length - 1];
      const { nodes, called } = this.bodyOf(current);
      if (this.sizes.has(current)) {
        stack.pop();
      } else if (!open.has(current)) {
        open.add(current);
        for (const f of called) {
          if (open.has(f.body)) this.recursive.add(f);
          else if (!this.sizes.has(f.body)) stack.push(f.body);
        }
      } else {
        this.sizes.set(current, this.total(nodes, called));
        open.delete(current);
        stack.pop();
      }
    }
    return this.sizes.get(graph)!;
  }

  private total(nodes: number, called: readonly ModelFunction[]): number {
    let size = nodes;
    // the node of the call makes way for the body
    for (const f of called) if (!this.recursive.has(f)) size = Math.min(MOST, size + this.sizes.get(f.body)! - 1);
    return size;
  }

  private bodyOf(graph: Graph): Body {
    let body = this.bodies.get(graph);
    if (body === undefined) this.bodies.set(graph, (body = this.read(graph)));
    return body;
  }

  private read(graph: Graph): Body {
    const called: ModelFunction[] = [];
    let nodes = 0;
    const open: [Graph, number][] = [[graph, 0]];
    while (open.length > 0) {
      const [g, depth] = open.pop()!;
      nodes += g.nodeCount;
      for (const node of g.nodes()) {
        const f = this.calledBy(node);
        if (f !== undefined) called.push(f);
        if (depth < this.maxDepth) for (const inner of subgraphsOf(node)) open.push([inner, depth + 1]);
      }
    }
    return { nodes, called };
  }
}

function key(domain: string, name: string, overload: string): string {
  return `${domain}\n${name}\n${overload}`;
}

function subgraphsOf(node: Node): readonly Graph[] {
  return node.attributeNames.flatMap((name) => {
    const a = node.attr(name);
    return a?.type === 'graph' ? [a.value] : a?.type === 'graphs' ? a.value : [];
  });
}
