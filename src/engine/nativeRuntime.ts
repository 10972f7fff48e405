import { createRequire } from 'node:module';
import type { Runtime } from './runtime';
import { OrtRuntime, type OrtModule } from './ortRuntime';

// Resolved when it is asked for: the package without native code does not hold this module.
const load = createRequire(__filename);

/**
 * ONNX Runtime's native build.
 * @throws Error of the module loader where there is no native build for this machine
 */
export function nativeRuntime(threads: number): Runtime {
  const ort = load('onnxruntime-node') as OrtModule & { env: { versions: { node?: string } } };
  const version = ort.env.versions.node ?? '';
  return new OrtRuntime(ort, { name: 'onnxruntime-node', version, threads }, 'cpu', Infinity);
}
