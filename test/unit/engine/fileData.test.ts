import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { encode as encodePng } from 'fast-png';
import { nodeHost } from '../../../src/engine/nodeHost';
import { runProfile } from '../../../src/engine/runProfile';
import type { ProfileResult, ProfileSettings } from '../../../src/protocol/profile';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';
import { ProfileFold } from '../../../src/profile/profileResult';
import { Random } from '../../../src/training/random';
import { convNet, temporaryFolder, withWeights, writeModel } from './smallModels';

async function profile(file: string, settings: Partial<ProfileSettings>): Promise<ProfileResult> {
  const fold = new ProfileFold();
  const request = {
    model: { path: file },
    settings: { ...defaultProfileSettings, init: 'default' as const, lr: 0.01, ...settings },
  };
  await runProfile(request, (event) => fold.add(event), new AbortController().signal, nodeHost);
  return fold.result()!;
}

const mean = (values: readonly unknown[]) => values.reduce<number>((a, b) => a + Number(b), 0) / values.length;
const learns = ({ loss }: ProfileResult, ratio: number) => {
  assert.ok(mean(loss.slice(-5)) < ratio * mean(loss.slice(0, 5)), loss.join(' '));
};

/** Pictures of 64 pixels as bytes: the quarter of its class is bright, the rest is dark, with noise. */
function pictures(count: number, channels: number): { data: Uint8Array; classes: Uint8Array } {
  const random = new Random(3);
  const classes = Uint8Array.from({ length: count }, () => random.integer(4));
  const size = 64 * channels;
  const data = Uint8Array.from({ length: count * size }, (_, i) => {
    const bright = Math.floor((4 * (i % size)) / size) === classes[Math.floor(i / size)];
    return (bright ? 200 : 50) + 10 * random.normal();
  });
  return { data, classes };
}

const uint32 = (...values: number[]) =>
  Buffer.from(values.flatMap((v) => [v >>> 24, v >>> 16, v >>> 8, v].map((b) => b & 255)));

describe('profiles on data of files', function () {
  this.timeout(60000);
  const folder = temporaryFolder();
  const dense = `<ir_version: 8, opset_import: ["" : 18]> net (float[N,1,8,8] x) => (float[N,4] y)
    <float[64,16] w1, float[16] b1, float[16,4] w2> {
      f = Flatten (x)  h = Gemm (f, w1, b1)  r = Relu (h)  y = Gemm (r, w2) }`;

  it('learn the classes of an MNIST-like pair of files', async () => {
    const { data, classes } = pictures(300, 1);
    const header = Buffer.concat([Buffer.from([0, 0, 8, 3]), uint32(300, 8, 8)]);
    const x = folder.write('images-idx3-ubyte.gz', gzipSync(Buffer.concat([header, data])));
    const y = folder.write('labels-idx1-ubyte', Buffer.concat([Buffer.from([0, 0, 8, 1]), uint32(300), classes]));
    const model = await writeModel(folder, 'dense.onnx', withWeights(dense));
    const result = await profile(model, { data: x, labels: y });
    learns(result, 0.5);
    assert.equal(result.settings.data.kind, 'file');
    assert.match(
      result.settings.data.inputs,
      /300 samples .* images-idx3-ubyte \[300,8,8\] uint8 \d+\.\.\d+, read as \[1,8,8\], divided by 255/,
    );
    assert.equal(result.settings.data.targets, 'the classes of labels-idx1-ubyte, 4 of them');
    assert.ok(result.settings.notes.some((n) => /input x: read as \[1,8,8\]/.test(n)));
    assert.deepEqual((await profile(model, { data: x, labels: y, steps: 3 })).loss, result.loss.slice(0, 3));

    const squared = await profile(model, { data: x, labels: y, loss: 'mse' });
    learns(squared, 0.6);
    assert.deepEqual(
      [squared.settings.loss, squared.settings.data.targets],
      ['mse', 'the classes of labels-idx1-ubyte, 4 of them, as a 1 among zeros'],
    );
    await assert.rejects(
      profile(model, { data: x }),
      /no labels for its 4 scores: give labels, or choose the loss mse/,
    );
    assert.equal((await profile(model, { data: x, loss: 'mse', steps: 2 })).settings.loss, 'mse');
    await assert.rejects(profile(model, { labels: y }), /without data/);
    await assert.rejects(
      profile(model, { data: path.join(path.dirname(x), 'nowhere.npy') }),
      /there is no file nowhere.npy/,
    );
  });

  it('learn the classes of subfolders of pictures, at the size that the model wants', async () => {
    const root = path.join(path.dirname(folder.write('note.txt', new Uint8Array(1))), 'shapes');
    const { data, classes } = pictures(40, 3);
    classes.forEach((c, i) => {
      const name = path.join(root, `class ${c}`, `${i}.png`);
      fs.mkdirSync(path.dirname(name), { recursive: true });
      const rows = data.subarray(i * 192, (i + 1) * 192);
      fs.writeFileSync(name, encodePng({ width: 16, height: 4, data: rows, channels: 3 }));
    });
    const model = await writeModel(folder, 'conv.onnx', withWeights(convNet));
    const result = await profile(model, { data: root, steps: 30, batch: 8 });
    learns(result, 0.8);
    assert.match(
      result.settings.data.inputs,
      /^40 samples in random order: shapes \[40,3,8,8\] pictures scaled to 0..1/,
    );
    assert.equal(result.settings.data.targets, 'the classes of the subfolders of shapes, 4 of them');
  });

  it('learn the values of a column, which may be named', async () => {
    const random = new Random(1);
    const rows = Array.from({ length: 80 }, () => {
      const [a, b] = [random.normal(), random.normal()];
      return `${a},${(a - 2 * b).toFixed(4)},${b}`;
    });
    const csv = folder.write('table.csv', Buffer.from(`a,result,b\n${rows.join('\n')}\n`));
    const text = `<ir_version: 8, opset_import: ["" : 18]> net (float[N,2] x) => (float[N,1] y) <float[2,1] w> { y = MatMul (x, w) }`;
    const model = await writeModel(folder, 'linear.onnx', withWeights(text));
    const result = await profile(model, { data: csv, labels: 'column:result', optimizer: 'sgd', lr: 0.1 });
    learns(result, 0.05);
    assert.deepEqual([result.settings.loss, result.settings.data.targets], ['mse', 'the values of table.csv: result']);
    await assert.rejects(profile(model, { data: csv }), /input 'x' is \[N,2\]; table.csv holds \[80,3\] text/);
  });

  it('settle sizes that the file leaves open', async () => {
    const text = `<ir_version: 8, opset_import: ["" : 18]> net (float[N,3,H,W] x) => (float[N,2] y) <float[4,3,3,3] w1, float[4,2] w2>
      { c = Conv (x, w1)  g = GlobalAveragePool (c)  f = Flatten (g)  y = MatMul (f, w2) }`;
    const model = await writeModel(folder, 'open.onnx', withWeights(text));
    const sample = [Array.from({ length: 10 }, () => Array.from({ length: 12 }, () => [0, 0.5, 1]))];
    const xs = Array.from({ length: 4 }, () => sample[0]);
    const json = folder.write('data.json', Buffer.from(JSON.stringify({ xs, ys: [0, 1, 1, 0] })));
    const { settings, layers } = await profile(model, { data: json, batch: 4, steps: 2 });
    assert.ok(settings.notes.some((n) => /channels moved from the last axis to the first/.test(n)));
    assert.ok(!settings.notes.some((n) => /open/.test(n)), settings.notes.join());
    assert.equal(layers[0].elements, 4 * 4 * 8 * 10);
    const many = folder.write('many.json', Buffer.from(JSON.stringify({ xs, ys: [0, 1, 2, 0] })));
    await assert.rejects(
      profile(model, { data: many, batch: 4 }),
      /many.json: ys counts classes up to 2, and the model's output y has scores for 2, 0 to 1/,
    );
  });

  it('open loops over the sizes that the file leaves open', async () => {
    const turn =
      'body = turn (int64 i, bool go, float[N,6] h) => (bool go2, float[N,6] t) { m = MatMul(h, w2) t = Tanh(m) go2 = Identity(go) }';
    const text = `<ir_version: 8, opset_import: ["" : 17]> net (float[N,L,4] x) => (float[N,2] y)
      <float[4,6] w1, float[6,6] w2, float[6,2] w3, int64[1] second = {1}, bool on = {1}>
      { m = ReduceMean<axes = [1], keepdims = 0>(x) a = MatMul(m, w1) s = Shape(x) n = Gather(s, second) k = Squeeze(n)
        r = Loop<${turn}>(k, on, a) y = MatMul(r, w3) }`;
    const model = await writeModel(folder, 'turns.onnx', withWeights(text));
    const xs = Array.from({ length: 8 }, (_, n) => Array.from({ length: 5 }, (_, l) => [n % 2, l / 5, 1, 0.5]));
    const json = folder.write('series.json', Buffer.from(JSON.stringify({ xs, ys: [0, 1, 0, 1, 0, 1, 0, 1] })));
    const { settings, layers, status } = await profile(model, { data: json, batch: 4, steps: 3 });
    assert.equal(status, 'complete');
    assert.ok(
      settings.notes.some((n) => /a loop was written out/.test(n)),
      settings.notes.join(),
    );
    assert.equal(layers.filter(({ kind }) => kind === 'Tanh').length, 5);
  });

  it('say by which factor fresh weights were scaled', async () => {
    const model = await writeModel(folder, 'scaled.onnx', withWeights(dense));
    const rms = async (init: ProfileSettings['init']) => {
      const { settings, layers } = await profile(model, { init, steps: 1 });
      return [settings.weights, Number(layers[1].weights?.[0].rms ?? layers[0].weights![0].rms)] as const;
    };
    const [[, usual], [words, small]] = [await rms('default'), await rms(0.25)];
    assert.equal(words, 're-initialised, standard deviations times 0.25');
    assert.ok(Math.abs(small / usual - 0.25) < 1e-5);
  });
});
