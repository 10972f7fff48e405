import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileIn, NodeFolder, openModelFile } from '../../../src/engine/nodeFolder';
import { ModelError, type ModelErrorCode } from '../../../src/ir/errors';
import { FLOAT, floats, modelBytes, node, valueInfo } from '../../support/onnxModels';

const is =
  (code: ModelErrorCode, message = /./) =>
  (e: unknown) =>
    e instanceof ModelError && e.code === code && message.test(e.message);

/** Descriptors of this process that are open on a file (Linux). */
function openDescriptors(file: string): number {
  return fs.readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`) === file;
    } catch {
      return false;
    }
  }).length;
}

describe('NodeFolder', () => {
  let folder: string;
  let outside: string;

  before(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-folder-')));
    outside = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-outside-')));
    fs.mkdirSync(path.join(folder, 'sub'));
    fs.writeFileSync(path.join(folder, 'sub/data.bin'), Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7));
    fs.writeFileSync(path.join(outside, 'secret.bin'), 'secret');
    fs.symlinkSync('sub/data.bin', path.join(folder, 'inner-link'));
    fs.symlinkSync(path.join(outside, 'secret.bin'), path.join(folder, 'outer-link'));
    fs.symlinkSync(outside, path.join(folder, 'outer-folder'));
    fs.symlinkSync('loop', path.join(folder, 'loop'));
  });

  after(() => {
    fs.rmSync(folder, { recursive: true });
    fs.rmSync(outside, { recursive: true });
  });

  it('reads by range, also several at once', async () => {
    const source = await new NodeFolder(folder).open('sub/data.bin');
    assert.equal(source.size, 8);
    const ranges = await Promise.all([source.read(2, 3), source.read(0, 8), source.read(8, 0)]);
    assert.deepEqual(ranges, [Uint8Array.of(2, 3, 4), Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7), new Uint8Array(0)]);
    assert.equal(ranges[0].constructor, Uint8Array);
    for (const [offset, length] of [
      [-1, 2],
      [7, 2],
      [0, -1],
      [NaN, 1],
    ])
      await assert.rejects(source.read(offset, length), is('truncated'));
  });

  it('reads long ranges and many short ones', async () => {
    const bytes = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251);
    fs.writeFileSync(path.join(folder, 'long.bin'), bytes);
    const source = await new NodeFolder(folder).open('long.bin');
    assert.ok(Buffer.from(await source.read(1, 2_999_998)).equals(bytes.subarray(1, 2_999_999)));
    let reads = 0;
    // for longer than the event loop may be kept waiting
    for (const begin = performance.now(); performance.now() - begin < 60; reads++) {
      const at = (reads * 7919) % 2_990_000;
      assert.deepEqual(await source.read(at, 50), bytes.slice(at, at + 50));
    }
    assert.ok(reads > 10);
  });

  it('lets the event loop have its turn between short reads', async () => {
    fs.writeFileSync(path.join(folder, 'short.bin'), new Uint8Array(100));
    const source = await new NodeFolder(folder).open('short.bin');
    let turns = 0;
    const timer = setInterval(() => turns++, 5);
    for (const begin = performance.now(); performance.now() - begin < 300;) await source.read(0, 10);
    clearInterval(timer);
    assert.ok(turns >= 3, `${turns} turns`);
  });

  it('opens nothing outside: absolute paths, steps upwards, links', async () => {
    const inside = new NodeFolder(folder);
    const name = path.basename(outside);
    const leaving = [
      path.join(outside, 'secret.bin'),
      `../${name}/secret.bin`,
      `sub/../../${name}/secret.bin`,
      'outer-link',
      'outer-folder/secret.bin',
      'C:\\secret.bin',
      'sub\\data.bin',
      '\\\\host\\share',
      'a\0b',
      '',
    ];
    for (const p of leaving) await assert.rejects(inside.open(p), is('outside-folder'), p);
    assert.equal((await inside.open('inner-link')).size, 8);
  });

  it('opens the file that the user chose even where it is a link that leads elsewhere', async () => {
    assert.equal((await new NodeFolder(folder, 'outer-link').open('outer-link')).size, 6);
    await assert.rejects(new NodeFolder(folder, 'inner-link').open('outer-link'), is('outside-folder'));
  });

  it('names a file in a folder as the system does, on Windows too', () => {
    assert.equal(fileIn('models', 'a.onnx', '/'), 'models/a.onnx');
    assert.equal(fileIn('/', 'a.onnx', '/'), '/a.onnx');
    assert.equal(fileIn('c:', 'a.onnx', '/'), 'c:/a.onnx');
    const onWindows = (folder: string) => path.win32.resolve('C:\\here', fileIn(folder, 'a b é.onnx', '\\'));
    for (const folder of [
      '.',
      'C:\\',
      'c:/',
      'C:\\m\\n',
      '..\\m',
      '\\\\host\\share\\',
      '\\\\host\\share\\m',
      '\\\\?\\C:\\m',
    ])
      assert.equal(onWindows(folder), path.win32.resolve('C:\\here', folder, 'a b é.onnx'), folder);
    assert.equal(fileIn('C:', 'a.onnx', '\\'), 'C:a.onnx'); // where that drive is, not its root
  });

  it('finds files where the system itself cannot say what a path leads to', async () => {
    const { native } = fs.realpath;
    fs.realpath.native = ((_: string, done: (error: Error) => void) =>
      done(Object.assign(new Error('EISDIR'), { code: 'EISDIR' }))) as unknown as typeof native;
    try {
      const inside = new NodeFolder(folder);
      assert.equal((await inside.open('sub/data.bin')).size, 8);
      await assert.rejects(inside.open('outer-link'), is('outside-folder'));
      await assert.rejects(inside.open('gone'), is('not-found', /there is no file gone/));
    } finally {
      fs.realpath.native = native;
    }
  });

  it('says what is wrong with a path', async () => {
    const inside = new NodeFolder(folder);
    await assert.rejects(inside.open('gone'), is('not-found', /there is no file gone/));
    await assert.rejects(inside.open('sub/data.bin/x'), is('not-found', /there is no file/));
    await assert.rejects(inside.open('sub'), is('not-a-model', /is a folder.*model\.json/));
    await assert.rejects(inside.open('loop'), is('not-found', /leads back to itself/));
    await assert.rejects(new NodeFolder('/dev').open('null'), is('not-a-model', /regular file/));
  });

  it('says so when reading is not allowed', async function () {
    const file = path.join(folder, 'locked');
    fs.writeFileSync(file, 'x', { mode: 0 });
    try {
      fs.accessSync(file, fs.constants.R_OK);
      this.skip(); // the administrator may read everything
    } catch {
      await assert.rejects(new NodeFolder(folder).open('locked'), is('not-found', /no permission/));
    }
  });

  it('closes files that nobody reads any more, and opens them again when asked', async function () {
    if (process.platform !== 'linux') this.skip();
    const file = path.join(folder, 'idle.bin');
    fs.writeFileSync(file, 'idle');
    const source = await new NodeFolder(folder).open('idle.bin');
    assert.equal(openDescriptors(file), 0);
    await Promise.all([source.read(0, 2), source.read(1, 2)]);
    assert.equal(openDescriptors(file), 1);
    await new Promise((resolve) => setTimeout(resolve, 1300));
    assert.equal(openDescriptors(file), 0);
    assert.deepEqual(await source.read(0, 4), new Uint8Array(Buffer.from('idle')));

    await new Promise((resolve) => setTimeout(resolve, 1300));
    fs.writeFileSync(file, 'changed');
    await assert.rejects(source.read(0, 4), is('corrupt', /changed on disk/));
  });

  describe('openModelFile', () => {
    const external = {
      name: 'w',
      dims: [2],
      dataType: FLOAT,
      dataLocation: 1,
      externalData: [{ key: 'location', value: 'weights.bin' }],
    };

    it('opens a model with the weights beside it, and names files as the user does', async () => {
      const model = modelBytes({
        input: [valueInfo('x')],
        node: [node('Add', ['x', 'w'], ['y'])],
        initializer: [external, floats('big', [100])],
      });
      fs.writeFileSync(path.join(folder, 'model.onnx'), model);
      fs.writeFileSync(path.join(folder, 'weights.bin'), new Uint8Array(Float32Array.of(3, 4).buffer));
      const relative = path.relative(process.cwd(), path.join(folder, 'model.onnx'));
      const { graph, weights } = await openModelFile(relative);
      assert.equal(weights, 'present');
      assert.deepEqual(
        await graph.initializer(graph.valueId('w')!)!.read(),
        new Uint8Array(Float32Array.of(3, 4).buffer),
      );
      assert.equal((await graph.initializer(graph.valueId('big')!)!.read()).length, 400);

      fs.rmSync(path.join(folder, 'weights.bin'));
      fs.symlinkSync(path.join(outside, 'secret.bin'), path.join(folder, 'weights.bin'));
      const stolen = await openModelFile(relative);
      assert.equal(stolen.weights, 'partial');
      assert.match(stolen.problems[0].message, /outside the model's own folder/);
      await assert.rejects(stolen.graph.initializer(stolen.graph.valueId('w')!)!.read(), is('missing-weights'));
    });

    it('opens a JSON model with its shards, and none that a link or a path takes from elsewhere', async () => {
      const dense = {
        class_name: 'Dense',
        config: { name: 'd', units: 1, use_bias: false, batch_input_shape: [null, 2] },
      };
      const json = (shard: string) =>
        JSON.stringify({
          modelTopology: { class_name: 'Sequential', config: { name: 's', layers: [dense] } },
          weightsManifest: [{ paths: [shard], weights: [{ name: 'd/kernel', shape: [2, 1], dtype: 'float32' }] }],
        });
      const secret = path.join(outside, 'secret.bin');
      fs.writeFileSync(path.join(folder, 'shard.bin'), new Uint8Array(8));
      fs.symlinkSync(secret, path.join(folder, 'linked.bin'));
      fs.symlinkSync('shard.bin', path.join(folder, 'own-link.bin'));
      const file = path.join(folder, 'shards.json');
      const opened = async (shard: string) => {
        fs.writeFileSync(file, json(shard));
        const model = await openModelFile(file);
        return [model.weights, ...model.problems.map((p) => p.code)];
      };
      for (const shard of ['shard.bin', 'own-link.bin']) assert.deepEqual(await opened(shard), ['present'], shard);
      const elsewhere = ['linked.bin', secret, `../${path.basename(outside)}/secret.bin`, 'outer-folder/secret.bin'];
      for (const shard of elsewhere) assert.deepEqual(await opened(shard), ['missing', 'outside-folder'], shard);
    });

    it('names the file in its errors', async () => {
      const missing = path.join(folder, 'gone/model.onnx');
      await assert.rejects(openModelFile(missing), (e) => is('not-found')(e) && (e as ModelError).path === missing);
      await assert.rejects(
        openModelFile(folder),
        (e) => is('not-a-model', /folder/)(e) && (e as ModelError).path === folder,
      );
    });
  });
});
