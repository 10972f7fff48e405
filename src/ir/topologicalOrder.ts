import { ABSENT, type Graph } from './graph';

export interface TopologicalOrder {
  /** All node indices, each after the nodes it reads from; as near to the graph's own order as that allows, nodes on a cycle last. */
  readonly order: Int32Array;
  /** Nodes that read, over some way, what they compute, and the nodes that depend on those; ascending. */
  readonly cyclic: readonly number[];
}

/** Kahn's algorithm with the smallest index first; what a node's subgraphs read counts as read by the node. */
export function topologicalOrder(graph: Graph): TopologicalOrder {
  const count = graph.nodeCount;
  const missing = new Int32Array(count);
  eachEdge(graph, (_, reader) => missing[reader]++);
  const ready = new IndexHeap(count);
  for (let i = 0; i < count; i++) if (missing[i] === 0) ready.push(i);
  const order = new Int32Array(count);
  const placed = new Uint8Array(count);
  let next = 0;
  while (ready.length > 0) {
    const node = ready.pop();
    order[next++] = node;
    placed[node] = 1;
    eachReader(graph, node, (reader) => {
      if (--missing[reader] === 0) ready.push(reader);
    });
  }
  const cyclic: number[] = [];
  for (let i = 0; i < count; i++) {
    if (placed[i]) continue;
    cyclic.push(i);
    order[next++] = i;
  }
  return { order, cyclic };
}

function eachEdge(graph: Graph, visit: (node: number, reader: number) => void): void {
  for (let i = 0; i < graph.nodeCount; i++) eachReader(graph, i, (reader) => visit(i, reader));
}

function eachReader(graph: Graph, node: number, visit: (reader: number) => void): void {
  for (const v of graph.node(node).outputs) {
    if (v === ABSENT || graph.producer(v) !== node) continue;
    for (const reader of graph.consumers(v)) visit(reader);
  }
}

/** A binary heap of node indices, smallest first. */
class IndexHeap {
  private readonly items: Int32Array;
  length = 0;

  constructor(capacity: number) {
    this.items = new Int32Array(capacity);
  }

  push(item: number): void {
    const { items } = this;
    let i = this.length++;
    for (let parent = (i - 1) >> 1; i > 0 && items[parent] > item; parent = (i - 1) >> 1) {
      items[i] = items[parent];
      i = parent;
    }
    items[i] = item;
  }

  pop(): number {
    const { items } = this;
    const smallest = items[0];
    const item = items[--this.length];
    let i = 0;
    for (let child = 1; child < this.length; child = 2 * i + 1) {
      if (child + 1 < this.length && items[child + 1] < items[child]) child++;
      if (items[child] >= item) break;
      items[i] = items[child];
      i = child;
    }
    items[i] = item;
    return smallest;
  }
}
