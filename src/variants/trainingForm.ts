import { attribute } from '../ir/attribute';
import type { ValueType } from '../ir/graph';
import { inferTypes } from '../ir/inferTypes';
import type { MutableGraph, MutableNode } from '../ir/mutableGraph';
import type { Origin } from '../ir/origin';
import { BATCH_NORMALIZATION_TRAINING, PRIVATE_DOMAIN } from '../ir/privateOperators';
import { floatOf } from './nodeAttributes';
import { Rewriter } from './rewriter';
import { writtenOutForm } from './writtenOut';

/** A batch normalization that computes the statistics of its batch, and what its running statistics are kept by. */
export interface TrainingNorm {
  /** Name of the node in the file; may be ''. */
  readonly node: string;
  readonly origin?: Origin;
  readonly input: string;
  /** The layer's output, under the name it had. */
  readonly output: string;
  readonly scale: string;
  readonly shift: string;
  /** Values [C] that the graph computes: mean and biased variance of the batch. */
  readonly batchMean: string;
  readonly batchVariance: string;
  /**
   * The constants [C] that the file held for inference. A step updates them with
   * running = momentum * running + (1 - momentum) * batch (BatchNormalization, opset 15, training_mode).
   */
  readonly runningMean: string;
  readonly runningVariance: string;
  /** Weight of the old value. */
  readonly momentum: number;
  readonly epsilon: number;
}

export interface TrainingFormOptions {
  /** Dropout masks follow from it; the same seed gives the same masks in every session. */
  readonly seed?: number;
  /** The batch's statistics are values of their own that the norms read, so that gradients can be kept from them. */
  readonly separateStatistics?: boolean;
}

/**
 * Gives a graph of opset 18 the form it has while it is trained, in place. Every BatchNormalization becomes a
 * `BatchNormalizationTraining` (see privateOperators.ts; `lowerPrivateOperators` expands it), every Dropout draws its mask,
 * and operators that have no gradient rule
 * of their own are written out in others that have (see writtenOut.ts).
 * Outputs keep their names. ONNX Runtime's own training form of BatchNormalization is not used: it writes into its inputs.
 * @returns the batch normalizations in the order of the graph
 */
export function toTrainingForm(graph: MutableGraph, options: TrainingFormOptions = {}): TrainingNorm[] {
  const norms: TrainingNorm[] = [];
  const rewriter = new Rewriter(graph);
  const written = graph.nodes.some((node) => writtenOutForm(node) !== undefined);
  const types = written ? inferTypes(graph) : new Map<string, ValueType>();
  let dropouts = 0;
  rewriter.run((node) => {
    if (node.domain === '' && node.opType === 'BatchNormalization') {
      norms.push(batchNormalization(rewriter, node, options.separateStatistics ?? false));
      return true;
    }
    if (node.domain === '' && node.opType === 'Dropout') {
      const seed = (options.seed ?? 0) + dropouts++;
      drawingMask(rewriter, node, seed);
    }
    return writtenOutForm(node)?.(node, rewriter, types) ?? false;
  });
  return norms;
}

function batchNormalization(rewriter: Rewriter, node: MutableNode, separate: boolean): TrainingNorm {
  const [input, scale, shift, runningMean, runningVariance] = node.inputs;
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const momentum = floatOf(node, 'momentum', 0.9);
  const { graph } = rewriter;
  const output = node.outputs[0] || graph.freshName('Y');
  const [, batchMean, batchVariance] = rewriter.addNode(
    BATCH_NORMALIZATION_TRAINING,
    [input, scale, shift],
    { epsilon: attribute.float(epsilon) },
    {
      domain: PRIVATE_DOMAIN,
      outputs: [
        separate ? graph.freshName(`${output}/normalized`) : output,
        ...['mean', 'variance', 'inverse_std'].map((s) => graph.freshName(`${output}/batch_${s}`)),
      ],
    },
  );
  if (separate) {
    const given = [input, scale, shift, batchMean, batchVariance];
    rewriter.add('BatchNormalization', given, { epsilon: attribute.float(epsilon) }, output);
  }
  // A node that the file itself has in training mode also yields the running statistics after this batch.
  const updated = (running: string, batch: string, name: string | undefined) => {
    if (!name) return;
    const weighted = (v: string, weight: number) =>
      rewriter.add('Mul', [v, rewriter.add('CastLike', [rewriter.scalar(weight), v])]);
    rewriter.add('Add', [weighted(running, momentum), weighted(batch, 1 - momentum)], {}, name);
  };
  updated(runningMean, batchMean, node.outputs[1]);
  updated(runningVariance, batchVariance, node.outputs[2]);
  return {
    node: node.name,
    origin: node.origin,
    input,
    output,
    scale,
    shift,
    batchMean,
    batchVariance,
    runningMean,
    runningVariance,
    momentum,
    epsilon,
  };
}

/** Dropout (opset 13) in training mode; its mask is an output, because the gradient needs it. */
function drawingMask(rewriter: Rewriter, node: MutableNode, seed: number): void {
  const ratio = node.inputs[1] || rewriter.scalar(0.5);
  node.inputs = [node.inputs[0], ratio, rewriter.scalar(1, 'bool')];
  if (!node.outputs[1]) node.outputs = [node.outputs[0], rewriter.graph.freshName(`${node.outputs[0]}/mask`)];
  node.attributes.set('seed', attribute.int(seed));
}
