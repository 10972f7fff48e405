import type { EngineFacts } from '../protocol/profile';
import type { HostTensor } from '../training/hostTensor';

export interface SessionOptions {
  /**
   * How much the runtime may rewrite the graph. 'all' (the default) makes small networks a fifth faster; its time grows
   * faster than the graph, and at thousands of nodes it saves nothing that it does not cost first. 'disabled' runs the nodes as
   * they stand in the graph.
   */
  readonly optimization?: 'all' | 'basic' | 'disabled';
}

/** A graph that is ready to run. */
export interface RuntimeSession {
  /**
   * Runs the graph once.
   * @param feeds a tensor for every input of the graph
   * @param fetches names of the outputs to return; the others are not copied out of the runtime
   * @throws ModelError `engine` with the runtime's own words when a node cannot be run
   */
  run(feeds: ReadonlyMap<string, HostTensor>, fetches: readonly string[]): Promise<Map<string, HostTensor>>;
  release(): Promise<void>;
}

/** ONNX Runtime, native or WebAssembly. */
export interface Runtime {
  readonly facts: EngineFacts;
  /** The most bytes that the runtime can address; Infinity where only the machine's memory limits it. */
  readonly addressableBytes: number;
  /**
   * @param bytes an ONNX model; weights that are no inputs lie inside
   * @throws ModelError `engine` when the runtime refuses the model
   */
  createSession(bytes: Uint8Array, options?: SessionOptions): Promise<RuntimeSession>;
}
