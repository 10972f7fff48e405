import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { ModelError } from '../ir/errors';
import { wellFormed } from '../ir/wellFormed';
import type { EngineFacts } from '../protocol/profile';
import { say } from '../texts/say';
import { isHostDataType, type HostData, type HostTensor } from '../training/hostTensor';
import type { Runtime, RuntimeSession, SessionOptions } from './runtime';

/** The part of the packages onnxruntime-node and onnxruntime-web that the engine uses. */
export interface OrtModule {
  readonly InferenceSession: typeof InferenceSession;
  readonly Tensor: typeof Tensor;
}

/** What the WebAssembly build can address: 32 bits, of which the runtime's own code and fragmentation take a part. */
export const WASM_BYTES = 0.85 * 2 ** 32;

/** A Runtime on one of ONNX Runtime's JavaScript packages, which share their interface. */
export class OrtRuntime implements Runtime {
  constructor(
    private readonly ort: OrtModule,
    readonly facts: EngineFacts,
    private readonly provider: 'cpu' | 'wasm',
    readonly addressableBytes: number,
  ) {}

  async createSession(bytes: Uint8Array, options: SessionOptions = {}): Promise<RuntimeSession> {
    const { ort } = this;
    try {
      const session = await ort.InferenceSession.create(bytes, {
        executionProviders: [this.provider],
        intraOpNumThreads: this.facts.threads,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        graphOptimizationLevel: options.optimization ?? 'all',
        // both sides of memory planning assume that a graph is run with few intermediate values kept alive
        enableMemPattern: false,
        // failures come back as errors; nobody reads what it would print
        logSeverityLevel: 4,
        extra: {
          session: {
            // idle threads sleep: as fast, a quarter less processor time, and two runs do not fight each other
            intra_op: { allow_spinning: '0' },
            // gradients that vanish end in denormal numbers, which are many times slower
            set_denormal_as_zero: '1',
          },
        },
      });
      return new OrtSession(ort, session);
    } catch (error) {
      throw engineError(error, say`the runtime refuses the network`);
    }
  }
}

class OrtSession implements RuntimeSession {
  constructor(
    private readonly ort: OrtModule,
    private readonly session: InferenceSession,
  ) {}

  async run(feeds: ReadonlyMap<string, HostTensor>, fetches: readonly string[]): Promise<Map<string, HostTensor>> {
    // the runtime knows names as they were written into the model: in UTF-8
    const inputs = Object.fromEntries(
      Array.from(feeds, ([name, { dtype, data, dims }]) => [wellFormed(name), new this.ort.Tensor(dtype, data, dims)]),
    );
    let outputs: InferenceSession.ReturnType;
    try {
      outputs = await this.session.run(inputs, fetches.map(wellFormed));
    } catch (error) {
      throw engineError(error, say`the network cannot be run`);
    }
    const result = new Map<string, HostTensor>();
    for (const name of fetches) result.set(name, toHost(outputs[wellFormed(name)], name));
    return result;
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

function toHost(value: InferenceSession.ReturnType[string], name: string): HostTensor {
  const { type: dtype, dims, data } = value;
  if (dtype === 'string' || !isHostDataType(dtype)) {
    throw new ModelError('unsupported', say`output ${name} is of type ${dtype}, which is not read back`);
  }
  return { dtype, dims, data: data as HostData };
}

/** ONNX Runtime's message without its source positions, with the node it names as the place. */
function engineError(error: unknown, what: string): ModelError {
  const text = typeof error === 'number' ? `error ${error}` : error instanceof Error ? error.message : String(error);
  const node = /node[. ]*Name: ?'([^']+)'/i.exec(text)?.[1] ?? /Node ?\(([^)]+)\)/.exec(text)?.[1];
  const reason = text
    .replace(/\s+/g, ' ')
    .replace(/^.*?Status Message: /, '')
    .replace(/\S*\/onnxruntime\/\S+\s*/g, '')
    .trim();
  return new ModelError('engine', `${what}: ${reason.slice(0, 400)}`, node === undefined ? {} : { node });
}
