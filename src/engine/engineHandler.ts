import { ModelError } from '../ir/errors';
import type { EngineFailure, EngineJob, EngineMessage, EngineRequest } from '../protocol/engine';
import { loadLanguage } from '../texts/loadLanguage';
import { say } from '../texts/say';
import { jobs, type JobRunner } from './jobs';
import type { EngineHost } from './runProfile';

/**
 * The engine's end of the line, whatever the line is: returns a handler for the host's requests, which answers through
 * `post`. Jobs run one after the other.
 */
export function engineHandler(
  host: EngineHost,
  post: (message: EngineMessage) => void,
): (request: EngineRequest) => void {
  const aborts = new Map<number, AbortController>();
  let queue = Promise.resolve();
  return (message) => {
    if (message.type === 'language') {
      queue = queue.then(() => loadLanguage(message.language));
      return;
    }
    const { id } = message;
    if (message.type === 'cancel') {
      aborts.get(id)?.abort();
      return;
    }
    const abort = new AbortController();
    aborts.set(id, abort);
    const run = jobs[message.job] as JobRunner<EngineJob>;
    queue = queue.then(async () => {
      try {
        const result = await run(message.request, (event) => post({ type: 'event', id, event }), abort.signal, host);
        post({ type: 'done', id, result });
      } catch (error) {
        post({ type: 'failed', id, error: failureOf(error) });
      } finally {
        aborts.delete(id);
      }
    });
  };
}

/** The error as plain data. One that is no ModelError is a fault of the engine itself: its message is all a user can pass on. */
function failureOf(error: unknown): EngineFailure {
  if (error instanceof ModelError) {
    const { code, place, path, message } = error;
    return { code, message: new ModelError(code, message, place).describe(), path };
  }
  if (error instanceof RangeError && /allocation failed|Invalid typed array length/i.test(error.message)) {
    return {
      code: 'too-large',
      message: say`there is not enough memory for the training step: choose a smaller batch`,
    };
  }
  return { code: 'engine', message: say`the engine failed: ${error instanceof Error ? error.message : String(error)}` };
}
