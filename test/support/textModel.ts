import type { Graph } from '../../src/ir/graph';
import type { Model } from '../../src/ir/model';
import { parseGraph } from '../../src/ir/textForm';

/** A model around a graph in the textual syntax, for what works on models. */
export function textModel(text: string, facts: Partial<Model> = {}): Model {
  return modelOf(parseGraph(text), facts);
}

export function modelOf(graph: Graph, facts: Partial<Model> = {}): Model {
  return {
    format: 'onnx',
    producer: 'test',
    opsets: graph.opsets,
    graph,
    functions: [],
    metadata: new Map(),
    nodeCount: graph.nodeCount,
    parameterCount: 0,
    weights: 'present',
    purpose: 'inference',
    problems: [],
    graphHash: '',
    ...facts,
  };
}
