import { isFloat } from '../../ir/dataType';
import type { Graph } from '../../ir/graph';
import type { Model, ModelFunction } from '../../ir/model';
import { elementCount, type Tensor } from '../../ir/tensor';
import { say } from '../../texts/say';
import type { Problems } from './problems';
import type { GraphRecord } from './readContext';

/** Counts stay exact integers: a hostile file states or implies any number. */
const MOST = Number.MAX_SAFE_INTEGER;

export function functionKey(domain: string, name: string, overload: string): string {
  return `${domain}\n${name}\n${overload}`;
}

/**
 * Nodes of a graph with those of its subgraphs and, once per call, of the functions that it calls. Every body is counted once and
 * the count multiplied, so that functions that double at each level cost nothing.
 */
export function countNodes(
  graph: Graph,
  functions: readonly ModelFunction[],
  records: ReadonlyMap<Graph, GraphRecord>,
  problems: Problems,
): number {
  const bodies = new Map(functions.map((f) => [functionKey(f.domain, f.name, f.overload), f]));
  const totals = new Map<Graph, number>();
  const open = new Set<Graph>();
  // an explicit stack: functions may call each other in a chain of any length
  const stack: Graph[] = [graph];
  const parts = new Map<Graph, Graph[]>();
  while (stack.length > 0) {
    const current = stack[stack.length - 1];
    if (totals.has(current)) {
      stack.pop();
      continue;
    }
    let inner = parts.get(current);
    if (inner === undefined) {
      inner = [...(records.get(current)?.subgraphs ?? []), ...calledBodies(current, bodies)];
      parts.set(current, inner);
      open.add(current);
      for (const g of inner) if (!totals.has(g) && !open.has(g)) stack.push(g);
      continue;
    }
    let total = current.nodeCount;
    for (const g of inner) {
      const count = totals.get(g);
      if (count === undefined) reportRecursion(g, functions, problems);
      else total += count;
    }
    totals.set(current, Math.min(total, MOST));
    open.delete(current);
    stack.pop();
  }
  return totals.get(graph)!;
}

function reportRecursion(body: Graph, functions: readonly ModelFunction[], problems: Problems): void {
  const name = functions.find((f) => f.body === body)?.name ?? body.name;
  problems.add(
    'recursive-function',
    say`function ${name} calls itself, which ONNX does not allow; the inner call is left out`,
  );
}

function calledBodies(graph: Graph, bodies: ReadonlyMap<string, ModelFunction>): Graph[] {
  if (bodies.size === 0) return [];
  const called: Graph[] = [];
  for (const node of graph.nodes()) {
    const f = bodies.get(functionKey(node.domain, node.opType, node.overload));
    if (f) called.push(f.body);
  }
  return called;
}

export interface WeightCounts {
  readonly parameterCount: number;
  readonly weights: Model['weights'];
}

/** Float elements of the constants that nodes read, each stored tensor once; and whether the initializers have data. */
export function countWeights(records: Iterable<GraphRecord>): WeightCounts {
  let parameterCount = 0;
  let present = 0;
  let missing = 0;
  for (const { graph, constants, isRead } of records) {
    const count = (v: number): Tensor | undefined => {
      const tensor = graph.initializer(v);
      if (tensor && isFloat(tensor.dtype) && isRead(v))
        parameterCount = Math.min(MOST, parameterCount + Math.max(0, elementCount(tensor.dims)));
      return tensor;
    };
    const initializers = new Set(graph.initializers);
    for (const v of initializers) {
      if (count(v)?.location === 'missing') missing++;
      else present++;
    }
    for (const v of constants) if (!initializers.has(v)) count(v);
  }
  return { parameterCount, weights: missing === 0 ? 'present' : present === 0 ? 'missing' : 'partial' };
}
