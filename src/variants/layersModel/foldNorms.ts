import type { StatedLayer } from '../../formats/tfjs/statedLayers';
import { say } from '../../texts/say';
import { editEach, LeaveAlone, type FixReport } from '../editReport';
import type { BatchNormFold } from '../foldBatchNorms';
import type { LayersEditor } from './layersEditor';
import { linearClasses, type KernelLayout } from './linearClasses';

/** Keras' default. */
const EPSILON = 1e-3;
const PARAMETERS = ['gamma', 'beta', 'moving_mean', 'moving_variance'];

/**
 * Multiplies batch norms into the kernel and the bias of their neighbours, and takes them out: what `foldBatchNorms` does, in
 * the file's own layers and weights.
 */
export function foldNorms(editor: LayersEditor, folds: readonly BatchNormFold[]): Promise<FixReport> {
  return editEach(
    folds,
    ({ norm, linear, side }) => ({ layer: norm, result: side === 'before' ? norm : linear }),
    async (fold) => {
      const [norm, linear] = [editor.statedOf(fold.norm), editor.statedOf(fold.linear)];
      if (norm.className !== 'BatchNormalization' || fold.norm.norm?.outerScale !== undefined)
        throw new LeaveAlone(say`it is no BatchNormalization of its own`);
      const [first, second] = fold.side === 'before' ? [linear, norm] : [norm, linear];
      if (!editor.text.areNeighbours(first, second))
        throw new LeaveAlone(say`it and ${linear.path} are not alone beside each other in one model`);
      if (norm.model.kind === 'sequential' && norm.model.layers[0] === norm.definition)
        throw new LeaveAlone(say`it is the first layer, which states the shape of the input`);
      const { name, kernel, layout, bias } = await parametersOf(editor, linear);
      const channels = fold.side === 'before' ? layout.outputs : layout.inputs;
      if (channels === undefined) throw new LeaveAlone(say`the input channels of ${linear.path} are not in one kernel`);
      const { factor, addend } = await affineOf(editor, norm, channels);

      const values = new Float32Array(kernel.values.length);
      const shifted = Float64Array.from({ length: layout.outputs }, (_, c) => bias?.values[c] ?? 0);
      if (fold.side === 'before') {
        for (let i = 0; i < values.length; i++) values[i] = kernel.values[i] * factor[layout.outputOf(i)];
        for (let c = 0; c < shifted.length; c++) shifted[c] = shifted[c] * factor[c] + addend[c];
      } else {
        for (let i = 0; i < values.length; i++) {
          const input = layout.inputOf!(i);
          values[i] = kernel.values[i] * factor[input];
          shifted[layout.outputOf(i)] += kernel.values[i] * addend[input];
        }
      }
      const newBias = Float32Array.from(shifted);
      if (![values, newBias].every((v) => v.every(Number.isFinite)))
        throw new LeaveAlone(say`the folded weights would not be finite`);

      if (bias === undefined) {
        editor.set(linear, 'use_bias', 'true');
        editor.add(linear, 'bias', newBias, kernel);
      } else editor.change(linear, 'bias', bias.dims, newBias);
      editor.change(linear, name, kernel.dims, values);
      editor.remove(norm, PARAMETERS);
    },
  );
}

/** Kernel and bias of a linear layer. */
async function parametersOf(editor: LayersEditor, linear: StatedLayer) {
  const known = linearClasses.get(linear.className);
  if (known === undefined)
    throw new LeaveAlone(say`${linear.path} is a ${linear.className}, whose kernel is not edited`);
  const { groups, use_bias: usesBias } = linear.definition.config;
  const kernel = await editor.numbers(linear, known.kernel);
  if (kernel.dims.length < 2 || kernel.values.length === 0) throw new LeaveAlone(say`${kernel.name} is no kernel`);
  const layout: KernelLayout = known.layout(kernel.dims, typeof groups === 'number' ? groups : 1);
  const bias = await editor.weight(linear, 'bias');
  if (bias === undefined ? usesBias !== false : bias.values.length !== layout.outputs)
    throw new LeaveAlone(say`the file does not hold the bias of ${linear.path}`);
  return { name: known.kernel, kernel, layout, bias };
}

/** What a norm does to each channel in inference: factor * x + addend. */
async function affineOf(editor: LayersEditor, norm: StatedLayer, channels: number) {
  const { scale, center, epsilon } = norm.definition.config;
  const gamma = scale === false ? undefined : await editor.numbers(norm, 'gamma', channels);
  const beta = center === false ? undefined : await editor.numbers(norm, 'beta', channels);
  const mean = await editor.numbers(norm, 'moving_mean', channels);
  const variance = await editor.numbers(norm, 'moving_variance', channels);
  const added = typeof epsilon === 'number' ? epsilon : EPSILON;
  const factor = Float64Array.from(variance.values, (v, c) => (gamma?.values[c] ?? 1) / Math.sqrt(v + added));
  const addend = Float64Array.from(mean.values, (m, c) => (beta?.values[c] ?? 0) - m * factor[c]);
  return { factor, addend };
}
