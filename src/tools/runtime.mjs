// ONNX Runtime as it is shipped: its packages, cut down to the files that the engine loads, in dist/node_modules,
// where Node finds them from dist/engine.js as it finds the full ones in the repository.
import esbuild from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';

/** Marketplace targets that ONNX Runtime has a native build for, with the folder and files of that build. */
const nativeBuilds = {
  'linux-x64': ['linux/x64', ['libonnxruntime.so.1']],
  'linux-arm64': ['linux/arm64', ['libonnxruntime.so.1']],
  // DirectML.dll is loaded on first use (delay-load import) and only for the GPU: left out
  'win32-x64': ['win32/x64', ['onnxruntime.dll']],
  'win32-arm64': ['win32/arm64', ['onnxruntime.dll']],
  'darwin-arm64': ['darwin/arm64', ['libonnxruntime.1.dylib']],
};

export const nativeTargets = Object.keys(nativeBuilds);
export const universal = 'universal';

/** The target of the machine this runs on; universal where there is no native build (macOS on Intel). */
export function currentTarget() {
  const target = `${process.platform}-${process.arch}`;
  return nativeTargets.includes(target) ? target : universal;
}

/**
 * Copies ONNX Runtime for `target` into `dist`/node_modules: always the WebAssembly build (the fallback, and what the
 * setting can ask for), with the native build beside it unless the target is universal.
 *
 * @param {string} root the repository's folder
 * @param {string} dist where engine.js lies
 * @param {string} target one of `nativeTargets` or `universal`
 * @returns {string[]} the copied files, relative to `dist`, with forward slashes
 */
export function copyRuntime(root, dist, target) {
  const packages = {
    'onnxruntime-common': ['package.json', 'dist/cjs/package.json'],
    'onnxruntime-web': [
      'package.json',
      'dist/ort.node.min.js',
      'dist/ort-wasm-simd-threaded.mjs',
      'dist/ort-wasm-simd-threaded.wasm',
    ],
  };
  if (target !== universal) {
    const build = nativeBuilds[target];
    if (!build) throw new Error(`no such target: ${target}; there are ${[universal, ...nativeTargets].join(', ')}`);
    const [folder, libraries] = build;
    packages['onnxruntime-node'] = [
      'package.json',
      ...['backend', 'binding', 'index', 'version'].map((name) => `dist/${name}.js`),
      ...['onnxruntime_binding.node', ...libraries].map((name) => `bin/napi-v6/${folder}/${name}`),
    ];
  }
  const copied = [];
  for (const [name, files] of Object.entries(packages))
    for (const file of files) {
      const to = path.join(dist, 'node_modules', name, file);
      fs.mkdirSync(path.dirname(to), { recursive: true });
      fs.copyFileSync(path.join(root, 'node_modules', name, file), to);
      copied.push(`node_modules/${name}/${file}`);
    }
  // the CommonJS half of onnxruntime-common, which both runtimes require: one file in the place of twenty
  const common = 'node_modules/onnxruntime-common/dist/cjs/index.js';
  const settings = { bundle: true, minify: true, platform: 'node', format: 'cjs', logLevel: 'warning' };
  esbuild.buildSync({ ...settings, entryPoints: [path.join(root, common)], outfile: path.join(dist, common) });
  return [...copied, common];
}
