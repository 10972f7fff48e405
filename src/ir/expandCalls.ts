import { count, say } from '../texts/say';
import { CallGraph } from './callGraph';
import { changedModel } from './changedModel';
import { Expansion, isIf, MAX_DEPTH } from './expansion';
import type { Graph } from './graph';
import type { Model, Problem } from './model';

/** Nodes that the calls of a file may be expanded to: dozens of times what real files need, seconds of work. */
export const MOST_NODES = 2 ** 20;

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

/** A copy with other parts, and further problems. */
function changed(model: Model, parts: Pick<Model, 'problems'> & Partial<Model>): Model {
  return changedModel(model, { ...parts, problems: [...model.problems, ...parts.problems] });
}

function tooLarge(size: number): Problem {
  const message =
    size < Number.MAX_SAFE_INTEGER
      ? say`the functions of the model would expand to ${count(size, 'node')}: they are shown as calls, their bodies are not looked into`
      : say`the functions of the model would expand to more nodes than can be counted: they are shown as calls, their bodies are not looked into`;
  return { code: 'too-large', message };
}

function tooDeep(): Problem {
  const message = say`functions call each other more than ${MAX_DEPTH} deep: what lies deeper is shown as calls`;
  return { code: 'nested-functions', message };
}

function hasIf(graph: Graph): boolean {
  for (let i = 0; i < graph.nodeCount; i++) if (isIf(graph.node(i))) return true;
  return false;
}
