import { differentiate } from '../../autodiff/differentiate';
import { ModelError } from '../../ir/errors';
import type { MutableGraph } from '../../ir/mutableGraph';
import { inferTypes } from '../../ir/inferTypes';
import { crossEntropy, meanSquaredError } from '../../training/lossNodes';
import { prune } from '../../training/plainGraph';
import { lowerPrivateOperators } from '../../variants/lowerPrivate';
import { toTrainingForm, type TrainingNorm } from '../../variants/trainingForm';
import { INPUT, LOGITS, type Network } from './network';

export interface PlanRequest {
  readonly batch: number;
  /** 'batch' (default): norms use the statistics of the batch and dropout drops. 'running': as at inference. */
  readonly mode?: 'batch' | 'running';
  /** 'none': forward alone. Squares are the mean over all elements of (logits - target)^2. */
  readonly loss?: 'cross-entropy' | 'squares' | 'none';
  /** Values to return beside the loss. */
  readonly values?: readonly string[];
  /** Values whose gradient is returned beside those of the parameters. */
  readonly gradientsOf?: readonly string[];
  /** Parameters that get no gradient and stay as they are. */
  readonly frozen?: readonly string[];
  /** Values that gradients do not pass. */
  readonly stop?: readonly string[];
  /** Of dropout's masks. */
  readonly seed?: number;
}

/** A graph that runs a network forward, and backward when there is a loss. */
export interface TrainingPlan {
  /** Sizes known; parameters, running statistics, samples and targets are inputs. */
  readonly graph: MutableGraph;
  readonly batch: number;
  readonly loss?: string;
  readonly target?: string;
  /** Output that holds the gradient, by parameter or value. */
  readonly gradientOf: ReadonlyMap<string, string>;
  /** Batch norms in training form; means and variances of the batch are outputs. */
  readonly norms: readonly TrainingNorm[];
  readonly inputs: ReadonlySet<string>;
  readonly outputs: readonly string[];
}

/** Builds the graph of a request. Gradients come from `differentiate`, batch norms in training form from `toTrainingForm`. */
export function trainingPlan(network: Network, request: PlanRequest): TrainingPlan {
  const {
    batch,
    mode = 'batch',
    loss: lossKind = 'cross-entropy',
    values = [],
    gradientsOf = [],
    frozen = [],
  } = request;
  const graph = network.graph.copy();
  graph.inputs = [...network.graph.inputs].map(({ name, type }) =>
    name === INPUT ? { name, type: { ...type, shape: [batch, ...network.sample] } } : { name, type },
  );
  graph.outputs = [];
  graph.valueTypes.clear();
  const norms = mode === 'batch' ? toTrainingForm(graph, { seed: request.seed }) : [];
  const wanted: string[] = [];
  const output = (value: string): string => {
    const own = graph.nodes.some((n) => n.outputs.includes(value)) && !wanted.includes(value);
    const name = own ? value : graph.add('Identity', [value], {}, { hint: `${value}/output` });
    wanted.push(name);
    return name;
  };
  for (const value of values) wanted.push(value);
  const { loss, target } = addLoss(graph, network, batch, lossKind);
  const gradientOf = new Map<string, string>();
  if (loss !== undefined) {
    wanted.push(loss);
    const wrt = [...network.parameters.map((p) => p.name).filter((name) => !frozen.includes(name)), ...gradientsOf];
    const { gradientOf: found, cuts } = differentiate(graph, inferTypes(graph), {
      loss,
      wrt,
      stop: new Set(request.stop),
    });
    if (cuts.length > 0) throw new ModelError('unsupported', cuts[0].reason, { node: cuts[0].node });
    for (const [value, gradient] of found) gradientOf.set(value, output(gradient));
  }
  for (const { batchMean, batchVariance } of norms) wanted.push(batchMean, batchVariance);
  lowerPrivateOperators(graph, inferTypes(graph));
  for (const name of wanted) graph.addOutput(name, { kind: 'tensor', dtype: 'float32' });
  prune(graph, wanted);
  for (const [name, { location, dims }] of graph.initializers) {
    if (location !== 'missing') continue;
    graph.initializers.delete(name);
    graph.addInput(name, { kind: 'tensor', dtype: 'float32', shape: dims });
  }
  const inputs = new Set(graph.inputs.map((i) => i.name));
  return { graph, batch, loss, target, gradientOf, norms, inputs, outputs: wanted };
}

function addLoss(
  graph: MutableGraph,
  { classes }: Network,
  batch: number,
  kind: 'cross-entropy' | 'squares' | 'none',
): { loss?: string; target?: string } {
  if (kind === 'none') return {};
  return kind === 'squares'
    ? meanSquaredError(graph, LOGITS, [batch, classes])
    : crossEntropy(graph, LOGITS, batch, classes);
}
