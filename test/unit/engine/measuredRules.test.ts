import assert from 'node:assert/strict';
import path from 'node:path';
import { nodeHost } from '../../../src/engine/nodeHost';
import { runProfile } from '../../../src/engine/runProfile';
import type { ProfileResult, ProfileSettings } from '../../../src/protocol/profile';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';
import { ProfileFold } from '../../../src/profile/profileResult';
import { convNet, temporaryFolder, withWeights, writeModel } from './smallModels';

async function profile(file: string, settings: Partial<ProfileSettings> = {}): Promise<ProfileResult> {
  const fold = new ProfileFold();
  const request = { model: { path: file }, settings: { ...defaultProfileSettings, ...settings } };
  await runProfile(request, (event) => fold.add(event), new AbortController().signal, nodeHost);
  return fold.result()!;
}

const ids = ({ findings }: ProfileResult) => findings.map((f) => f.ruleId);

/** `depth` dense layers of 32 features with an activation each, and a classifier. */
function deep(depth: number, activation: string): string {
  const layers = Array.from({ length: depth }, (_, i) => i + 1);
  const weights = layers.map((i) => `float[32,32] w${i}`).join(', ');
  const body = layers.map((i) => `a${i} = Gemm(${i > 1 ? `s${i - 1}` : 'x'}, w${i})  s${i} = ${activation}(a${i})`);
  return `<ir_version: 8, opset_import: ["" : 17]> net (float[N,32] x) => (float[N,4] y) <${weights}, float[32,4] head>
    { ${body.join('\n')}  y = Gemm(s${depth}, head) }`;
}

describe('measured rules on real runs', function () {
  this.timeout(60000);
  const folder = temporaryFolder();
  const write = (name: string, text: string) => writeModel(folder, name, withWeights(text));

  it('see the gradients of a deep network of sigmoids vanish, and those of tanh stay', async () => {
    const sigmoid = await profile(await write('sigmoid.onnx', deep(8, 'Sigmoid')), { init: 'default' });
    const finding = sigmoid.findings.find((f) => f.ruleId === 'vanishing-gradient')!;
    assert.equal(finding.severity, 'warning');
    assert.equal(finding.layer, sigmoid.layers[0].id);
    const tanh = await profile(await write('tanh.onnx', deep(8, 'Tanh')), { init: 'default' });
    assert.ok(!ids(tanh).includes('vanishing-gradient'), tanh.findings.map((f) => f.message).join());
  });

  it('keep what they say about a run that was cut short', async () => {
    const file = await write('short.onnx', deep(8, 'Sigmoid'));
    const fold = new ProfileFold();
    const abort = new AbortController();
    const request = { model: { path: file }, settings: { ...defaultProfileSettings, init: 'default' as const } };
    const run = runProfile(
      request,
      (event) => {
        fold.add(event);
        if (event.type === 'step' && event.step === 4) abort.abort();
      },
      abort.signal,
      nodeHost,
    );
    await assert.rejects(run);
    const result = fold.result({ status: 'cancelled' })!;
    assert.equal(result.loss.length, 5);
    assert.ok(ids(result).includes('vanishing-gradient'));
  });

  it('see tanh units whose weights are far too large saturate', async () => {
    const text = deep(3, 'Tanh').replaceAll('Gemm(', 'Gemm <alpha = 4.0> (');
    const { findings } = await profile(await write('saturated.onnx', text), { lr: 1e-5 });
    const saturated = findings.filter((f) => f.ruleId === 'saturated-activation');
    // all three, and no warning: the weights are the file's, the data are not
    assert.deepEqual(
      saturated.map((f) => [f.layer, f.severity]),
      [1, 2, 3].map((i) => [`s${i}`, 'information']),
    );
  });

  it('see ReLU units that a negative bias keeps off, and count the others', async () => {
    const text = `<ir_version: 8, opset_import: ["" : 17]> net (float[N,3,8,8] x) => (float[N,4] y)
      <float[10,3,3,3] w1, float[10] b1, float[4,10] w2>
      { c = Conv(x, w1, b1)  r = Relu(c)  g = GlobalAveragePool(r)  f = Flatten(g)  y = Gemm<transB = 1>(f, w2) }`;
    const graph = withWeights(text);
    const bias = graph.initializers.get('b1')!;
    const off = Float32Array.from({ length: 10 }, (_, i) => (i < 6 ? -1000 : 0));
    graph.initializers.set('b1', { ...bias, read: () => Promise.resolve(new Uint8Array(off.buffer)) });
    const result = await profile(await writeModel(folder, 'dead.onnx', graph), { lr: 1e-5 });
    const relu = result.layers.find((l) => l.activationFunction === 'Relu')!;
    assert.equal(relu.activation.at(-1)!.deadUnits, 0.6);
    assert.equal(relu.activation[0].deadUnits, undefined);
    assert.ok(ids(result).includes('dead-units'));
  });

  it('estimate the deviation over samples without bias', async () => {
    const result = await profile(await write('conv.onnx', convNet), { steps: 40, lr: 1e-6, batch: 8 });
    const norm = result.layers.find((l) => l.role === 'norm')!;
    // after a batch norm the values of a channel differ as much between samples as within, up to the samples' own means
    const mean = norm.activation.reduce((sum, a) => sum + Number(a.sampleStd) ** 2, 0) / 40;
    const whole = Number(norm.activation[0].std) ** 2;
    assert.ok(mean > 0.5 * whole && mean < 1.2 * whole, `${mean} ${whole}`);
  });

  it('find no fault with the sample model, its weights kept or new', async () => {
    const sample = path.join(__dirname, '../../../media/samples/sample.onnx');
    for (const init of ['keep', 'default'] as const) {
      const { findings } = await profile(sample, { init, steps: 30 });
      const grave = findings.filter((f) => f.severity === 'warning' || f.severity === 'error');
      assert.deepEqual(grave, []);
    }
  });
});
