import { strict as assert } from 'node:assert';
import type { Graph } from '../../../src/ir/graph';
import type { Model } from '../../../src/ir/model';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { corpusFeeds } from '../../support/corpus';
import {
  convnext,
  denoiser,
  densenet,
  detector,
  discriminator,
  efficientnet,
  inception,
  mobilenetV1,
  mobilenetV2,
  mobilenetV3,
  nfnet,
  resnetV1,
  resnetV2,
  styleTransfer,
  unet,
  vggWithNorms,
} from '../../support/networks/convolutional';
import { bert, gpt2, llama, mixer, selfNormalizing, t5, visionTransformer } from '../../support/networks/transformers';
import { runGraph } from '../../support/runGraph';
import { modelOf } from '../../support/textModel';

interface WellMade {
  readonly graph: () => Graph;
  /** Norms that recognition must count. */
  readonly norms: Readonly<Record<string, number>>;
  /** Rules whose information or hints are right to be given of the exported graph. */
  readonly said: readonly string[];
}

const exported: Partial<Model> = { format: 'onnx', purpose: 'inference' };
const frames: Readonly<Record<string, Partial<Model>>> = {
  'exported for inference': exported,
  'as a training graph': { format: 'onnx', purpose: 'training' },
  'as a layers model': { format: 'tfjs-layers', purpose: 'definition' },
};

const networks: Readonly<Record<string, WellMade>> = {
  'ResNet v1': { graph: () => resnetV1(), norms: { batch: 22 }, said: ['foldable-batch-norm'] },
  'ResNet v1 with zero-initialised last norms': {
    graph: () => resnetV1({ zeroScale: true }),
    norms: { batch: 22 },
    said: ['foldable-batch-norm'],
  },
  'ResNet v1, folded': { graph: () => resnetV1({ folded: true }), norms: {}, said: ['norm-already-folded'] },
  'ResNet v2': { graph: () => resnetV2(), norms: { batch: 13 }, said: ['foldable-batch-norm'] },
  DenseNet: { graph: () => densenet(), norms: { batch: 28 }, said: ['foldable-batch-norm'] },
  'MobileNet v1': { graph: () => mobilenetV1(), norms: { batch: 27 }, said: ['foldable-batch-norm'] },
  'MobileNet v1, folded': { graph: () => mobilenetV1({ folded: true }), norms: {}, said: ['norm-already-folded'] },
  'MobileNet v2': { graph: () => mobilenetV2(), norms: { batch: 23 }, said: ['foldable-batch-norm'] },
  'MobileNet v2, folded': { graph: () => mobilenetV2({ folded: true }), norms: {}, said: ['norm-already-folded'] },
  'MobileNet v3': { graph: () => mobilenetV3(), norms: { batch: 23 }, said: ['foldable-batch-norm'] },
  'MobileNet v3, folded': { graph: () => mobilenetV3({ folded: true }), norms: {}, said: ['norm-already-folded'] },
  EfficientNet: { graph: () => efficientnet(), norms: { batch: 23 }, said: ['foldable-batch-norm'] },
  Inception: { graph: () => inception(), norms: { batch: 23 }, said: ['foldable-batch-norm'] },
  'VGG with batch norms and biases': {
    graph: () => vggWithNorms(),
    norms: { batch: 13 },
    said: ['bias-before-norm', 'foldable-batch-norm'],
  },
  ConvNeXt: { graph: () => convnext(), norms: { layer: 7 }, said: [] },
  'U-Net': { graph: () => unet(), norms: { batch: 14 }, said: ['foldable-batch-norm'] },
  'denoising U-Net': { graph: () => denoiser(), norms: { group: 9 }, said: [] },
  NFNet: { graph: () => nfnet(), norms: {}, said: ['norm-already-folded'] },
  'style transfer': { graph: () => styleTransfer(), norms: { instance: 9 }, said: [] },
  'DCGAN discriminator': { graph: () => discriminator(), norms: { batch: 3 }, said: ['foldable-batch-norm'] },
  'detector with heads': { graph: () => detector(), norms: { batch: 7 }, said: ['foldable-batch-norm'] },
  ViT: { graph: () => visionTransformer(), norms: { layer: 9 }, said: [] },
  BERT: { graph: () => bert(), norms: { layer: 9 }, said: ['post-norm-transformer'] },
  'GPT-2': { graph: () => gpt2(), norms: { layer: 9 }, said: [] },
  LLaMA: { graph: () => llama(), norms: { rms: 9 }, said: [] },
  'LLaMA with norms of queries and keys': { graph: () => llama({ headNorm: true }), norms: { rms: 17 }, said: [] },
  'T5 encoder': { graph: () => t5(), norms: { rms: 9 }, said: [] },
  'MLP-Mixer': { graph: () => mixer(), norms: { layer: 9 }, said: [] },
  'self-normalizing network': { graph: () => selfNormalizing(), norms: {}, said: [] },
};

/** The graph without one of its norms: what reads it reads its input. */
function withoutNorm(graph: Graph, index: number): Graph {
  const edited = graph.toMutable();
  const norm = edited.nodes[index];
  edited.nodes = edited.nodes.filter((n) => n !== norm);
  for (const n of edited.nodes) n.inputs = n.inputs.map((v) => (v === norm.outputs[0] ? norm.inputs[0] : v));
  return edited.freeze();
}

describe('well-made networks: no warning and no error of any rule', () => {
  for (const [name, { graph, norms, said }] of Object.entries(networks)) {
    for (const [how, frame] of Object.entries(frames)) {
      it(`${name}, ${how}`, async () => {
        const { findings, problems, summary } = await analyzeModel(modelOf(graph(), frame), `${name}.onnx`);
        const loud = findings.filter((f) => f.severity === 'warning' || f.severity === 'error');
        assert.deepEqual(
          loud.map((f) => `${f.ruleId}: ${f.message}`),
          [],
        );
        assert.deepEqual(problems, []);
        assert.deepEqual(summary.norm, norms);
        if (frame === exported) assert.deepEqual([...new Set(findings.map((f) => f.ruleId))].sort(), said);
      });
    }
  }

  for (const [name, { graph }] of Object.entries(networks)) {
    it(`${name} runs in ONNX Runtime and gives finite numbers`, async () => {
      const built = graph().toMutable();
      const outputs = Object.values(await runGraph(built, corpusFeeds(built).feeds));
      assert.equal(outputs.length, built.outputs.length);
      for (const { data } of outputs) assert.ok(data.length > 0 && Array.from(data, Number).every(Number.isFinite));
    });
  }
});

describe('well-made networks with one norm taken out', () => {
  /** Of the norms before activations: how many are missed when they are gone, the first of the network not counted. */
  const expected: readonly (readonly [name: string, build: () => Graph, found: number, of: number])[] = [
    ['VGG', vggWithNorms, 11, 12],
    ['ResNet v1', resnetV1, 12, 12],
    ['MobileNet v1', mobilenetV1, 25, 26],
    ['MobileNet v2', mobilenetV2, 14, 15],
    ['EfficientNet', efficientnet, 14, 15],
    ['Inception', inception, 18, 22],
    // the norm before the convolution is still there
    ['DenseNet', densenet, 0, 12],
    ['U-Net', unet, 12, 13],
  ];

  for (const [name, build, found, of] of expected) {
    it(`${name}: found in ${found} of ${of} places`, async () => {
      const whole = build();
      let missing = 0;
      let places = 0;
      const { layers } = await analyzeModel(modelOf(whole, frames['as a training graph']), name);
      for (const layer of layers.filter((l) => l.norm?.placement === 'linear-norm-activation').slice(1)) {
        const index = [...whole.nodes()].find((n) => whole.valueName(n.outputs[0]) === layer.id)!.index;
        const model = modelOf(withoutNorm(whole, index), frames['as a training graph']);
        const { findings } = await analyzeModel(model, name);
        const linears = findings.filter((f) => f.ruleId === 'inconsistent-norm').map((f) => f.layer);
        places++;
        if (linears.length === 1 && linears[0] === layer.norm!.linear) missing++;
        else assert.deepEqual(linears, []);
      }
      assert.deepEqual([missing, places], [found, of]);
    });
  }
});
