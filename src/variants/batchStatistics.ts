import type { MutableGraph } from '../ir/mutableGraph';
import { BATCH_NORMALIZATION_TRAINING, PRIVATE_DOMAIN } from '../ir/privateOperators';
import { lowerPrivateOperators } from './lowerPrivate';
import { Rewriter } from './rewriter';

/**
 * Writes the batch norms that compute one of these values out in operators that take the statistics of their batch, in place: what
 * a node in training mode does. ONNX Runtime's own training form is not run: it writes into its inputs. Running statistics that
 * they gave out are outputs of the graph no more.
 * @param graph of opset 18
 */
export function useBatchStatistics(graph: MutableGraph, values: ReadonlySet<string>): void {
  const rewriter = new Rewriter(graph);
  rewriter.run((node) => {
    if (node.opType !== 'BatchNormalization' || node.domain !== '' || !values.has(node.outputs[0])) return false;
    const statistics = new Set(node.outputs.slice(1));
    graph.outputs = graph.outputs.filter(({ name }) => !statistics.has(name));
    const epsilon = node.attributes.get('epsilon');
    rewriter.addNode(BATCH_NORMALIZATION_TRAINING, node.inputs.slice(0, 3), epsilon ? { epsilon } : {}, {
      domain: PRIVATE_DOMAIN,
      outputs: [node.outputs[0], '', '', ''],
    });
    return true;
  });
  lowerPrivateOperators(graph);
}
