import type { FunctionDefinition, GraphBody, NodeDefinition } from './graphDef';

/** Sizes stay exact integers: functions that double at each level make any number. */
const MOST = Number.MAX_SAFE_INTEGER;

/** Settings of nodes that name functions: of calls, of If and of While. */
const FUNCTION_SETTINGS = ['f', 'then_branch', 'else_branch', 'cond', 'body'] as const;
/** Operators that call them. */
const callers: ReadonlySet<string> = new Set(
  'PartitionedCall StatefulPartitionedCall If StatelessIf While StatelessWhile'.split(' '),
);

/** What a body comes to with its calls expanded. */
interface Extent {
  readonly nodes: number;
  /** Calls inside calls. */
  readonly height: number;
}

/** The functions of a graph model: which node calls which, and how large a body becomes with its calls expanded. */
export class FunctionLibrary {
  private readonly byName = new Map<string, FunctionDefinition>();
  private readonly extents = new Map<GraphBody, Extent>();
  private readonly recursive = new Set<GraphBody>();

  get all(): Iterable<FunctionDefinition> {
    return this.byName.values();
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  add(f: FunctionDefinition): void {
    this.byName.set(f.name, f);
  }

  get(name: string): FunctionDefinition | undefined {
    return this.byName.get(name);
  }

  /** The functions that a node names, each as often as it does. */
  calledBy({ op, settings }: NodeDefinition): FunctionDefinition[] {
    const direct = this.byName.get(op);
    if (direct !== undefined) return [direct];
    if (!callers.has(op)) return [];
    return FUNCTION_SETTINGS.map((key) => settings[key])
      .map((name) => (typeof name === 'string' ? this.byName.get(name) : undefined))
      .filter((f) => f !== undefined);
  }

  /** True for a function that calls itself over some way, once the extent of a body that leads to it has been asked for. */
  isRecursive(f: FunctionDefinition): boolean {
    return this.recursive.has(f);
  }

  /** Every body is measured once; an explicit stack, since functions may call each other in a chain of any length. */
  extentOf(body: GraphBody): Extent {
    const called = new Map<GraphBody, readonly FunctionDefinition[]>();
    const open = new Set<GraphBody>();
    const stack: GraphBody[] = [body];
    while (stack.length > 0) {
      const current = stack[stack.length - 1];
      if (this.extents.has(current)) {
        stack.pop();
      } else if (!open.has(current)) {
        open.add(current);
        const inner = current.nodes.flatMap((n) => this.calledBy(n));
        called.set(current, inner);
        for (const f of inner) {
          if (open.has(f)) this.recursive.add(f);
          else if (!this.extents.has(f)) stack.push(f);
        }
      } else {
        this.extents.set(current, this.total(current, called.get(current)!));
        open.delete(current);
        stack.pop();
      }
    }
    return this.extents.get(body)!;
  }

  private total(body: GraphBody, called: readonly FunctionDefinition[]): Extent {
    let nodes = body.nodes.length;
    let height = 0;
    for (const f of called) {
      const extent = this.recursive.has(f) ? undefined : this.extents.get(f);
      if (extent === undefined) continue;
      nodes = Math.min(MOST, nodes + extent.nodes);
      height = Math.max(height, extent.height + 1);
    }
    return { nodes, height };
  }
}
