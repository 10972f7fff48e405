import * as tfl from '@tensorflow/tfjs-layers';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { openTfjsLayers } from '../../../../src/formats/tfjs/openTfjsLayers';
import { ModelError } from '../../../../src/ir/errors';
import type { Model } from '../../../../src/ir/model';
import { assertAgrees, MemoryFolder } from '../../../support/tfjsOracle';

const corpus = path.resolve(__dirname, '../../../../../shared/models');

interface Entry {
  readonly path: string;
  readonly format: string;
  readonly nodes: number;
  readonly params?: number;
  readonly conv: number;
  readonly gemm_matmul: number;
  readonly norm: Readonly<Record<string, number>>;
  readonly dropout?: Readonly<Record<string, number>>;
  readonly inputs: readonly { readonly shape: readonly (number | null)[] }[];
  readonly weights_inside: boolean;
}

function entries(): Entry[] {
  const manifest = path.join(corpus, 'manifest.json');
  return fs.existsSync(manifest) ? (JSON.parse(fs.readFileSync(manifest, 'utf8')) as Entry[]) : [];
}

function opened(file: string): { text: string; folder: MemoryFolder } {
  const folder = path.dirname(path.join(corpus, file));
  const files = fs.readdirSync(folder).filter((f) => !f.endsWith('.json') && !f.endsWith('5'));
  return {
    text: fs.readFileSync(path.join(corpus, file), 'utf8'),
    folder: new MemoryFolder(Object.fromEntries(files.map((f) => [f, fs.readFileSync(path.join(folder, f))]))),
  };
}

/** Names of the layers that have a node of one of these operators. */
function layersWith(model: Model, opTypes: readonly string[]): number {
  const nodes = [...model.graph.nodes()].filter((n) => opTypes.includes(n.opType));
  return new Set(nodes.map((n) => n.origin?.layer)).size;
}

/** The model as tfjs loads it. */
async function loadedByTfjs(text: string, folder: MemoryFolder): Promise<tfl.LayersModel> {
  const { modelTopology, weightsManifest } = JSON.parse(text) as {
    modelTopology: object;
    weightsManifest: { paths: string[]; weights: never[] }[];
  };
  const parts: Uint8Array[] = [];
  for (const { paths } of weightsManifest) {
    for (const p of paths) {
      const source = await folder.open(p);
      parts.push(await source.read(0, source.size));
    }
  }
  const weightData = new Uint8Array(Buffer.concat(parts)).buffer;
  const weightSpecs = weightsManifest.flatMap((g) => g.weights);
  return tfl.loadLayersModel({ load: () => Promise.resolve({ modelTopology, weightSpecs, weightData }) });
}

/** Large models are compared on a smaller input where they leave their sizes open, and on one sample. */
const openSizes = { 1: 16, 2: 16 };

describe('Layers models of the corpus', () => {
  const models = entries().filter((e) => e.format === 'tfjs-layers' || e.format === 'keras-json');

  it('is there', function () {
    if (models.length === 0) this.skip();
    assert.ok(models.length >= 12);
  });

  for (const entry of models) {
    it(`${entry.path}: counts`, async () => {
      const { text, folder } = opened(entry.path);
      const model = await openTfjsLayers(folder, entry.path, text);
      assert.equal(model.nodeCount, entry.nodes);
      if (entry.params !== undefined) assert.equal(model.parameterCount, entry.params);
      assert.equal(layersWith(model, ['Conv', 'ConvTranspose']), entry.conv);
      assert.equal(layersWith(model, ['Gemm', 'MatMul']), entry.gemm_matmul);
      assert.equal(layersWith(model, ['BatchNormalization']), entry.norm.BatchNormalization ?? 0);
      assert.equal(layersWith(model, ['Dropout']), entry.dropout?.Dropout ?? 0);
      assert.equal(model.weights, entry.weights_inside ? 'present' : 'missing');
      assert.deepEqual(
        model.problems.map((p) => p.code),
        entry.weights_inside || entry.format === 'keras-json' ? [] : ['not-found'],
      );
      assert.equal(folder.reads, 0);
      for (const node of model.graph.nodes()) {
        const { offset, length, kind } = node.origin!;
        const layer = JSON.parse(text.slice(offset, offset + length)) as { class_name: string };
        assert.equal(layer.class_name, kind);
      }
    });

    if (entry.format !== 'tfjs-layers' || !entry.weights_inside) continue;
    it(`${entry.path}: outputs as tfjs computes them`, async () => {
      const { text, folder } = opened(entry.path);
      const reference = await loadedByTfjs(text, folder);
      const model = await openTfjsLayers(folder, entry.path, text);
      const integers = entry.path.includes('acgan') ? 2 : undefined;
      await assertAgrees(reference, model, { batch: 1, sizes: openSizes, integers });
      reference.dispose();
    }).timeout(60000);
  }

  it('refuses what describes no layers model and says what it is', async function () {
    if (models.length === 0) this.skip();
    const refused = {
      'face_landmark_68_tiny_model-weights_manifest.json': /weights manifest/,
      'NN_LIGHT_1.json': /no layers model/,
    };
    for (const [name, message] of Object.entries(refused)) {
      const { text, folder } = opened(`malformed/${name}`);
      await assert.rejects(openTfjsLayers(folder, name, text), (error: unknown) => {
        assert.ok(error instanceof ModelError);
        assert.equal(error.code, 'not-a-model');
        assert.equal(error.path, name);
        assert.match(error.message, message);
        return true;
      });
    }
  });

  it('opens a Keras model that is encoded once more as a string', async function () {
    if (models.length === 0) this.skip();
    const { text, folder } = opened('malformed/model.json');
    const model = await openTfjsLayers(folder, 'model.json', text);
    assert.equal(model.nodeCount, 8);
    assert.deepEqual(model.problems, []);
    const { offset, length } = model.graph.node(1).origin!;
    assert.match(text.slice(offset, offset + length), /^\{.*\}$/s);
  });

  it('refuses graph models', async function () {
    const [graphModel] = entries().filter((e) => e.format === 'tfjs-graph');
    if (graphModel === undefined) this.skip();
    const { text, folder } = opened(graphModel.path);
    await assert.rejects(openTfjsLayers(folder, 'm.json', text), /graph model/);
  });
});
