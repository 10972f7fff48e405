import assert from 'node:assert/strict';
import { nodeHost } from '../../../src/engine/nodeHost';
import { runProfile } from '../../../src/engine/runProfile';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';
import { ProfileFold } from '../../../src/profile/profileResult';
import { temporaryFolder, withWeights, writeModel } from './smallModels';

const WIDTH = 256;

/** `depth` dense layers of 256 features, each followed by what `after` writes for the values a{i} to s{i}. */
function network(depth: number, norm: boolean, activation: string | undefined) {
  const layers = Array.from({ length: depth }, (_, i) => i + 1);
  const w = WIDTH;
  const parameters = layers.map((i) => {
    const statistics = `float[${w}] g${i}, float[${w}] b${i}, float[${w}] m${i}, float[${w}] v${i}`;
    return `float[${w},${w}] w${i}${norm ? `, ${statistics}` : ''}`;
  });
  const body = layers.map((i) => {
    const dense = `a${i} = MatMul(${i > 1 ? `s${i - 1}` : 'x'}, w${i})`;
    const normed = norm ? `n${i} = BatchNormalization(a${i}, g${i}, b${i}, m${i}, v${i})` : '';
    return `${dense} ${normed} s${i} = ${activation ?? 'Identity'}(${norm ? `n${i}` : `a${i}`})`;
  });
  return withWeights(`<ir_version: 8, opset_import: ["" : 17]> net (float[N,${w}] x) => (float[N,10] y)
    <${parameters.join(', ')}, float[${w},10] head> { ${body.join('\n')}  y = MatMul(s${depth}, head) }`);
}

describe('theory and measurement', function () {
  this.timeout(60000);
  const folder = temporaryFolder();

  const cases = [
    { name: 'sigmoid', norm: false, activation: 'Sigmoid', batch: 64, tolerance: 0.08 },
    { name: 'batch norm and ReLU', norm: true, activation: 'Relu', batch: 256, tolerance: 0.04 },
    { name: 'batch norm alone', norm: true, activation: undefined, batch: 8, tolerance: 0.04 },
  ] as const;
  for (const { name, norm, activation, batch, tolerance } of cases) {
    it(`agree on the gradients of fresh weights: ${name}`, async () => {
      const file = await writeModel(folder, `${name.replaceAll(' ', '-')}.onnx`, network(10, norm, activation));
      const fold = new ProfileFold();
      const settings = { ...defaultProfileSettings, steps: 1, batch, init: 'default' as const };
      await runProfile({ model: { path: file }, settings }, (e) => fold.add(e), new AbortController().signal, nodeHost);
      const { theory = [], layers } = fold.result()!;
      assert.equal(theory.length, 1);
      const [{ ratio, values }] = theory;
      assert.equal(values.length, 10);
      const measured = Number(layers.find((l) => l.id === values[0].layer)!.gradient[0].rms);
      // by layer: the ninth root of the ratio between first and last
      const factor = (measured / values[9].rms) ** (1 / 9);
      assert.ok(Math.abs(factor / ratio - 1) < tolerance, `measured ${factor}, predicted ${ratio}`);
    });
  }
});
