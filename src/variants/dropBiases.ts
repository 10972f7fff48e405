import type { MutableGraph } from '../ir/mutableGraph';
import type { Layer } from '../layers/layerView';
import { say } from '../texts/say';
import { ConstantEditor } from './constantEditor';
import { editEach, LeaveAlone, type FixReport } from './editReport';
import { LinearNode } from './linearNode';

/** A linear layer and the norm that takes its bias out again. */
export interface RedundantBias {
  readonly linear: Layer;
  readonly norm: Layer;
}

/** Running mean among the inputs of BatchNormalization. */
const MEAN = 3;

/**
 * Drops biases that the batch norm or instance norm behind them removes (rules/redundantBias.ts finds them), in place. A batch
 * norm's running mean is lowered by the bias, so that inference stays the same; an instance norm subtracts the mean of what it
 * is given.
 *
 * @param graph as it was when the layers were recognized in it
 */
export async function dropBiases(graph: MutableGraph, biases: readonly RedundantBias[]): Promise<FixReport> {
  const editor = new ConstantEditor(graph);
  const { nodes } = graph;
  const report = await editEach(
    biases,
    ({ linear, norm }) => ({ layer: linear, result: norm }),
    async ({ linear, norm }) => {
      const layer = LinearNode.of(linear, nodes, editor);
      if (norm.norm!.type === 'instance') return layer.dropBias();
      const node = nodes[norm.nodes[0]];
      if (node.opType !== 'BatchNormalization' || node.domain !== '')
        throw new LeaveAlone(say`${norm.id}, which follows it, is no BatchNormalization of its own`);
      if (node.outputs.slice(1).some((o) => editor.readersOf(o) > 0))
        throw new LeaveAlone(say`the statistics that ${norm.id} gives out would change`);
      const channels = norm.norm!.channels!;
      const [mean, stored] = [await editor.perChannel(node.inputs[MEAN], channels), editor.constant(node.inputs[MEAN])];
      const bias = await layer.bias(channels);
      if (mean === undefined || bias === undefined)
        throw new LeaveAlone(say`the file does not hold the running mean of ${norm.id}`);
      layer.dropBias();
      const values = Float64Array.from(mean, (m, c) => m - bias[c]);
      editor.setNumbers(node, MEAN, { dtype: stored?.dtype ?? 'float32', dims: [channels], values }, 'mean');
    },
  );
  editor.finish();
  return report;
}
