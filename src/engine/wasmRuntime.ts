import { createRequire } from 'node:module';
import type { Runtime } from './runtime';
import { OrtRuntime, WASM_BYTES, type OrtModule } from './ortRuntime';

const load = createRequire(__filename);

interface WebModule extends OrtModule {
  readonly env: {
    readonly versions: { readonly web?: string };
    readonly wasm: { numThreads?: number };
  };
}

let startedWith: number | undefined;

/**
 * ONNX Runtime's WebAssembly build: the same results on every machine. A training step takes two to three times that of the native
 * one (convolutional networks, on x64), a product of matrices six times.
 * It finds its .wasm file beside its own script. The number of threads is fixed by the first session of a process;
 * later runtimes of that process get, and report, the same.
 */
export function wasmRuntime(threads: number): Runtime {
  // `require`, not `import`: only the CommonJS build is packaged beside the engine
  const ort = load('onnxruntime-web') as WebModule;
  forgetCommon();
  startedWith ??= threads;
  ort.env.wasm.numThreads = startedWith;
  const version = ort.env.versions.web ?? '';
  return new OrtRuntime(ort, { name: 'onnxruntime-web', version, threads: startedWith }, 'wasm', WASM_BYTES);
}

/**
 * Both packages enter what they run into a table of onnxruntime-common, where the first to be loaded stays: the native build would
 * run on this one if it came later. So that it gets a table of its own, the module is loaded anew for whoever asks next.
 */
function forgetCommon(): void {
  for (const file of Object.keys(load.cache)) if (/[\\/]onnxruntime-common[\\/]/.test(file)) delete load.cache[file];
}
