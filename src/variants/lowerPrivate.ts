import { attribute } from '../ir/attribute';
import type { DataType } from '../ir/dataType';
import type { Dim, ValueType } from '../ir/graph';
import { inferTypes } from '../ir/inferTypes';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import { ModelError } from '../ir/errors';
import { BATCH_NORMALIZATION_TRAINING, PRIVATE_DOMAIN, ROUND_STRAIGHT_THROUGH } from '../ir/privateOperators';
import { reductionStages } from '../ir/reductionStages';
import { say } from '../texts/say';
import { Rewriter } from './rewriter';

/**
 * Expands NormScope's private operators into standard ones of opset 18, in place: the last pass before a graph is run.
 * @param types types of the graph's values where the caller has them; ranks are all that is needed
 * @throws ModelError `unsupported` when the rank of a normalized value is not known
 */
export function lowerPrivateOperators(graph: MutableGraph, types?: ReadonlyMap<string, ValueType>): void {
  if (!graph.nodes.some((node) => node.domain === PRIVATE_DOMAIN)) return;
  const known = types ?? inferTypes(graph);
  const rewriter = new Rewriter(graph);
  rewriter.run((node) => {
    if (node.domain !== PRIVATE_DOMAIN) return false;
    if (node.opType === ROUND_STRAIGHT_THROUGH) {
      rewriter.add('Round', node.inputs, {}, node.outputs[0]);
      return true;
    }
    if (node.opType !== BATCH_NORMALIZATION_TRAINING)
      throw new ModelError('unsupported', say`there is no form in standard operators for ${node.opType}`);
    const type = known.get(node.inputs[0]);
    if (type?.shape === undefined)
      throw new ModelError('unsupported', say`the rank of ${node.inputs[0]} is not known, so it cannot be normalized`, {
        node: node.name || node.outputs[0],
      });
    batchNormalizationTraining(rewriter, node, type.shape, type.dtype);
    return true;
  });
  graph.opsets.delete(PRIVATE_DOMAIN);
}

/**
 * Centred: the mean of squares minus the square of the mean would cancel where the mean is large against the deviation.
 * The statistics then go into the runtime's BatchNormalization, which scales and shifts in one pass over the data.
 */
function batchNormalizationTraining(
  rewriter: Rewriter,
  node: MutableNode,
  shape: readonly Dim[],
  dtype?: DataType,
): void {
  const [x, scale, shift] = node.inputs;
  const [output, meanOutput, varianceOutput, inverseOutput, centredOutput] = node.outputs;
  const a = node.attributes.get('epsilon');
  const epsilon = a?.type === 'float' ? a.value : 1e-5;
  const averaged = shape.map((_, i) => i).filter((i) => i !== 1);
  const stages = reductionStages(averaged, shape);
  const channelMean = (v: string, output?: string) =>
    stages.reduce((mean, axes, i) => {
      const name = i === stages.length - 1 ? output : undefined;
      return rewriter.add('ReduceMean', [mean, rewriter.ints(axes)], { keepdims: attribute.int(0) }, name);
    }, v);
  const mean = channelMean(x, meanOutput || undefined);
  const wide =
    shape.length === 2 ? mean : rewriter.add('Unsqueeze', [mean, rewriter.ints(averaged.slice(1).map((i) => i - 1))]);
  const centred = rewriter.add('Sub', [x, wide], {}, centredOutput || undefined);
  const variance = channelMean(rewriter.add('Mul', [centred, centred]), varianceOutput || undefined);
  rewriter.add(
    'BatchNormalization',
    [x, scale, shift, mean, variance],
    { epsilon: attribute.float(epsilon) },
    output || undefined,
  );
  if (!inverseOutput) return;
  const guarded = rewriter.add('Add', [variance, rewriter.scalar(epsilon, dtype)]);
  rewriter.add('Reciprocal', [rewriter.add('Sqrt', [guarded])], {}, inverseOutput);
}
