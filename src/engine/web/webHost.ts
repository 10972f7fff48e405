import * as ort from 'onnxruntime-web/wasm';
import { openModel } from '../../formats/openModel';
import { ModelError } from '../../ir/errors';
import { say } from '../../texts/say';
import { OrtRuntime, WASM_BYTES } from '../ortRuntime';
import type { FileAccess } from '../fileAccess';
import type { EngineHost } from '../runProfile';
import type { RemoteFiles } from './remoteFiles';

/**
 * A run in a web worker: files come from the host, ONNX Runtime is its WebAssembly build on one thread (more need a page that
 * is isolated from others, which editors are not).
 * @param wasm bytes of the .wasm file that belongs to the bundled onnxruntime-web
 */
export function webHost(files: RemoteFiles, wasm: Uint8Array): EngineHost {
  ort.env.wasm.wasmBinary = wasm;
  ort.env.wasm.numThreads = 1;
  const facts = { name: 'onnxruntime-web' as const, version: ort.env.versions.web ?? '', threads: 1 };
  const placeOf = (path: string) => ({ folder: files.folder(path), name: path.slice(path.lastIndexOf('/') + 1) });
  const runtime = new OrtRuntime(ort, facts, 'wasm', WASM_BYTES);
  return {
    openModel(path) {
      const { folder, name } = placeOf(path);
      return openModel(folder, name);
    },
    placeOf,
    openData: (path) =>
      Promise.reject(
        new ModelError(
          'unsupported',
          say`${path} cannot be read in a browser: use made samples, or VS Code on a machine`,
        ),
      ),
    files: noFiles,
    chooseRuntime(choice) {
      if (choice === 'native') {
        throw new ModelError('engine', say`there is no native engine in a browser: choose the engine 'auto' or 'wasm'`);
      }
      return { runtime, notes: [say`in a browser the training runs as WebAssembly on one thread`] };
    },
    availableBytes: () => WASM_BYTES,
    pause: () => new Promise((resolve) => setTimeout(resolve, 0)),
  };
}

/** Copies of models are saved on machines only. */
const noFiles: FileAccess = {
  open: cannotSave,
  folderOf: () => ({ open: cannotSave }),
  isSame: cannotSave,
  exists: cannotSave,
  sameFolder: cannotSave,
  nameOf: (file) => file.slice(file.lastIndexOf('/') + 1),
  beside: (file, name) => `${file.slice(0, file.lastIndexOf('/') + 1)}${name}`,
  makeFolderOf: cannotSave,
  write: cannotSave,
};

function cannotSave(): Promise<never> {
  return Promise.reject(
    new ModelError(
      'unsupported',
      say`a browser saves no copies of models: use VS Code on a machine, or the command line`,
    ),
  );
}
