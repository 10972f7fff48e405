import { ModelError } from '../../ir/errors';
import { inferTypes } from '../../ir/inferTypes';
import type { MutableGraph } from '../../ir/mutableGraph';
import { layerView } from '../../layers/recognize';
import type { HostTensor } from '../../training/hostTensor';
import { foldBatchNorms } from '../../variants/foldBatchNorms';
import { normFoldings } from '../../variants/normFolding';
import { say } from '../../texts/say';
import { overSeeds, verdictOf } from '../conclusion';
import type { Experiment } from '../experiment';
import type { Lab } from '../lab/lab';
import { Learner } from '../lab/learner';
import { INPUT, LOGITS } from '../lab/network';
import { cnn } from '../lab/networks';
import { BatchStream, batchOf } from '../lab/samples';
import { BATCH, CLASSES, SIDE, dataWords, testSet, train, trainingSet } from '../lab/standard';
import { missingWords } from '../lab/freshWeights';
import { prepareModel, relativeDifference } from '../lab/userModel';

const CHANNELS = [16, 32, 32];
const STEPS = 100;
const LR = 0.1;
const PROBE = 250;
/** Samples of a batch for a model of the user. */
const MODEL_BATCH = 4;

interface Measured {
  /** Largest difference of the outputs over the largest output. */
  readonly difference: number;
  readonly folded: number;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
}

/** Runs a graph as it stands and with its batch norms folded. The runtime's own folding is off. */
async function compare(
  lab: Lab,
  key: string,
  graph: MutableGraph,
  feeds: ReadonlyMap<string, HostTensor>,
  outputs: readonly string[],
): Promise<Measured> {
  const types = inferTypes(graph);
  const frozen = graph.freeze();
  const view = layerView(frozen, types);
  const typeOf = (v: number) => (v < 0 ? undefined : types.get(frozen.valueName(v)));
  const foldings = normFoldings({ view, typeOf }).filter((f) => f.obstacle === undefined);
  const foldedGraph = frozen.toMutable();
  const { changed, left } = await foldBatchNorms(foldedGraph, foldings);
  if (changed.length === 0) {
    const [first] = left;
    throw new ModelError(
      'unsupported',
      first === undefined
        ? say`no batch norm of this model stands beside a linear layer that it could be folded into`
        : say`no batch norm of this model can be folded: ${first.layer.id} stays as it is, because ${first.reason}`,
    );
  }
  const run = async (name: string, which: MutableGraph) => {
    const { session } = await lab.compile(`${key} ${name}`, () => ({ graph: which }), { optimization: 'disabled' });
    return lab.run(session, feeds, outputs);
  };
  return {
    difference: relativeDifference(await run('plain', graph), await run('folded', foldedGraph), outputs),
    folded: changed.length,
    nodesBefore: graph.nodes.length,
    nodesAfter: foldedGraph.nodes.length,
  };
}

const gate = () => say`Largest difference of the outputs below 1e-5 of the largest output.`;

export const experiment: Experiment<Measured> = {
  id: 'fold-equivalence',
  about: () => ({
    title: say`Folding a batch norm`,
    claim: say`At inference batch normalization can be folded into the linear layer beside it, which changes nothing.`,
    setting: say`CNN of ${CHANNELS.join(', ')} channels with batch norm after ${STEPS} steps with learning rate ${LR} and batch ${BATCH} on ${dataWords()}; logits of ${PROBE} test pictures at inference with and without folding, the runtime's own optimizations off.`,
    reference: say`Jacob et al. 2018, Quantization and training of neural networks, section 3.2; Ioffe and Szegedy 2015, section 3.1.`,
    published: say`W' = W scale / sqrt(variance + epsilon), b' = shift + (b - mean) scale / sqrt(variance + epsilon): the same function.`,
    gate: gate(),
  }),

  async measure(lab, seed) {
    const network = cnn({ side: SIDE, classes: CLASSES, channels: CHANNELS, activation: 'Relu', norm: 'batch' });
    const learner = new Learner(lab, network, { seed, weights: 'xavier' });
    await train(learner, new BatchStream(trainingSet(seed, { flat: false }), BATCH, seed), LR, STEPS);
    const test = testSet(seed, { flat: false });
    const { x } = batchOf(
      test,
      Array.from({ length: PROBE }, (_, i) => i),
    );
    const feeds = new Map([[INPUT, x]]);
    return compare(lab, `fold ${seed}`, learner.inferenceGraph(PROBE), feeds, [LOGITS]);
  },

  async measureModel(lab, seed, model) {
    const prepared = prepareModel(model, MODEL_BATCH);
    return compare(lab, 'fold', prepared.graph, prepared.feeds(seed, 0), prepared.outputs);
  },

  aboutModel: () => ({
    setting: say`The model at inference with its batch norms folded where they can be, against the model as it is; a batch of ${MODEL_BATCH} made samples, the runtime's own optimizations off. ${missingWords()}`,
    gate: gate(),
  }),

  conclude(measured) {
    const differences = measured.map((m) => m.difference);
    const [{ folded, nodesBefore, nodesAfter }] = measured;
    return {
      measured: say`relative difference ${overSeeds(differences)}; ${folded} norms folded, ${nodesBefore} nodes became ${nodesAfter}`,
      verdict: verdictOf(differences.every((d) => d < 1e-5)),
      figures: [
        { label: say`largest difference of the outputs over the largest output`, values: differences, published: '0' },
        { label: say`batch norms folded`, values: measured.map((m) => m.folded) },
        { label: say`nodes before`, values: measured.map((m) => m.nodesBefore) },
        { label: say`nodes after`, values: measured.map((m) => m.nodesAfter) },
      ],
      charts: [],
    };
  },
};
