import { strict as assert } from 'node:assert';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as ort from 'onnxruntime-node';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import type { Graph } from '../../../src/ir/graph';
import type { MutableGraph } from '../../../src/ir/mutableGraph';
import { elementCount, float32Tensor } from '../../../src/ir/tensor';
import { parseGraph } from '../../../src/ir/textForm';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { corpusPath, manifestEntries } from '../../support/manifest';
import * as convolutional from '../../support/networks/convolutional';

/** Real files without dense or transposed layers before norms, which ONNX Runtime does not fold. */
const corpus = ['light_resnet50', 'light_densenet121', 'ch_ppocr_mobile_v2.0_cls_infer', 'residual_block'];

/** One batch norm beside a convolution: the nodes, further inputs and outputs, and whether it goes. */
const beside: readonly (readonly [
  name: string,
  nodes: string,
  more: { inputs?: string; outputs?: string },
  goes: boolean,
])[] = [
  ['alone', 'a = Conv(x, w) y = bn(a, s, s, s, s)', {}, true],
  ['a shared weight', 'a = Conv(x, w) n = bn(a, s, s, s, s) d = Conv(x, w) e = Relu(d) y = Add(n, e)', {}, true],
  ['a cast to the same type', 'a = Conv(x, w) k = Cast<to = 1>(a) y = bn(k, s, s, s, s)', {}, true],
  ['read twice', 'a = Conv(x, w) n = bn(a, s, s, s, s) y = Add(n, a)', {}, false],
  ['given out', 'a = Conv(x, w) n = bn(a, s, s, s, s) y = Relu(n)', { outputs: 'float[] a, ' }, false],
  ['parameters that are inputs', 'a = Conv(x, w) y = bn(a, gamma, s, s, s)', { inputs: ', float[4] gamma' }, false],
  ['before a padded convolution', 'n = bn(x, s, s, s, s) y = Conv<pads = [1,1,1,1]>(n, w)', {}, false],
  ['a transpose in between', 'a = Conv(x, w) k = Transpose<perm = [0,1,3,2]>(a) y = bn(k, s, s, s, s)', {}, false],
];

/** The graph of such a line, with numbers for its parameters. */
function graphOf(nodes: string, { inputs = '', outputs = '' }: { inputs?: string; outputs?: string }): MutableGraph {
  const graph = parseGraph(`<opset_import: ["" : 17]> g (float[N,4,8,8] x${inputs}) => (${outputs}float[] y)
    <float[4,4,3,3] w, float[4] s> { ${nodes.replace(/ bn\(/g, ' BatchNormalization(')} }`).toMutable();
  for (const { name, dims } of graph.initializers.values()) {
    graph.initializers.set(name, float32Tensor(name, dims, new Float32Array(elementCount(dims)).fill(0.7)));
  }
  return graph;
}

const batchNorms = (graph: Graph) => [...graph.nodes()].filter((n) => n.opType === 'BatchNormalization').length;

describe('foldable batch norms, against what ONNX Runtime folds', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-fold-'))));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  /** Batch norms before the runtime's optimizer, after it, and those that are said to be foldable. */
  async function counts(file: string): Promise<{ all: number; left: number; said: number }> {
    const optimized = path.join(folder, 'optimized.onnx');
    const options = {
      graphOptimizationLevel: 'extended',
      optimizedModelFilePath: optimized,
      logSeverityLevel: 4,
    } as const;
    await (await ort.InferenceSession.create(file, options)).release();
    const model = await openModelFile(file);
    const { findings } = await analyzeModel(model, file);
    const said = findings.filter((f) => f.ruleId === 'foldable-batch-norm').flatMap((f) => f.layers ?? []).length;
    return { all: batchNorms(model.graph), left: batchNorms((await openModelFile(optimized)).graph), said };
  }

  const networks = {
    'ResNet v1': () => convolutional.resnetV1(),
    'ResNet v2': convolutional.resnetV2,
    DenseNet: convolutional.densenet,
    'MobileNet v3': () => convolutional.mobilenetV3(),
    'U-Net': convolutional.unet,
    'DCGAN discriminator': convolutional.discriminator,
  };
  for (const [name, build] of Object.entries(networks)) {
    it(name, async () => {
      const file = path.join(folder, `${name}.onnx`);
      fs.writeFileSync(file, await encodeOnnx(build().toMutable()));
      const { all, left, said } = await counts(file);
      assert.ok(said > 0);
      assert.equal(said, all - left);
    });
  }

  for (const [name, nodes, more, goes] of beside) {
    it(`one norm, ${name}: ${goes ? 'folded' : 'left alone, and said so'}`, async () => {
      const file = path.join(folder, 'one.onnx');
      fs.writeFileSync(file, await encodeOnnx(graphOf(nodes, more)));
      assert.deepEqual(await counts(file), { all: 1, left: goes ? 0 : 1, said: goes ? 1 : 0 });
      const { findings } = await analyzeModel(await openModelFile(file), file);
      assert.equal(findings.filter((f) => f.ruleId === 'unfoldable-batch-norm').length, goes ? 0 : 1);
    });
  }

  it('files of the corpus', async function () {
    const files = manifestEntries().filter((e) => corpus.includes(path.basename(e.path, '.onnx')));
    if (files.length === 0) this.skip();
    assert.equal(files.length, corpus.length);
    for (const f of files) {
      const { all, left, said } = await counts(corpusPath(f));
      assert.equal(said, all - left, f.path);
    }
  });
});
