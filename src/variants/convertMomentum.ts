import { attribute } from '../ir/attribute';
import type { MutableGraph } from '../ir/mutableGraph';
import type { Layer } from '../layers/layerView';
import { say } from '../texts/say';
import { editEach, LeaveAlone, type FixReport } from './editReport';

/**
 * What takes the place of a momentum of 1, which never moves the running statistics. A cumulative average cannot be stated
 * in ONNX; 0.9 is the operator's default and PyTorch's usual 0.1 in its convention.
 */
export const MOMENTUM_FOR_CUMULATIVE = 0.9;

/** The weight of the old value for a momentum that was written as the weight of the new one. */
export function convertedMomentum(momentum: number): number {
  // without the digits that the subtraction of decimals leaves behind
  return momentum === 1 ? MOMENTUM_FOR_CUMULATIVE : Number((1 - momentum).toPrecision(7));
}

/**
 * Writes the momentum of batch norms in the convention of ONNX, in place: running = momentum * running + (1 - momentum) * batch.
 * Inference does not use it.
 *
 * @param graph as it was when the layers were recognized in it
 * @param norms batch norms whose momentum follows another convention (rules/momentum.ts finds them)
 */
export function convertMomentum(graph: MutableGraph, norms: readonly Layer[]): Promise<FixReport> {
  return editEach(
    norms,
    (norm) => ({ layer: norm, result: norm }),
    (layer) => {
      const node = graph.nodes[layer.nodes[0]];
      if (node.opType !== 'BatchNormalization') throw new LeaveAlone(say`it is no BatchNormalization of its own`);
      node.attributes.set('momentum', attribute.float(convertedMomentum(layer.norm!.momentum!)));
    },
  );
}
