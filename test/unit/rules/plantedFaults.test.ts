import { strict as assert } from 'node:assert';
import { attribute } from '../../../src/ir/attribute';
import type { Graph } from '../../../src/ir/graph';
import type { Model } from '../../../src/ir/model';
import type { MutableGraph, MutableNode } from '../../../src/ir/mutableGraph';
import { float32Tensor } from '../../../src/ir/tensor';
import type { Finding } from '../../../src/protocol/facts';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import {
  densenet,
  denoiser,
  detector,
  discriminator,
  efficientnet,
  inception,
  mobilenetV1,
  mobilenetV2,
  mobilenetV3,
  resnetV1,
  resnetV2,
  styleTransfer,
  unet,
  vggWithNorms,
} from '../../support/networks/convolutional';
import { bert, gpt2, mixer, visionTransformer } from '../../support/networks/transformers';
import { modelOf } from '../../support/textModel';

const networks: Readonly<Record<string, () => Graph>> = {
  'ResNet v1': resnetV1,
  'ResNet v2': resnetV2,
  DenseNet: densenet,
  'MobileNet v1': mobilenetV1,
  'MobileNet v2': mobilenetV2,
  'MobileNet v3': mobilenetV3,
  EfficientNet: efficientnet,
  Inception: inception,
  VGG: vggWithNorms,
  'U-Net': unet,
  'denoising U-Net': denoiser,
  'style transfer': styleTransfer,
  discriminator,
  detector,
  ViT: visionTransformer,
  BERT: bert,
  'GPT-2': gpt2,
  'MLP-Mixer': mixer,
};

/** Plants a fault at a norm; the layer that must be reported, or undefined where the fault has no place. */
type Plant = (norm: MutableNode, graph: MutableGraph) => string | undefined;

interface Fault {
  readonly rule: string;
  /** Norms that it is planted at, by operator. */
  readonly operators: readonly string[];
  readonly purpose?: Model['purpose'];
  readonly plant: Plant;
  /** How many places there are in all networks together, in each of which it is found. */
  readonly places: number;
}

const BATCH = ['BatchNormalization'];
const perChannel = [...BATCH, 'InstanceNormalization'];
const every = [...perChannel, 'GroupNormalization', 'LayerNormalization'];
const activations = ['Relu', 'LeakyRelu', 'HardSwish', 'Clip'];

const producerOf = (value: string, graph: MutableGraph) => graph.nodes.find((n) => n.outputs.includes(value));
const readersOf = (value: string, graph: MutableGraph) => graph.nodes.filter((n) => n.inputs.includes(value));

/** The one reader of a norm, if it is an activation of one node. */
function activationOf(norm: MutableNode, graph: MutableGraph): MutableNode | undefined {
  const readers = readersOf(norm.outputs[0], graph);
  return readers.length === 1 && activations.includes(readers[0].opType) ? readers[0] : undefined;
}

/** The convolution that a norm alone reads. */
function convolutionOf(norm: MutableNode, graph: MutableGraph): MutableNode | undefined {
  const producer = producerOf(norm.inputs[0], graph);
  const isOwn = producer?.opType === 'Conv' && readersOf(norm.inputs[0], graph).length === 1;
  return isOwn ? producer : undefined;
}

/** A node in front of the norm, which reads what the norm has read. */
function insertBefore(norm: MutableNode, graph: MutableGraph, node: Omit<MutableNode, 'outputs' | 'domain'>): void {
  const output = graph.freshName('planted');
  graph.nodes.splice(graph.nodes.indexOf(norm), 0, { ...node, domain: '', outputs: [output] });
  norm.inputs[0] = output;
}

function filled(graph: MutableGraph, dims: readonly number[], value: number): string {
  const size = dims.reduce((a, b) => a * b, 1);
  return graph.addInitializer(float32Tensor(graph.freshName('planted'), dims, new Float32Array(size).fill(value)));
}

const channelsOf = (norm: MutableNode, graph: MutableGraph) => graph.initializers.get(norm.inputs[1])!.dims[0];

/** Another value for one of the parameters of a batch norm. */
const parameter =
  (index: number, value: number): Plant =>
  (norm, graph) => {
    norm.inputs[index] = filled(graph, [channelsOf(norm, graph)], value);
    return norm.outputs[0];
  };

const faults: Readonly<Record<string, Fault>> = {
  'a bias before the norm': {
    rule: 'bias-before-norm',
    operators: perChannel,
    plant: (norm, graph) => {
      const convolution = convolutionOf(norm, graph);
      if (convolution === undefined || convolution.inputs.length > 2) return undefined;
      convolution.inputs.push(filled(graph, [channelsOf(norm, graph)], 0.1));
      return convolution.outputs[0];
    },
    places: 194,
  },
  'norm and activation the other way round': {
    rule: 'norm-after-activation',
    operators: [...perChannel, 'GroupNormalization'],
    plant: (norm, graph) => {
      const activation = activationOf(norm, graph);
      if (activation === undefined || convolutionOf(norm, graph) === undefined) return undefined;
      const [before, between, after] = [norm.inputs[0], norm.outputs[0], activation.outputs[0]];
      activation.inputs[0] = before;
      activation.outputs[0] = between;
      norm.inputs[0] = between;
      norm.outputs[0] = after;
      graph.nodes = graph.nodes.filter((n) => n !== norm);
      graph.nodes.splice(graph.nodes.indexOf(activation) + 1, 0, norm);
      return after;
    },
    places: 158,
  },
  'two norms in a row': {
    rule: 'consecutive-norms',
    operators: every,
    plant: (norm, graph) => {
      insertBefore(norm, graph, { ...norm, inputs: [...norm.inputs], name: '' });
      return norm.outputs[0];
    },
    places: 273,
  },
  'dropout before the norm': {
    rule: 'dropout-before-batch-norm',
    operators: BATCH,
    plant: (norm, graph) => {
      const ratio = graph.addInitializer(float32Tensor(graph.freshName('planted'), [], [0.5]));
      const inputs = [norm.inputs[0], ratio];
      insertBefore(norm, graph, { opType: 'Dropout', name: '', inputs, attributes: new Map() });
      return norm.inputs[0];
    },
    places: 219,
  },
  'left in training mode': {
    rule: 'batch-norm-training-mode',
    operators: BATCH,
    purpose: 'inference',
    plant: (norm, graph) => {
      norm.attributes.set('training_mode', attribute.int(1));
      norm.outputs.push(graph.freshName('mean'), graph.freshName('variance'));
      return norm.outputs[0];
    },
    places: 219,
  },
  "PyTorch's momentum": {
    rule: 'momentum-convention',
    operators: BATCH,
    plant: (norm) => {
      norm.attributes.set('momentum', attribute.float(0.1));
      return norm.outputs[0];
    },
    places: 219,
  },
  'more groups than channels can be parted in': {
    rule: 'group-count-mismatch',
    operators: ['GroupNormalization'],
    plant: (norm) => {
      norm.attributes.set('num_groups', attribute.int(7));
      return norm.outputs[0];
    },
    places: 9,
  },
  'a negative variance': { rule: 'negative-variance', operators: BATCH, plant: parameter(4, -1), places: 219 },
  'a mean that is no number': {
    rule: 'non-finite-statistics',
    operators: BATCH,
    plant: parameter(3, NaN),
    places: 219,
  },
  'a scale of zeros': {
    rule: 'dead-scale-channels',
    operators: BATCH,
    plant: (norm, graph) =>
      activationOf(norm, graph) && convolutionOf(norm, graph) ? parameter(1, 0)(norm, graph) : undefined,
    places: 153,
  },
  'a norm before the last softmax': {
    rule: 'norm-before-output',
    operators: ['Softmax'],
    purpose: 'inference',
    plant: (softmax, graph) => {
      if (!graph.outputs.some((o) => o.name === softmax.outputs[0])) return undefined;
      // the bias that the norm removes would be a finding as well
      const classifier = producerOf(softmax.inputs[0], graph)!;
      classifier.inputs = classifier.inputs.slice(0, 2);
      const numbers = [1.1, 0.2, 0.1, 0.7].map((value) => filled(graph, [10], value));
      const inputs = [softmax.inputs[0], ...numbers];
      insertBefore(softmax, graph, { opType: 'BatchNormalization', name: '', inputs, attributes: new Map() });
      return softmax.inputs[0];
    },
    places: 7,
  },
  'another epsilon': {
    rule: 'mixed-epsilon',
    operators: BATCH,
    plant: (norm) => {
      norm.attributes.set('epsilon', attribute.float(0.01));
      return norm.outputs[0];
    },
    places: 219,
  },
  'statistics never updated': {
    rule: 'untrained-statistics',
    operators: BATCH,
    plant: (norm, graph) => {
      parameter(3, 0)(norm, graph);
      return parameter(4, 1)(norm, graph);
    },
    places: 219,
  },
};

async function findingsOf(graph: Graph, purpose: Model['purpose']): Promise<readonly Finding[]> {
  return (await analyzeModel(modelOf(graph, { format: 'onnx', purpose }), 'planted.onnx')).findings;
}

const titleOf = ({ ruleId, layer }: Finding) => `${ruleId}: ${layer ?? 'the model'}`;

describe('faults planted in well-made networks, one at a time', function () {
  this.timeout(120_000);

  for (const [name, { rule, operators, purpose = 'training', plant, places }] of Object.entries(faults)) {
    it(`${name}: ${rule} at each of ${places} places, and nothing else`, async () => {
      let planted = 0;
      const wrong: string[] = [];
      for (const [network, build] of Object.entries(networks)) {
        const whole = build();
        const before = new Set((await findingsOf(whole, purpose)).map(titleOf));
        for (const { index } of [...whole.nodes()].filter((n) => operators.includes(n.opType))) {
          const edited = whole.toMutable();
          const layer = plant(edited.nodes[index], edited);
          if (layer === undefined) continue;
          planted++;
          const after = await findingsOf(edited.freeze(), purpose);
          const isIt = (f: Finding) =>
            f.ruleId === rule && (f.layer === layer || (f.layer === null && f.layers?.includes(layer)));
          if (!after.some(isIt)) wrong.push(`${network}, ${layer}: missed`);
          const more = after.filter((f) => !isIt(f) && !before.has(titleOf(f)));
          wrong.push(...more.map((f) => `${network}, ${layer}: ${titleOf(f)}`));
        }
      }
      assert.deepEqual([wrong, planted], [[], places]);
    });
  }
});
