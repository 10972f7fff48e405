import { EngineClient } from '../engine/engineClient';
import type { Transport } from '../engine/transport';
import { ModelError } from '../ir/errors';
import { engineTransport } from './engineTransport';
import { errorJson, type Output } from './output';

/** What is told of a command that works in an engine. */
export interface EngineCommand {
  /** Path of the model, named in errors; undefined where there is none. */
  readonly model?: string;
  readonly format?: string;
  readonly output: Output;
  /** Shown on the terminal while the engine works, and taken away before anything is printed. */
  readonly progress?: { end(): void };
  /** Starts the engine. */
  readonly start?: () => Transport;
}

/**
 * Does a command's work with an engine of its own; returns the exit status. Ctrl+C aborts the signal. A `ModelError` is told,
 * as JSON too where that was asked for, and makes the status 2.
 * @param work prints its result and returns the status
 */
export async function withEngine(
  { model, format, output, progress, start = engineTransport }: EngineCommand,
  work: (client: EngineClient, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const client = new EngineClient(start);
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt);
  try {
    return await work(client, abort.signal);
  } catch (error) {
    progress?.end();
    if (!(error instanceof ModelError)) throw error;
    const named = model === undefined ? error : error.withPath(model);
    output.complain(named.describe());
    if (format === 'json') output.print(errorJson({ code: named.code, message: named.message, path: named.path }));
    return 2;
  } finally {
    process.off('SIGINT', interrupt);
    client.dispose();
  }
}
