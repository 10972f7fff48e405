import { strict as assert } from 'node:assert';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as ort from 'onnxruntime-node';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import type { Graph } from '../../../src/ir/graph';
import { analyzeModel } from '../../../src/rules/analyzeModel';
import { corpusPath, manifestEntries } from '../../support/manifest';
import * as convolutional from '../../support/networks/convolutional';

/** Real files without dense or transposed layers before norms, which ONNX Runtime does not fold. */
const corpus = ['light_resnet50', 'light_densenet121', 'ch_ppocr_mobile_v2.0_cls_infer', 'residual_block'];

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
