import type { EngineFailure, EngineMessage, EngineRequest } from '../../protocol/engine';

/** Between the engine in a web worker and its host, which reads files for it: a worker has no file system. */

export type ToWorker =
  /** First of all: the WebAssembly build of ONNX Runtime, which the worker could not load itself. */
  | { readonly type: 'start'; readonly wasm: Uint8Array }
  | { readonly type: 'engine'; readonly request: EngineRequest }
  | { readonly type: 'answer'; readonly call: number; readonly size: number }
  | { readonly type: 'answer'; readonly call: number; readonly bytes: Uint8Array }
  | { readonly type: 'answer'; readonly call: number; readonly error: EngineFailure };

export type FromWorker =
  | { readonly type: 'engine'; readonly message: EngineMessage }
  /** Opens a file of a model's folder; answered with its size. The call's number names the open file from then on. */
  | { readonly type: 'open'; readonly call: number; readonly model: string; readonly relativePath: string }
  /** Nobody reads that file any more. */
  | { readonly type: 'close'; readonly file: number }
  | {
      readonly type: 'read';
      readonly call: number;
      readonly file: number;
      readonly offset: number;
      readonly length: number;
    };
