import type { Runtime, RuntimeSession, SessionOptions } from './runtime';

/**
 * A runtime that keeps its last session and gives it out again for the same model: creating one costs as much as tens of
 * steps. One session is in use at a time.
 */
export class SessionCache implements Runtime {
  readonly facts: Runtime['facts'];
  readonly addressableBytes: number;
  private kept:
    { readonly bytes: Uint8Array; readonly optimization: string; readonly session: RuntimeSession } | undefined;

  constructor(private readonly runtime: Runtime) {
    this.facts = runtime.facts;
    this.addressableBytes = runtime.addressableBytes;
  }

  async createSession(bytes: Uint8Array, options: SessionOptions = {}): Promise<RuntimeSession> {
    const optimization = options.optimization ?? 'all';
    if (this.kept?.optimization !== optimization || !sameBytes(this.kept.bytes, bytes)) {
      await this.dispose();
      this.kept = { bytes, optimization, session: await this.runtime.createSession(bytes, options) };
    }
    const { session } = this.kept;
    return {
      run: (feeds, fetches) => session.run(feeds, fetches),
      // it may be asked for again
      release: () => Promise.resolve(),
    };
  }

  async dispose(): Promise<void> {
    const { kept } = this;
    this.kept = undefined;
    await kept?.session.release();
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
