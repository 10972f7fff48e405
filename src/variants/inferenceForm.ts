import { attribute } from '../ir/attribute';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import { floatsAtHand } from '../ir/tensorValues';
import type { Layer } from '../layers/layerView';
import { say } from '../texts/say';
import { ConstantEditor } from './constantEditor';
import { editEach, LeaveAlone, type FixReport } from './editReport';
import { intOf } from './opset18/conversion';

/**
 * Gives batch norms that were left in training mode the form of inference, in place: they use the running statistics of the
 * file, in the terms of the file's opset (`training_mode` from 14 on, one output from 7 on, `is_test` before). Running
 * statistics that the graph gives out become those of the file. Dropouts that were left in training mode beside them hand
 * their input on as well.
 *
 * @param graph as it was when the layers were recognized in it
 * @param norms batch norms in training form
 */
export async function toInferenceForm(graph: MutableGraph, norms: readonly Layer[]): Promise<FixReport> {
  const editor = new ConstantEditor(graph);
  const { nodes } = graph;
  const opset = graph.opsets.get('') ?? 1;
  const report = await editEach(
    norms,
    (norm) => ({ layer: norm, result: norm }),
    (norm) => batchNormalization(nodes[norm.nodes[0]], opset, editor),
  );
  for (const node of nodes) if (node.opType === 'Dropout' && node.domain === '') dropout(node, opset, editor);
  editor.finish();
  return report;
}

/** BatchNormalization 1 to 15: Y, then running mean and variance, then (7 to 13) the saved statistics of the batch. */
function batchNormalization(node: MutableNode, opset: number, editor: ConstantEditor): void {
  const [output, mean, variance, ...saved] = node.outputs;
  if (saved.some((name) => editor.readersOf(name) > 0))
    throw new LeaveAlone(say`the statistics of the batch that it gives out are read`);
  node.attributes.delete('training_mode');
  if (opset < 7) node.attributes.set('is_test', attribute.int(1));
  node.outputs = [output];
  for (const name of saved) editor.graph.valueTypes.delete(name);
  [mean, variance].forEach((name, i) => {
    if (!name) return;
    if (editor.readersOf(name) === 0) return void editor.graph.valueTypes.delete(name);
    const options = { outputs: [name], origin: node.origin };
    editor.insertAfter(node, editor.graph.makeNode('Identity', [node.inputs[3 + i]], {}, options));
  });
}

/** Dropout 12 (`training_mode` is its third input) and up to 6 (`is_test`); in between there is no training form. */
function dropout(node: MutableNode, opset: number, editor: ConstantEditor): void {
  if (opset < 7 && intOf(node, 'is_test') === 0) node.attributes.set('is_test', attribute.int(1));
  if (floatsAtHand(editor.constant(node.inputs[2] ?? ''))?.[0] === 1) editor.setInput(node, 2, '');
}
