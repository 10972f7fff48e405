import { say } from '../../texts/say';
import type { RedundantBias } from '../dropBiases';
import { editEach, LeaveAlone, type FixReport } from '../editReport';
import type { LayersEditor } from './layersEditor';
import { linearClasses } from './linearClasses';

/** Drops biases that the batch norm behind them removes, whose moving mean is lowered by them: `dropBiases` in the file's own terms. */
export function dropLayerBiases(editor: LayersEditor, biases: readonly RedundantBias[]): Promise<FixReport> {
  return editEach(
    biases,
    (bias) => ({ layer: bias.linear, result: bias.norm }),
    async (redundant) => {
      const [linear, norm] = [editor.statedOf(redundant.linear), editor.statedOf(redundant.norm)];
      if (!linearClasses.has(linear.className) || norm.className !== 'BatchNormalization')
        throw new LeaveAlone(say`a ${linear.className} before a ${norm.className} is not edited`);
      const bias = await editor.numbers(linear, 'bias');
      const mean = await editor.numbers(norm, 'moving_mean', bias.values.length);
      const lowered = mean.values.map((m, c) => m - bias.values[c]);
      editor.set(linear, 'use_bias', 'false');
      editor.removeWeight(linear, 'bias');
      editor.change(norm, 'moving_mean', mean.dims, lowered);
    },
  );
}
