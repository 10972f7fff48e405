import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { onnx } from 'onnx-proto';
import { budget, vsixFile } from '../../src/tools/package.mjs';
import { currentTarget, universal } from '../../src/tools/runtime.mjs';
import { createHome, installVsix, type Home } from '../workbench/server';
import { listFiles } from '../workbench/workspace';

const root = path.resolve(__dirname, '../..');

/** Files of dist/ in every package, ONNX Runtime aside. */
const bundles = ['THIRD_PARTY_NOTICES.txt', 'cli.js', 'engine.js', 'extension.js', 'webview.css', 'webview.js'];

const wasmFiles = [
  'onnxruntime-web/dist/ort-wasm-simd-threaded.mjs',
  'onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
  'onnxruntime-web/dist/ort.node.min.js',
  'onnxruntime-web/package.json',
];
const nativeFiles = [
  'onnxruntime-node/bin/napi-v6/PLATFORM/ARCH/libonnxruntime.so.1',
  'onnxruntime-node/bin/napi-v6/PLATFORM/ARCH/onnxruntime_binding.node',
  'onnxruntime-node/dist/backend.js',
  'onnxruntime-node/dist/binding.js',
  'onnxruntime-node/dist/index.js',
  'onnxruntime-node/dist/version.js',
  'onnxruntime-node/package.json',
];

for (const target of new Set([currentTarget(), universal]))
  describe(`the ${target} package, installed`, function () {
    this.timeout(120_000);
    let home: Home;
    let installed: string;

    before(() => {
      home = createHome();
      installVsix(home, vsixFile(target));
      const folder = fs.readdirSync(home.extensions).find((name) => name.startsWith('normscope.normscope-'));
      assert.ok(folder, 'VS Code has no folder for the extension');
      installed = path.join(home.extensions, folder);
    });
    after(() => fs.rmSync(home.root, { recursive: true, force: true }));

    it('holds what it should and nothing else', () => {
      const runtime = [...wasmFiles, ...(target === universal ? [] : nativeFiles)].map((file) =>
        file.replace('PLATFORM', process.platform).replace('ARCH', process.arch),
      );
      const files = listFiles(installed);
      const common = files.filter((file) => file.startsWith('dist/node_modules/onnxruntime-common/'));
      assert.ok(common.every((file) => /\/(package\.json|dist\/cjs\/[\w-]+\.js|dist\/cjs\/package\.json)$/.test(file)));
      const expected = [
        ...['.vsixmanifest', 'LICENSE.txt', 'changelog.md', 'package.json', 'readme.md'],
        ...bundles.map((file) => `dist/${file}`),
        ...runtime.map((file) => `dist/node_modules/${file}`),
        ...listFiles(path.join(root, 'media')).map((file) => `media/${file}`),
      ];
      assert.deepEqual(
        files.filter((file) => !common.includes(file)),
        expected.sort(),
      );
    });

    it('keeps to its budget', () => {
      assert.ok(fs.statSync(vsixFile(target)).size <= budget(target));
    });

    it('runs a model on the ONNX Runtime it brings, away from the repository', () => {
      fs.writeFileSync(path.join(home.root, 'relu.onnx'), reluModel());
      const output = execFileSync(
        process.execPath,
        ['-e', runRelu, path.join(installed, 'dist/engine.js'), 'relu.onnx'],
        {
          cwd: home.root,
          encoding: 'utf8',
        },
      );
      const native = target === universal ? 'MODULE_NOT_FOUND' : [0, 2, 0];
      assert.deepEqual(JSON.parse(output), { 'onnxruntime-node': native, 'onnxruntime-web': [0, 2, 0] });
    });
  });

/** y = Relu(x) for three floats. */
function reluModel(): Uint8Array {
  const vector = (name: string) => ({
    name,
    type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 3 }] } } },
  });
  const model = {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 13 }],
    graph: {
      name: 'relu',
      node: [{ opType: 'Relu', input: ['x'], output: ['y'] }],
      input: [vector('x')],
      output: [vector('y')],
    },
  };
  return onnx.ModelProto.encode(onnx.ModelProto.fromObject(model)).finish();
}

/** What both runtimes make of (-1, 2, -3), required as engine.js would require them. */
const runRelu = `
  const require = module.constructor.createRequire(process.argv[1]);
  const model = new Uint8Array(fs.readFileSync(process.argv[2]));
  const results = {};
  (async () => {
    for (const name of ['onnxruntime-node', 'onnxruntime-web']) {
      try {
        const { InferenceSession, Tensor, env } = require(name);
        env.wasm.numThreads = 1;
        const session = await InferenceSession.create(model);
        const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(-1, 2, -3), [3]) });
        results[name] = Array.from(y.data);
      } catch (error) {
        results[name] = error.code ?? String(error);
      }
    }
    process.stdout.write(JSON.stringify(results), () => process.exit(0));
  })();
`;
