import { ModelError, type ModelErrorCode } from '../ir/errors';
import type { EngineFailure, EngineMessage, ModelLocation } from '../protocol/engine';
import type { ProfileEvent, ProfileResult, ProfileSettings } from '../protocol/profile';
import { ProfileFold, type ProfileEnd } from '../profile/profileResult';
import type { Transport } from './transport';

/** How long an engine may take to end a run by itself; a step of a large network takes seconds. */
export const CANCEL_PATIENCE_MS = 150;

/** One profile, waiting for its turn or running. */
interface Run {
  readonly id: number;
  readonly model: ModelLocation;
  readonly settings: ProfileSettings;
  readonly fold: ProfileFold;
  readonly onEvent: (event: ProfileEvent) => void;
  readonly signal?: AbortSignal;
  readonly onAbort: () => void;
  readonly resolve: (result: ProfileResult) => void;
  readonly reject: (error: unknown) => void;
  cancelled: boolean;
  patience?: ReturnType<typeof setTimeout>;
}

/**
 * The host's side of the engine. Starts it when it is first needed, keeps it between runs, starts a new one after a crash
 * or a kill. Profiles run one after the other, in the order they were asked for.
 */
export class EngineClient {
  private transport: Transport | undefined;
  private current: Run | undefined;
  private readonly waiting: Run[] = [];
  private nextId = 1;
  private disposed = false;

  constructor(private readonly start: () => Transport) {}

  /**
   * Profiles a model. A run that was cancelled or died after its event `started` still resolves, with the status
   * 'cancelled' or 'failed' and what had been measured.
   *
   * @param onEvent called for each event of the run as it comes
   * @param signal ends the run within a fifth of a second; the engine is killed when it does not end by itself
   * @throws ModelError when the run ended before there was anything to report: the model cannot be opened or trained, the
   *   engine cannot be started, or (`cancelled`) it was cancelled first
   */
  profile(
    model: ModelLocation,
    settings: ProfileSettings,
    onEvent: (event: ProfileEvent) => void,
    signal?: AbortSignal,
  ): Promise<ProfileResult> {
    if (signal?.aborted || this.disposed) return Promise.reject(cancelled());
    return new Promise<ProfileResult>((resolve, reject) => {
      const id = this.nextId++;
      const run: Run = {
        id,
        model,
        settings,
        fold: new ProfileFold(),
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

  /** Ends the engine; runs that go on or wait end as cancelled. The client cannot be used afterwards. */
  dispose(): void {
    this.disposed = true;
    for (const run of this.waiting.splice(0)) this.end(run, { status: 'cancelled' }, cancelled());
    if (this.current) this.end(this.current, { status: 'cancelled' }, cancelled());
    if (this.transport) this.drop(this.transport);
  }

  private next(): void {
    if (this.current !== undefined) return;
    const run = this.waiting.shift();
    if (run === undefined) return;
    this.current = run;
    this.transport ??= this.connect();
    this.transport.send({ type: 'profile', id: run.id, model: run.model, settings: run.settings });
  }

  private cancel(run: Run): void {
    run.cancelled = true;
    const place = this.waiting.indexOf(run);
    if (place >= 0) {
      this.waiting.splice(place, 1);
      this.end(run, { status: 'cancelled' }, cancelled());
      return;
    }
    const { transport } = this;
    if (run !== this.current || transport === undefined) return;
    transport.send({ type: 'cancel', id: run.id });
    run.patience = setTimeout(() => {
      this.drop(transport);
      this.end(run, { status: 'cancelled' }, cancelled());
    }, CANCEL_PATIENCE_MS);
  }

  /** Settles a run with what it measured, or with the error when that is nothing. */
  private end(run: Run, end: ProfileEnd, error: ModelError): void {
    this.settle(run);
    const result = run.fold.result(end);
    if (result) run.resolve(result);
    else run.reject(error.withPath(run.model.path));
    this.next();
  }

  private settle(run: Run): void {
    clearTimeout(run.patience);
    run.signal?.removeEventListener('abort', run.onAbort);
    if (this.current === run) this.current = undefined;
  }

  private connect(): Transport {
    const transport = this.start();
    transport.onMessage((message) => this.receive(transport, message));
    transport.onExit((reason) => {
      if (this.transport !== transport) return;
      this.transport = undefined;
      if (this.current) this.end(this.current, ...endOfEngine(this.current, reason));
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
    if (this.transport !== transport || message.type === 'ready' || message.id !== run?.id) return;
    if (message.type === 'failed') {
      this.end(run, ...endOfRun(run, message.error));
      return;
    }
    run.fold.add(message.event);
    try {
      run.onEvent(message.event);
    } catch (error) {
      // the engine goes on with a run that nobody wants: end it
      this.drop(transport);
      this.settle(run);
      run.reject(error);
      this.next();
      return;
    }
    if (message.event.type === 'finished') this.end(run, { status: 'complete' }, cancelled());
  }
}

function endOfEngine(run: Run, reason: string): [ProfileEnd, ModelError] {
  if (run.cancelled) return [{ status: 'cancelled' }, cancelled()];
  const when = run.fold.started ? `at step ${run.fold.steps}` : 'before the first step';
  const failure = `${when} the engine's process ${reason}`;
  return [{ status: 'failed', failure }, new ModelError('engine', failure)];
}

function endOfRun(run: Run, { code, message, path }: EngineFailure): [ProfileEnd, ModelError] {
  if (run.cancelled || code === 'cancelled') return [{ status: 'cancelled' }, cancelled()];
  return [{ status: 'failed', failure: message }, new ModelError(code as ModelErrorCode, message, {}, path)];
}

function cancelled(): ModelError {
  return new ModelError('cancelled', 'the profile was cancelled before its first step');
}
