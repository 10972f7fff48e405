import type { ByteSource, ModelFolder } from '../../ir/byteSource';
import { ModelError } from '../../ir/errors';
import type { EngineMessage, EngineRequest } from '../../protocol/engine';
import { say } from '../../texts/say';
import type { Transport } from '../transport';
import type { FromWorker, ToWorker } from './workerMessages';

/** What the engine's worker is made of and reads, as its host provides it. */
export interface WorkerParts {
  /** Source of dist/web/engine.js. */
  script(): Promise<string>;
  /** ONNX Runtime's .wasm file. */
  wasm(): Promise<Uint8Array>;
  /** The folder of a model by the path that a request names. */
  folderOf(model: string): ModelFolder;
}

/** A browser's Worker, as far as it is needed: the rest of the house knows no browser. */
interface WebWorker {
  onmessage: (event: { readonly data: FromWorker }) => void;
  onerror: (event: { readonly message: string }) => void;
  postMessage(message: ToWorker): void;
  terminate(): void;
}
const { Worker } = globalThis as unknown as { readonly Worker: new (address: string) => WebWorker };

/** An engine in a web worker. It can be ended in the middle of a step, as a process can. */
export class WorkerTransport implements Transport {
  private readonly worker: Promise<WebWorker>;
  private readonly open = new Map<number, ByteSource>();
  private messageListener: (message: EngineMessage) => void = () => undefined;
  private exitListener: ((reason: string) => void) | undefined;
  private ended: string | undefined;

  constructor(private readonly parts: WorkerParts) {
    this.worker = this.start();
    this.worker.catch((error: unknown) => this.end(say`could not be started: ${String(error)}`));
  }

  send(request: EngineRequest): void {
    this.post({ type: 'engine', request });
  }

  onMessage(listener: (message: EngineMessage) => void): void {
    this.messageListener = listener;
  }

  onExit(listener: (reason: string) => void): void {
    if (this.ended !== undefined) listener(this.ended);
    else this.exitListener = listener;
  }

  kill(): void {
    void this.worker.then((worker) => worker.terminate());
    this.end(say`was ended`);
  }

  private async start(): Promise<WebWorker> {
    const [script, wasm] = await Promise.all([this.parts.script(), this.parts.wasm()]);
    // a worker of another origin is not allowed: its source is handed over
    const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
    const worker = new Worker(address);
    worker.onmessage = ({ data }) => {
      // VS Code's own worker loads the source some time after it was made
      if (data.type === 'engine' && data.message.type === 'ready') URL.revokeObjectURL(address);
      void this.receive(data);
    };
    worker.onerror = ({ message }) => this.end(say`ended: ${message}`);
    worker.postMessage({ type: 'start', wasm });
    return worker;
  }

  private post(message: ToWorker): void {
    // what cannot be started is reported by its end
    this.worker.then(
      (worker) => worker.postMessage(message),
      () => undefined,
    );
  }

  private async receive(message: FromWorker): Promise<void> {
    if (message.type === 'engine') {
      this.messageListener(message.message);
      return;
    }
    if (message.type === 'close') {
      this.open.delete(message.file);
      return;
    }
    const { call } = message;
    try {
      if (message.type === 'open') {
        const source = await this.parts.folderOf(message.model).open(message.relativePath);
        this.open.set(call, source);
        this.post({ type: 'answer', call, size: source.size });
      } else {
        const source = this.open.get(message.file);
        if (source === undefined) throw new ModelError('engine', say`a file is read that is not open`);
        this.post({ type: 'answer', call, bytes: await source.read(message.offset, message.length) });
      }
    } catch (error) {
      const { code, message: what } = error instanceof ModelError ? error : new ModelError('not-found', String(error));
      this.post({ type: 'answer', call, error: { code, message: what } });
    }
  }

  private end(reason: string): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    this.open.clear();
    this.exitListener?.(reason);
  }
}
