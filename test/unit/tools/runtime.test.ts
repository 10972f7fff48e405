import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { copyRuntime, currentTarget, nativeTargets, universal } from '../../../src/tools/runtime.mjs';

const root = path.resolve(__dirname, '../../..');

/** What ONNX Runtime is on each target, beside its binding. */
const libraries: Readonly<Record<string, string>> = {
  'linux-x64': 'libonnxruntime.so.1',
  'linux-arm64': 'libonnxruntime.so.1',
  'win32-x64': 'onnxruntime.dll',
  'win32-arm64': 'onnxruntime.dll',
  'darwin-arm64': 'libonnxruntime.1.dylib',
};

describe('the runtime of a package', () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-runtime-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const always = [
    ...['package.json', 'dist/cjs/package.json', 'dist/cjs/index.js'].map((file) => `onnxruntime-common/${file}`),
    ...[
      'package.json',
      'dist/ort.node.min.js',
      'dist/ort-wasm-simd-threaded.mjs',
      'dist/ort-wasm-simd-threaded.wasm',
    ].map((file) => `onnxruntime-web/${file}`),
  ].map((file) => `node_modules/${file}`);

  for (const target of [universal, ...nativeTargets])
    it(`on ${target} is WebAssembly, and native code for this target alone`, () => {
      const copied = copyRuntime(root, folder, target);
      const bin = `bin/napi-v6/${target.replace('-', '/')}`;
      const native = ['package.json', 'dist/backend.js', 'dist/binding.js', 'dist/index.js', 'dist/version.js'];
      const expected =
        target === universal
          ? always
          : [
              ...always,
              ...[...native, `${bin}/onnxruntime_binding.node`, `${bin}/${libraries[target]}`].map(
                (file) => `node_modules/onnxruntime-node/${file}`,
              ),
            ];
      assert.deepEqual(copied.sort(), expected.sort());
      for (const file of copied) assert.ok(fs.statSync(path.join(folder, file)).size > 0, file);
    });

  it('is universal where there is no native build, as on Macs with Intel processors', () => {
    assert.deepEqual(nativeTargets, Object.keys(libraries));
    const { platform, arch } = process;
    const on = (name: string, cpu: string) => {
      Object.defineProperties(process, { platform: { value: name }, arch: { value: cpu } });
      return currentTarget();
    };
    try {
      assert.deepEqual([on('darwin', 'x64'), on('linux', 'ia32')], [universal, universal]);
      assert.deepEqual([on('darwin', 'arm64'), on('win32', 'x64')], ['darwin-arm64', 'win32-x64']);
    } finally {
      Object.defineProperties(process, { platform: { value: platform }, arch: { value: arch } });
    }
    assert.throws(() => copyRuntime(root, folder, 'darwin-x64'), /no such target: darwin-x64; there are universal, /);
  });

  it('is built for every target by the workflow', () => {
    const workflow = fs.readFileSync(path.join(root, '.github/workflows/ci.yml'), 'utf8');
    const stated = /target: \[(.*)\]/.exec(workflow)![1].split(', ');
    assert.deepEqual(stated.sort(), [universal, ...nativeTargets].sort());
  });
});
