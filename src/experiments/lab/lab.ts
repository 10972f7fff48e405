import { encodeOnnx } from '../../formats/onnx/onnxWriter';
import { ModelError } from '../../ir/errors';
import type { MutableGraph } from '../../ir/mutableGraph';
import { say } from '../../texts/say';
import type { HostTensor } from '../../training/hostTensor';

/** Milliseconds of work between two looks at the messages that came in. */
const BREATH_MS = 40;

export interface SessionOptions {
  /** 'disabled' runs the nodes as they stand in the graph; the default lets the runtime rewrite it. */
  readonly optimization?: 'all' | 'disabled';
}

export interface LabSession {
  run(feeds: ReadonlyMap<string, HostTensor>, fetches: readonly string[]): Promise<Map<string, HostTensor>>;
  release(): Promise<void>;
}

/** What the lab needs of a runtime (engine/runtime.ts, which stands below). */
export interface LabRuntime {
  createSession(bytes: Uint8Array, options?: SessionOptions): Promise<LabSession>;
}

export interface LabOptions {
  readonly runtime: LabRuntime;
  /** Lets messages come in, so that a run can be cancelled. */
  readonly pause: () => Promise<void>;
  readonly signal?: AbortSignal;
  /** Told how far the measurement of a seed is, 0 .. 1. */
  readonly onProgress?: (part: number) => void;
}

/** A graph that has been compiled, with whatever its maker wants to remember of it. */
interface Compiled<T> {
  readonly session: LabSession;
  readonly plan: T;
}

/** Where experiments run: a runtime, and the graphs that were compiled for it. A graph is compiled once, however often it is asked for. */
export class Lab {
  private readonly compiled = new Map<string, Promise<Compiled<unknown>>>();
  private lastBreath = 0;

  constructor(private readonly options: LabOptions) {}

  /**
   * The compiled graph of this key, which is built when it is first asked for.
   * @param key says everything that the graph depends on
   */
  async compile<T extends { readonly graph: MutableGraph }>(
    key: string,
    build: () => T,
    options: SessionOptions = {},
  ): Promise<Compiled<T>> {
    let entry = this.compiled.get(key) as Promise<Compiled<T>> | undefined;
    if (entry === undefined) {
      entry = this.make(build, options);
      this.compiled.set(key, entry);
    }
    return entry;
  }

  /** Runs a compiled graph once. @throws ModelError `cancelled` when the experiment was cancelled */
  async run(
    session: LabSession,
    feeds: ReadonlyMap<string, HostTensor>,
    fetches: readonly string[],
  ): Promise<Map<string, HostTensor>> {
    await this.breathe();
    return session.run(feeds, fetches);
  }

  /** Says how far the measurement of this seed is, 0 .. 1. */
  progress(part: number): void {
    this.options.onProgress?.(part);
  }

  /** Frees every compiled graph. */
  async release(): Promise<void> {
    const all = [...this.compiled.values()];
    this.compiled.clear();
    for (const entry of await Promise.allSettled(all)) {
      if (entry.status === 'fulfilled') await entry.value.session.release();
    }
  }

  private async make<T extends { readonly graph: MutableGraph }>(
    build: () => T,
    options: SessionOptions,
  ): Promise<Compiled<T>> {
    await this.breathe();
    const plan = build();
    const session = await this.options.runtime.createSession(await encodeOnnx(plan.graph), options);
    return { session, plan };
  }

  private async breathe(): Promise<void> {
    const { pause, signal } = this.options;
    if (performance.now() - this.lastBreath > BREATH_MS) {
      await pause();
      this.lastBreath = performance.now();
    }
    if (signal?.aborted) throw new ModelError('cancelled', say`the experiment was cancelled`);
  }
}
