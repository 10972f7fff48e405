import { say } from '../texts/say';
import type { ValueType } from './graph';
import { inferTypes } from './inferTypes';
import type { Problem } from './model';
import { capturedNames, type MutableGraph, type MutableNode } from './mutableGraph';
import { operatorComplaints } from './verifyOperators';

/**
 * What is wrong with a graph: values computed twice or never, read before they are computed, operators without what they
 * need, sizes and types that do not fit each other. A runtime finds much of this only when it runs, and names no node.
 * An empty list does not prove that the graph runs: what inference cannot see is not judged.
 *
 * @param types types of the values where the caller has them; else they are inferred
 */
export function verifyGraph(graph: MutableGraph, types: ReadonlyMap<string, ValueType> = inferTypes(graph)): Problem[] {
  return [...structureProblems(graph), ...operatorProblems(graph, types)];
}

function structureProblems(graph: MutableGraph): Problem[] {
  const problems: Problem[] = [];
  const defined = new Set<string>();
  const define = (name: string, node?: MutableNode) => {
    if (defined.has(name)) problems.push(problem('computed-twice', say`${name} is defined more than once`, node));
    defined.add(name);
  };
  for (const name of graph.initializers.keys()) define(name);
  for (const { name } of graph.inputs) define(name);
  const produced = new Set(graph.nodes.flatMap((node) => node.outputs));
  for (const node of graph.nodes) {
    for (const name of new Set([...node.inputs, ...capturedNames(node)])) {
      if (name === '' || defined.has(name)) continue;
      const problemCode = produced.has(name) ? 'read-before-computed' : 'undefined-value';
      const why = produced.has(name)
        ? say`reads ${name} before it is computed`
        : say`reads ${name}, which nothing computes`;
      problems.push(problem(problemCode, `${node.opType} ${why}`, node));
    }
    for (const name of node.outputs) if (name !== '') define(name, node);
  }
  for (const { name } of graph.outputs) {
    if (!defined.has(name)) problems.push(problem('undefined-value', say`nothing computes the output ${name}`));
  }
  return problems;
}

function operatorProblems(graph: MutableGraph, types: ReadonlyMap<string, ValueType>): Problem[] {
  const opset = graph.opsets.get('') ?? 1;
  return graph.nodes.flatMap((node) =>
    operatorComplaints(node, types, graph, opset).map((message) =>
      problem('operator', `${node.opType} ${message}`, node),
    ),
  );
}

function problem(code: string, message: string, node?: MutableNode): Problem {
  return { code, message, place: node && { node: node.name || node.outputs.find((o) => o !== '') || node.opType } };
}
