import type { EngineMessage, EngineRequest } from '../protocol/engine';

/** The host's end of the line to an engine: a forked process, or a web worker. */
export interface Transport {
  send(request: EngineRequest): void;
  onMessage(listener: (message: EngineMessage) => void): void;
  /**
   * Called once, when the engine has ended or could not be started at all.
   * @param reason in words, e.g. "ended by signal SIGKILL"
   */
  onExit(listener: (reason: string) => void): void;
  /** Ends the engine at once, in the middle of a step too. */
  kill(): void;
}
