import * as ort from 'onnxruntime-node';

/** A model loaded into a runtime. */
export interface LoadedGraph {
  run(feeds: Readonly<Record<string, ort.Tensor>>): Promise<Record<string, ort.Tensor>>;
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
    const session = await ort.InferenceSession.create(model, {
      enableMemPattern: false,
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    return {
      run: async (feeds) => (await session.run(feeds)),
      release: () => session.release(),
    };
  },
};
