import type { Layer } from '../../layers/layerView';
import { say } from '../../texts/say';
import { editEach, LeaveAlone, type FixReport } from '../editReport';
import type { LayersEditor } from './layersEditor';

/** A batch norm that keeps statistics along another axis than the channels. */
export interface MisplacedAxis {
  readonly norm: Layer;
  /** The convolution whose channels it should normalize. */
  readonly convolution: Layer;
  /** Their axis in the file's layout. */
  readonly axis: number;
}

/**
 * Sets the axis of batch norms to the channels. What they learnt belongs to another axis: scale and shift, mean and variance
 * start anew as 1 and 0, 0 and 1, as in a new layer.
 */
export function setNormAxes(editor: LayersEditor, norms: readonly MisplacedAxis[]): Promise<FixReport> {
  return editEach(
    norms,
    ({ norm }) => ({ layer: norm, result: norm }),
    async ({ norm, convolution, axis }) => {
      const stated = editor.statedOf(norm);
      const channels = convolution.linear?.channels;
      if (stated.className !== 'BatchNormalization' || channels === undefined)
        throw new LeaveAlone(say`how many channels ${convolution.id} has is not known`);
      const { axis: former, scale, center } = stated.definition.config;
      const fresh: [name: string, value: number][] = [
        ...(scale === false ? [] : [['gamma', 1] satisfies [string, number]]),
        ...(center === false ? [] : [['beta', 0] satisfies [string, number]]),
        ['moving_mean', 0],
        ['moving_variance', 1],
      ];
      for (const [name] of fresh) await editor.numbers(stated, name);
      editor.set(stated, 'axis', Array.isArray(former) ? `[${axis}]` : String(axis));
      for (const [name, value] of fresh)
        editor.change(stated, name, [channels], new Float32Array(channels).fill(value));
    },
  );
}
