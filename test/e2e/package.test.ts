import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { budget, vsixFile } from '../../src/tools/package.mjs';
import { currentTarget, universal } from '../../src/tools/runtime.mjs';
import { createHome, installVsix, type Home } from '../workbench/server';
import { listFiles } from '../workbench/workspace';

const root = path.resolve(__dirname, '../..');

/** Files of dist/ in every package, ONNX Runtime aside. */
const bundles = [
  ...['THIRD_PARTY_NOTICES.txt', 'cli.js', 'engine.js', 'extension.js', 'web/engine.js', 'web/extension.js'],
  ...['experiments.css', 'experiments.js', 'webview.css', 'webview.js'],
];

const runtimeFiles = [
  'onnxruntime-common/dist/cjs/index.js',
  'onnxruntime-common/dist/cjs/package.json',
  'onnxruntime-common/package.json',
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
      const runtime = [...runtimeFiles, ...(target === universal ? [] : nativeFiles)].map((file) =>
        file.replace('PLATFORM', process.platform).replace('ARCH', process.arch),
      );
      const files = listFiles(installed);
      const parts = files.filter((file) => /^dist\/(cli|engine|extension)\.\w+\.js$/.test(file));
      assert.ok(parts.length > 20 && parts.length < 80, `${parts.length} parts of bundles`);
      const expected = [
        ...['.vsixmanifest', 'LICENSE.txt', 'changelog.md', 'package.json', 'readme.md'],
        ...['package.nls.it.json', 'package.nls.json'],
        ...bundles.map((file) => `dist/${file}`),
        ...parts,
        ...runtime.map((file) => `dist/node_modules/${file}`),
        ...listFiles(path.join(root, 'media')).map((file) => `media/${file}`),
      ];
      assert.deepEqual(files, expected.sort());
      // what VS Code's packager advises: each file is opened when an extension is installed
      assert.ok(files.filter((file) => file.endsWith('.js')).length < 100);
    });

    it('keeps to its budget', () => {
      assert.ok(fs.statSync(vsixFile(target)).size <= budget(target));
    });

    it('trains on the ONNX Runtime it brings, away from the repository', () => {
      const native = target === universal ? undefined : 'onnxruntime-node';
      assert.equal(engineUsed('auto'), native ?? 'onnxruntime-web');
      assert.equal(engineUsed('native'), native);
      assert.equal(engineUsed('wasm'), 'onnxruntime-web');
    });

    /** The name of the runtime that two steps on the sample ran on; undefined when it was refused in one clear line. */
    function engineUsed(choice: string): string | undefined {
      const args = [
        'profile',
        'media/samples/sample.onnx',
        '--steps',
        '2',
        '--batch',
        '4',
        '--engine',
        choice,
        '--format',
        'json',
      ];
      const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(installed, 'dist/cli.js'), ...args], {
        cwd: installed,
        encoding: 'utf8',
      });
      if (status === 0) return (JSON.parse(stdout) as { engine: { name: string } }).engine.name;
      assert.equal(status, 2, stderr);
      assert.doesNotMatch(stderr, /^\s+at /m);
      assert.match(stderr, /native/);
      return undefined;
    }
  });
