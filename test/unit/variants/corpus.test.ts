import assert from 'node:assert/strict';
import * as path from 'node:path';
import type { Tensor } from 'onnxruntime-node';
import { openModelFile } from '../../../src/engine/nodeFolder';
import { inferTypes } from '../../../src/ir/inferTypes';
import { verifyGraph } from '../../../src/ir/verifyGraph';
import { toOpset18 } from '../../../src/variants/toOpset18';
import { corpusFeeds, corpusOnnxFiles, tryRun, trySession } from '../../support/corpus';
import { encode } from '../../support/encode';

/** Outputs that depend on chance (a Dropout in training mode) or that were not defined before opset 12 (its mask). */
const BY_CHANCE = new Set(['bias_dropout_fusion1.onnx', 'dropout.onnx', 'dropout_training_mode_true.onnx']);
/** Sizes that depend on the values fed: what a classifier of trees yields, branches of unequal shape, loops, NonZero. */
const BY_VALUES = new Set(['tract_xgboost.onnx', 'subgraph_input_shadows_outer_scope_value.onnx', 'opset_09.onnx']);

/** Takes as long as all others together. */
const SLOW = new Set(['candy.onnx']);

const files = corpusOnnxFiles().filter((file) => !SLOW.has(path.basename(file)));

/** Largest difference, in units of the largest magnitude. */
function difference(a: ArrayLike<unknown>, b: ArrayLike<unknown>): number {
  let [scale, error] = [1e-30, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [Number(a[i]), Number(b[i])];
    if (Object.is(x, y)) continue;
    if (Number.isNaN(x) || Number.isNaN(y)) return Infinity;
    scale = Math.max(scale, Math.abs(x));
    error = Math.max(error, Math.abs(x - y));
  }
  return error / scale;
}

(files.length > 0 ? describe : describe.skip)('real ONNX files', () => {
  let compared = 0;
  after(() => assert.ok(compared >= 60, `only ${compared} files were compared`));

  for (const file of files) {
    const name = path.basename(path.dirname(file)).startsWith('test_') ? path.dirname(file) : file;
    it(`${path.basename(name)}: types as they are run, opset 18 with the same results`, async function () {
      this.timeout(60_000);
      const original = await trySession(file);
      if (original === undefined) return this.skip();
      const graph = (await openModelFile(file)).graph.toMutable();
      const { shapes, feeds } = corpusFeeds(graph);
      const expected = await tryRun(original, feeds);
      await original.release();
      if (expected === undefined) return this.skip();
      assert.deepEqual(verifyGraph(graph), []);
      const types = inferTypes(graph, shapes);
      for (const [value, { type, dims }] of Object.entries(expected)) {
        if (BY_VALUES.has(path.basename(file))) continue;
        assert.deepEqual([types.get(value)?.dtype, types.get(value)?.shape], [type, dims], value);
      }
      toOpset18(graph);
      const converted = await trySession(await encode(graph, 9));
      assert.ok(converted, 'the runtime does not open it any more');
      const actual = (await converted.run(feeds)) as Record<string, Tensor>;
      await converted.release();
      for (const [value, tensor] of Object.entries(expected)) {
        assert.deepEqual([actual[value].type, actual[value].dims], [tensor.type, tensor.dims], value);
        if (BY_CHANCE.has(path.basename(file))) continue;
        const error = difference(tensor.data, actual[value].data);
        assert.ok(error <= (tensor.type === 'float16' ? 2e-3 : 1e-5), `${value} differs by ${error}`);
      }
      compared++;
    });
  }
});
