import { ModelError, type ModelErrorCode } from '../ir/errors';
import type { EngineJob, EngineJobs, EngineMessage, EngineRequest, ModelLocation } from '../protocol/engine';
import type { ProfileEvent, ProfileResult, ProfileSettings } from '../protocol/profile';
import type { ProfileEnd } from '../profile/profileResult';
import { say } from '../texts/say';
import type { Transport } from './transport';

/** How long an engine may take to end a job by itself; a step of a large network takes seconds. */
export const CANCEL_PATIENCE_MS = 150;

/** One job, waiting for its turn or running. */
interface Run {
  readonly message: Extract<EngineRequest, { type: 'start' }>;
  readonly onEvent: (event: never) => void;
  readonly signal?: AbortSignal;
  readonly onAbort: () => void;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
  cancelled: boolean;
  patience?: ReturnType<typeof setTimeout>;
}

/** The engine's process ended, or could not be started, while it had a job. */
export class EngineEnded extends ModelError {
  /** @param reason in words, e.g. "ended by signal SIGKILL" */
  constructor(reason: string) {
    super('engine', say`the engine's process ${reason}`);
  }
}

/**
 * The host's side of an engine. Starts it when it is first needed, keeps it between jobs, starts a new one after a crash
 * or a kill. Jobs run one after the other, in the order they were asked for.
 */
export class EngineClient {
  private transport: Transport | undefined;
  private current: Run | undefined;
  private readonly waiting: Run[] = [];
  private nextId = 1;
  private disposed = false;

  /** @param language that the engine's texts are in (BCP 47), as far as there are any; English by default */
  constructor(
    private readonly start: () => Transport,
    private readonly language = 'en',
  ) {}

  /** False before the first job, and after the process has ended until the next job. */
  get isRunning(): boolean {
    return this.transport !== undefined;
  }

  /**
   * Has a job done.
   *
   * @param onEvent called for each event of the job as it comes
   * @param signal ends the job within a fifth of a second; the engine is killed when it does not end by itself
   * @throws ModelError when the job cannot be done, or (`cancelled`) was cancelled; EngineEnded when the process died
   */
  run<Job extends EngineJob>(
    job: Job,
    request: EngineJobs[Job]['request'],
    onEvent: (event: EngineJobs[Job]['event']) => void = () => undefined,
    signal?: AbortSignal,
  ): Promise<EngineJobs[Job]['result']> {
    if (signal?.aborted || this.disposed) return Promise.reject(cancelled());
    return new Promise((resolve, reject) => {
      const run: Run = {
        message: { type: 'start', id: this.nextId++, job, request } as Run['message'],
        onEvent,
        signal,
        onAbort: () => this.cancel(run),
        resolve,
        reject,
        cancelled: false,
      };
      signal?.addEventListener('abort', run.onAbort);
      this.waiting.push(run);
      this.next();
    });
  }

  /**
   * Profiles a model. A run that was cancelled or died after its event `started` still resolves, with the status
   * 'cancelled' or 'failed' and what had been measured.
   *
   * @throws ModelError when the run ended before there was anything to report: the model cannot be opened or trained, the
   *   engine cannot be started, or (`cancelled`) it was cancelled first
   */
  async profile(
    model: ModelLocation,
    settings: ProfileSettings,
    onEvent: (event: ProfileEvent) => void,
    signal?: AbortSignal,
  ): Promise<ProfileResult> {
    const events: ProfileEvent[] = [];
    const add = (event: ProfileEvent) => {
      events.push(event);
      onEvent(event);
    };
    let error: ModelError | undefined;
    try {
      await this.run('profile', { model, settings }, add, signal);
    } catch (e) {
      if (!(e instanceof ModelError)) throw e;
      error = e;
    }
    let end: ProfileEnd = { status: 'complete' };
    if (error !== undefined) {
      if (error instanceof EngineEnded) error = new ModelError(error.code, `${reached(events)} ${error.message}`);
      end = error.code === 'cancelled' ? { status: 'cancelled' } : { status: 'failed', failure: error.message };
    }
    // what follows from the figures is loaded when there are some
    const { foldProfile } = await import('../profile/profileResult');
    const result = foldProfile(events, end);
    if (result !== undefined) return result;
    throw (error ?? new ModelError('engine', say`the profile ended before it began`)).withPath(model.path);
  }

  /** Ends the engine; jobs that go on or wait end as cancelled. The client cannot be used afterwards. */
  dispose(): void {
    this.disposed = true;
    for (const run of this.waiting.splice(0)) this.fail(run, cancelled());
    if (this.current) this.fail(this.current, cancelled());
    if (this.transport) this.drop(this.transport);
  }

  private next(): void {
    if (this.current !== undefined) return;
    const run = this.waiting.shift();
    if (run === undefined) return;
    this.current = run;
    this.transport ??= this.connect();
    this.transport.send(run.message);
  }

  private cancel(run: Run): void {
    run.cancelled = true;
    const place = this.waiting.indexOf(run);
    if (place >= 0) {
      this.waiting.splice(place, 1);
      this.fail(run, cancelled());
      return;
    }
    const { transport } = this;
    if (run !== this.current || transport === undefined) return;
    transport.send({ type: 'cancel', id: run.message.id });
    run.patience = setTimeout(() => {
      this.drop(transport);
      this.fail(run, cancelled());
    }, CANCEL_PATIENCE_MS);
  }

  private fail(run: Run, error: unknown): void {
    this.settle(run);
    run.reject(error);
    this.next();
  }

  private settle(run: Run): void {
    clearTimeout(run.patience);
    run.signal?.removeEventListener('abort', run.onAbort);
    if (this.current === run) this.current = undefined;
  }

  private connect(): Transport {
    const transport = this.start();
    if (this.language !== 'en') transport.send({ type: 'language', language: this.language });
    transport.onMessage((message) => this.receive(transport, message));
    transport.onExit((reason) => {
      if (this.transport !== transport) return;
      this.transport = undefined;
      const run = this.current;
      if (run) this.fail(run, run.cancelled ? cancelled() : new EngineEnded(reason));
    });
    return transport;
  }

  /** Kills an engine that nobody listens to any more. */
  private drop(transport: Transport): void {
    if (this.transport === transport) this.transport = undefined;
    transport.kill();
  }

  private receive(transport: Transport, message: EngineMessage): void {
    const run = this.current;
    if (this.transport !== transport || message.type === 'ready' || message.id !== run?.message.id) return;
    switch (message.type) {
      case 'failed': {
        const { code, message: what, path } = message.error;
        this.fail(run, run.cancelled ? cancelled() : new ModelError(code as ModelErrorCode, what, {}, path));
        break;
      }
      case 'done':
        this.settle(run);
        run.resolve(message.result as never);
        this.next();
        break;
      case 'event':
        try {
          run.onEvent(message.event as never);
        } catch (error) {
          // the engine goes on with a job that nobody wants: end it
          this.drop(transport);
          this.fail(run, error);
        }
        break;
    }
  }
}

function reached(events: readonly ProfileEvent[]): string {
  const steps = events.filter(({ type }) => type === 'step').length;
  return events.some(({ type }) => type === 'started') ? say`at step ${steps}` : say`before the first step`;
}

function cancelled(): ModelError {
  return new ModelError('cancelled', say`it was cancelled`);
}
