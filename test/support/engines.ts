import * as native from 'onnxruntime-node';
import * as web from 'onnxruntime-web';

/** A model loaded into a runtime. */
export interface LoadedGraph {
  run(feeds: Readonly<Record<string, native.Tensor>>): Promise<Record<string, native.Tensor>>;
  release(): Promise<void>;
}

/** A runtime that graphs are checked on. */
export interface TestEngine {
  readonly name: string;
  /** @throws when the runtime has no kernel for a node. */
  load(model: Uint8Array): Promise<LoadedGraph>;
}

/** ONNX Runtime's native build on one thread: test files run beside each other. */
export const nativeEngine: TestEngine = {
  name: 'onnxruntime-node',
  async load(model) {
    const session = await native.InferenceSession.create(model, {
      enableMemPattern: false,
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    return { run: async (feeds) => await session.run(feeds), release: () => session.release() };
  },
};

/** ONNX Runtime's WebAssembly build, on one thread. */
export const wasmEngine: TestEngine = {
  name: 'onnxruntime-web',
  async load(model) {
    web.env.wasm.numThreads = 1;
    const session = await web.InferenceSession.create(model, {
      executionProviders: ['wasm'],
      enableMemPattern: false,
      logSeverityLevel: 4,
    });
    return {
      run: async (feeds) => await session.run(feeds),
      release: () => session.release(),
    };
  },
};
