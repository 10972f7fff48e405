import { strict as assert } from 'node:assert';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { attribute } from '../../../src/ir/attribute';
import type { Model } from '../../../src/ir/model';
import type { MutableGraph, MutableNode } from '../../../src/ir/mutableGraph';
import { float32Tensor } from '../../../src/ir/tensor';
import { readFloats } from '../../../src/ir/tensorValues';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { rules } from '../../../src/rules/registry';
import { corpusPath, manifestEntries } from '../../support/manifest';

/** What an edit has at hand: the graph, its batch norms in order, and the numbers of their parameters. */
interface Edited {
  readonly graph: MutableGraph;
  readonly norms: readonly MutableNode[];
  numbers(norm: MutableNode, input: number): Promise<Float32Array>;
  set(norm: MutableNode, input: number, values: ArrayLike<number>): void;
}

interface Defect {
  readonly edit: (edited: Edited) => void | Promise<void>;
  readonly purpose?: Model['purpose'];
}

const face = 'onnx/version-RFB-320_without_postprocessing.onnx';
const text = 'onnx/ch_ppocr_mobile_v2.0_cls_infer.onnx';
const block = 'onnx/residual_block.onnx';
const mobile = 'tfjs-layers/mlperf-vww96/model.json';
const coder = 'tfjs-layers/mlperf-ad01/model.json';
const digits = 'tfjs-layers/tinymaix-mnist_arduino/model.json';
const images = 'tfjs-layers/tinymaix-cifar10/model.json';

const [SCALE, SHIFT, MEAN, VARIANCE] = [1, 2, 3, 4];

/** Puts a node between the one that computes a value and all that read it. */
function insertAfter(
  { graph }: Edited,
  value: string,
  opType: string,
  inputs: readonly string[],
  attributes = {},
): void {
  const at = graph.nodes.findIndex((n) => n.outputs.includes(value));
  const before = graph.nodes[at].origin;
  // a layer of its own, where the file states layers
  const origin = before && { ...before, layer: `${before.layer}/after`, kind: opType, config: {} };
  const inner = graph.freshName(`${value}/before`);
  graph.nodes[at].outputs = graph.nodes[at].outputs.map((v) => (v === value ? inner : v));
  graph.nodes.splice(at + 1, 0, graph.makeNode(opType, [inner, ...inputs], attributes, { outputs: [value], origin }));
}

/** Takes a node with one input that counts out. */
function bypass({ graph }: Edited, node: MutableNode): void {
  for (const other of graph.nodes) other.inputs = other.inputs.map((v) => (v === node.outputs[0] ? node.inputs[0] : v));
  graph.nodes.splice(graph.nodes.indexOf(node), 1);
}

/** A batch norm in the body, with an activation after it. */
function inBody({ graph, norms }: Edited): MutableNode {
  const activated = norms.filter((n) => graph.nodes.some((r) => r.opType === 'Relu' && r.inputs[0] === n.outputs[0]));
  return activated[Math.floor(activated.length / 2)];
}

function replaceEach({ graph }: Edited, from: string, to: string): void {
  for (const n of graph.nodes) if (n.opType === from) n.opType = to;
}

const setVariance = (change: (v: Float32Array) => ArrayLike<number>): Defect => ({
  edit: async (e) => e.set(inBody(e), VARIANCE, change(await e.numbers(inBody(e), VARIANCE))),
});

/** Defects that are made in real files, by the rule that has to see them. */
const defects: Readonly<Record<string, readonly [file: string, defect: Defect][]>> = {
  'norm-after-activation': [face, text, block].map((file) => [
    file,
    {
      edit: (e) => {
        const norm = inBody(e);
        const relu = e.graph.nodes.find((n) => n.opType === 'Relu' && n.inputs[0] === norm.outputs[0])!;
        [norm.opType, relu.opType] = [relu.opType, norm.opType];
        [norm.attributes, relu.attributes] = [relu.attributes, norm.attributes];
        relu.inputs = [relu.inputs[0], ...norm.inputs.splice(1)];
      },
    },
  ]),
  'inconsistent-norm': [mobile].map((file) => [file, { edit: (e) => bypass(e, inBody(e)) }]),
  'consecutive-norms': [face, text, block].map((file) => [
    file,
    { edit: (e) => insertAfter(e, inBody(e).outputs[0], 'BatchNormalization', inBody(e).inputs.slice(1)) },
  ]),
  'deep-without-norm': [[mobile, { edit: (e) => e.norms.forEach((n) => bypass(e, n)) }]],
  'deep-saturating-without-norm': [mobile, coder].map((file) => [
    file,
    {
      edit: (e) => {
        e.norms.forEach((n) => bypass(e, n));
        replaceEach(e, 'Relu', 'Sigmoid');
      },
    },
  ]),
  'dropout-before-batch-norm': [images, digits, mobile].map((file) => [
    file,
    {
      edit: (e) => {
        const ratio = e.graph.addInitializer(float32Tensor('ratio', [], [0.5]));
        insertAfter(e, e.graph.nodes.find((n) => n.opType === 'Relu')!.outputs[0], 'Dropout', [ratio]);
      },
    },
  ]),
  'batch-norm-training-mode': [face, text].map((file) => [
    file,
    {
      edit: (e) => {
        const mean = e.graph.freshName('mean');
        inBody(e).outputs.push(mean);
        e.graph.addOutput(mean);
      },
    },
  ]),
  'untrained-statistics': [face, text, block].map((file) => [
    file,
    {
      edit: async (e) => {
        const { length } = await e.numbers(inBody(e), MEAN);
        e.set(inBody(e), MEAN, new Float32Array(length));
        e.set(inBody(e), VARIANCE, new Float32Array(length).fill(1));
      },
    },
  ]),
  'momentum-convention': [face, text, block].map((file) => [
    file,
    { edit: (e) => void inBody(e).attributes.set('momentum', attribute.float(0.1)) },
  ]),
  'mixed-epsilon': [face, text, block].map((file) => [
    file,
    { edit: (e) => void inBody(e).attributes.set('epsilon', attribute.float(0.01)) },
  ]),
  'small-batch-batch-norm': [face, text, block].map((file) => [
    file,
    {
      purpose: 'training',
      edit: ({ graph }) => {
        const [{ type }, ...others] = graph.inputs;
        graph.inputs = [{ name: graph.inputs[0].name, type: { ...type, shape: type.shape!.with(0, 4) } }, ...others];
        graph.valueTypes.clear();
      },
    },
  ]),
  'non-finite-statistics': [face, text, block].map((file) => [file, setVariance((v) => v.with(1, NaN))]),
  'negative-variance': [face, text, block].map((file) => [file, setVariance((v) => v.with(1, -0.5))]),
  'epsilon-dominates-variance': [face, text, block].map((file) => [file, setVariance((v) => v.map(() => 1e-8))]),
  'fold-scale-outlier': [face, text].map((file) => [
    file,
    {
      edit: async (e) => {
        const scale = await e.numbers(inBody(e), SCALE);
        e.set(inBody(e), SCALE, scale.with(0, 1000 * Math.max(...scale.map(Math.abs))));
      },
    },
  ]),
  'dead-scale-channels': [face, text, block].map((file) => [
    file,
    {
      edit: async (e) =>
        e.set(
          inBody(e),
          SCALE,
          (await e.numbers(inBody(e), SCALE)).map((v, i) => (i % 4 === 0 ? 0 : v)),
        ),
    },
  ]),
  'near-identity-norm': [face, text, block].map((file) => [
    file,
    {
      edit: async (e) => {
        const [mean, variance] = [await e.numbers(inBody(e), MEAN), await e.numbers(inBody(e), VARIANCE)];
        e.set(
          inBody(e),
          SCALE,
          variance.map((v) => Math.sqrt(v + 1e-5)),
        );
        e.set(inBody(e), SHIFT, mean);
      },
    },
  ]),
  'unfoldable-batch-norm': [face, text, block].map((file) => [
    file,
    { edit: (e) => e.graph.addOutput(inBody(e).inputs[0]) },
  ]),
  'group-count-mismatch': [
    [
      'onnx/group_norm.onnx',
      { edit: ({ graph }) => void graph.nodes[0].attributes.set('num_groups', attribute.int(7)) },
    ],
  ],
};

/** Rules that the files of the corpus fire as they are, and how many. */
const asTheyAre: Readonly<Record<string, number>> = {
  'norm-after-activation': 1,
  'norm-before-output': 1,
  'post-norm-transformer': 2,
  'bias-before-norm': 10,
  'batch-norm-training-mode': 2,
  'single-value-statistics': 1,
  'untrained-statistics': 5,
  'momentum-convention': 2,
  'epsilon-dominates-variance': 1,
  'dead-scale-channels': 1,
  'fold-scale-outlier': 1,
  'foldable-batch-norm': 10,
  'norm-already-folded': 10,
};

/** No file of the corpus has what these look at, nor can it be made of one by an edit. */
const onlyOwnModels = ['norm-axis-not-channel', 'deep-plain-batch-norm', 'epsilon-underflows-float16'];

describe('rules on real models', function () {
  this.timeout(120_000);

  before(function () {
    if (manifestEntries().length === 0) this.skip();
  });

  async function open(file: string): Promise<Model> {
    return openModelFile(corpusPath(manifestEntries().find((e) => e.path === file)!));
  }

  async function withDefect(file: string, { edit, purpose }: Defect): Promise<Model> {
    const model = await open(file);
    const graph = model.graph.toMutable();
    const constants = new Map(graph.initializers);
    const edited: Edited = {
      graph,
      norms: graph.nodes.filter((n) => n.opType === 'BatchNormalization'),
      numbers: (norm, input) => {
        const name = norm.inputs[input];
        return readFloats(constants.get(name) ?? model.graph.initializer(model.graph.valueId(name)!)!);
      },
      set: (norm, input, values) => {
        const name = graph.freshName(`${norm.inputs[input]}/edited`);
        norm.inputs[input] = graph.addInitializer(float32Tensor(name, [values.length], values));
      },
    };
    await edit(edited);
    const parts = { graph: graph.freeze(), ...(purpose && { purpose }) };
    return Object.defineProperties(
      {},
      { ...Object.getOwnPropertyDescriptors(model), ...Object.getOwnPropertyDescriptors(parts) },
    ) as Model;
  }

  const count = async (model: Model, id: string) =>
    (await analyzeModel(model, 'model')).findings.filter((f) => f.ruleId === id).length;

  for (const [id, cases] of Object.entries(defects)) {
    for (const [file, defect] of cases) {
      it(`${id}: silent on ${file}, and fires once the defect is in it`, async () => {
        const plain = await open(file);
        const before: Model = defect.purpose === undefined ? plain : await withDefect(file, { edit: () => undefined });
        assert.equal(await count(before, id), 0);
        assert.ok((await count(await withDefect(file, defect), id)) > 0);
      });
    }
  }

  it('fire on the files that have what they are about', async () => {
    const fired = new Map<string, number>();
    for (const entry of manifestEntries()) {
      if (entry.parse !== 'ok' || !/^(onnx|onnx-backend|tfjs-\w+|keras)\/.*\.(onnx|json)$/.test(entry.path)) continue;
      const { findings } = await analyzeModel(await openModelFile(corpusPath(entry)), entry.path);
      for (const id of new Set(findings.map((f) => f.ruleId))) fired.set(id, (fired.get(id) ?? 0) + 1);
    }
    for (const [id, files] of Object.entries(asTheyAre))
      assert.ok((fired.get(id) ?? 0) >= files, `${id}: ${fired.get(id)}`);
  });
});

describe('table of real models', () => {
  it('covers every rule', () => {
    const covered = new Set([...Object.keys(defects), ...Object.keys(asTheyAre), ...onlyOwnModels]);
    assert.deepEqual([...covered].sort(), rules.map((r) => r.meta.id).sort());
  });
});
