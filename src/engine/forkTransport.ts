import { fork, type ChildProcess } from 'node:child_process';
import type { EngineMessage, EngineRequest } from '../protocol/engine';
import { say } from '../texts/say';
import type { Transport } from './transport';

/** What the engine wrote on its standard error last is kept up to this length. */
const LAST_WORDS = 2000;

/**
 * Room for new objects (MB): what an analysis makes and drops is then collected at once, and not moved first. An edit of a text of
 * 8 000 layers takes a sixth less time than with the default of 16.
 */
const NODE_OPTIONS = ['--max-semi-space-size=64'];

export interface ForkOptions {
  /** Options of node itself instead of ours; those of the host, its debugger among them, are never passed on. */
  readonly execArgv?: readonly string[];
}

/** An engine in a process of its own. A native run cannot be stopped from inside, and a crash there ends its process. */
export class ForkTransport implements Transport {
  private readonly child: ChildProcess;
  private lastWords = '';
  private ended: string | undefined;
  private exitListener: ((reason: string) => void) | undefined;

  constructor(script: string, options: ForkOptions = {}) {
    this.child = fork(script, [], {
      execArgv: [...(options.execArgv ?? NODE_OPTIONS)],
      // typed arrays and non-finite numbers as they are
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // inside VS Code the executable is Electron, which is Node only when it is told so
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: undefined },
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.lastWords = (this.lastWords + chunk.toString()).slice(-LAST_WORDS);
    });
    this.child.on('error', (error) => this.end(say`could not be started: ${error.message}`));
    // 'close', not 'exit': by then its last words have arrived
    this.child.on('close', (code, signal) => {
      this.end(signal === null ? say`ended with status ${code!}${this.words()}` : `${bySignal(signal)}${this.words()}`);
    });
  }

  /** Process id; undefined when the process could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  send(request: EngineRequest): void {
    // a process that is gone is reported by its end; the error of the broken line says nothing more
    if (this.ended === undefined && this.child.connected) this.child.send(request, () => undefined);
  }

  onMessage(listener: (message: EngineMessage) => void): void {
    this.child.on('message', (message) => listener(message as EngineMessage));
  }

  onExit(listener: (reason: string) => void): void {
    if (this.ended !== undefined) listener(this.ended);
    else this.exitListener = listener;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private end(reason: string): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    this.exitListener?.(reason);
  }

  private words(): string {
    const lines = this.lastWords
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('at ') && !line.startsWith('Node.js v'));
    const last = lines.find((line) => /error/i.test(line)) ?? lines.at(-1);
    return last === undefined ? '' : ` (${last.slice(0, 300)})`;
  }
}

/** A process that ends so was ended from outside, mostly by a system that ran out of memory. */
function bySignal(signal: string): string {
  const advice = say`: the system may have run out of memory, try a smaller batch`;
  return say`ended by signal ${signal}${signal === 'SIGKILL' ? advice : ''}`;
}

/** Starts the engine's process; `script` is dist/engine.js. */
export function forkTransport(script: string, options?: ForkOptions): ForkTransport {
  return new ForkTransport(script, options);
}
