import type { ValueType } from '../ir/graph';
import { inferTypes } from '../ir/inferTypes';
import type { MutableGraph } from '../ir/mutableGraph';
import { groupNormalization, instanceNormalization, layerNormalization, rmsNormalization } from './normForms';
import { Rewriter } from './rewriter';

const FORMS = {
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
};

export type DecomposableNorm = keyof typeof FORMS;

/**
 * Writes norms out in elementary operators, in place, so that their gradient follows from those operators'. Outputs keep
 * their names.
 * @param kinds which operators to write out; default those that have no gradient rule of their own
 * @param types types of the graph's values where the caller has them; ranks and element types are needed
 * @throws ModelError `unsupported`, naming the node, when the rank of a normalized value is not known
 */
export function decomposeNorms(
  graph: MutableGraph,
  kinds: readonly DecomposableNorm[] = ['InstanceNormalization', 'GroupNormalization'],
  types?: ReadonlyMap<string, ValueType>,
): void {
  const wanted = new Set<string>(kinds);
  if (!graph.nodes.some((node) => node.domain === '' && wanted.has(node.opType))) return;
  const known = types ?? inferTypes(graph);
  const rewriter = new Rewriter(graph);
  rewriter.run(
    (node) =>
      node.domain === '' && wanted.has(node.opType) && FORMS[node.opType as DecomposableNorm](node, rewriter, known),
  );
}
