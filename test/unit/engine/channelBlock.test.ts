import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { channelBlock } from '../../../src/engine/channelBlock';
import { nativeRuntime } from '../../../src/engine/nativeRuntime';
import { wasmRuntime } from '../../../src/engine/wasmRuntime';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import { BLOCKED_DOMAIN } from '../../../src/ir/channelBlocks';
import { inferTypes } from '../../../src/ir/inferTypes';
import { layerView } from '../../../src/layers/recognize';
import { SyntheticData } from '../../../src/training/data/syntheticData';
import { adam } from '../../../src/training/optimizers';
import { TrainingState } from '../../../src/training/trainingState';
import { buildTrainingStep } from '../../../src/training/trainingStep';
import { relativeError } from '../../support/finiteDifferences';
import { modelOf } from '../../support/textModel';
import { withWeights } from './smallModels';

/** Three channels to 16, a bias, every channel by itself, a stride, 32 channels; smooth, so that rounding changes no mask. */
const net = `
<ir_version: 8, opset_import: ["" : 18]>
net (float[N, 3, 16, 16] x) => (float[N, 10] y)
<float[16, 3, 3, 3] w1, float[16, 16, 3, 3] w2, float[16] b2, float[16, 1, 3, 3] wd, float[32, 16, 3, 5] w3, float[32, 32, 3, 3] w4, float[32, 10] w5> {
  c1 = Conv <pads = [1, 1, 1, 1]> (x, w1)
  a1 = Softplus (c1)
  c2 = Conv <pads = [1, 1, 1, 1]> (a1, w2, b2)
  s2 = Add (a1, c2)
  d2 = Conv <pads = [1, 1, 1, 1], group = 16> (s2, wd)
  c3 = Conv <pads = [1, 2, 1, 2], strides = [2, 2]> (d2, w3)
  a3 = Softplus (c3)
  c4 = Conv <pads = [1, 1, 1, 1]> (a3, w4)
  p = GlobalAveragePool (c4)
  f = Flatten (p)
  y = MatMul (f, w5)
}`;

describe('blocks of channels', () => {
  it('the WebAssembly build has none, the native build what the processor has', async () => {
    assert.equal(await channelBlock(wasmRuntime(1)), 1);
    const block = await channelBlock(nativeRuntime(1));
    assert.ok(process.arch === 'x64' ? [8, 16].includes(block) : [1, 8, 16].includes(block), `${block} channels`);
  });

  it('the native build runs its own sessions where the WebAssembly build was loaded first', async function () {
    if ((await channelBlock(nativeRuntime(1))) === 1) return this.skip();
    const script = `
      const { channelBlock } = require('./src/engine/channelBlock');
      const wasm = require('./src/engine/wasmRuntime').wasmRuntime(1);
      const native = require('./src/engine/nativeRuntime').nativeRuntime(1);
      channelBlock(native).then((block) => console.log(block, native.facts.name, wasm.facts.name));`;
    const printed = execFileSync(process.execPath, ['--import=tsx', '-e', script], { encoding: 'utf8' });
    assert.equal(printed.trim(), `${await channelBlock(nativeRuntime(1))} onnxruntime-node onnxruntime-web`);
  });

  for (const batch of [3, 20, 32]) {
    it(`a step of ${batch} samples gives the loss and the gradients of one without blocks`, async function () {
      const runtime = nativeRuntime(1);
      const block = await channelBlock(runtime);
      if (block === 1) return this.skip();
      const model = modelOf(withWeights(net).freeze());
      const view = layerView(model.graph, inferTypes(model.graph));
      const results = [];
      for (const size of [1, block]) {
        const step = buildTrainingStep(model, view, { batch, seed: 1, channelBlock: size });
        const blocked = step.graph.nodes.filter((n) => n.domain === BLOCKED_DOMAIN && n.opType === 'Conv');
        // forward: the first two have pixels enough from 4 samples on, the last two from 16, every channel by itself always; backward
        // as well: dW of four, dX of three at most
        assert.equal(blocked.length, size === 1 ? 0 : { 3: 6, 20: 12, 32: 12 }[batch]);
        const session = await runtime.createSession(await encodeOnnx(step.graph));
        const state = await TrainingState.create(model, step, 'keep', adam, 0.01, 1);
        const feeds = new Map([...new SyntheticData(step.inputs, step.outputs, batch, 1).feeds(0), ...state.feeds()]);
        const fetched = await session.run(feeds, [step.loss, ...step.parameters.map((p) => p.gradient!)]);
        results.push({ step, fetched });
        await session.release();
      }
      const [plain, blocks] = results;
      const named = (r: typeof plain) => [
        ['loss', r.step.loss],
        ...r.step.parameters.map((p) => [p.name, p.gradient!]),
      ];
      for (const [i, [what, name]] of named(plain).entries()) {
        const expected = plain.fetched.get(name)!.data as Float32Array;
        const error = relativeError(blocks.fetched.get(named(blocks)[i][1])!.data as Float32Array, expected);
        assert.ok(error < 1e-5, `${what}: ${error}`);
      }
    });
  }
});
