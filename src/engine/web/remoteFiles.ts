import type { ByteSource, ModelFolder } from '../../ir/byteSource';
import { ModelError, type ModelErrorCode } from '../../ir/errors';
import type { FromWorker, ToWorker } from './workerMessages';

type Answer = Extract<ToWorker, { type: 'answer' }>;
type Call = Extract<FromWorker, { type: 'open' | 'read' }>;
/** `Omit` over each member of a union. */
type WithoutNumber<T> = T extends unknown ? Omit<T, 'call'> : never;

/** The host's files, as the worker sees them: each open and each read is a call that the host answers. */
export class RemoteFiles {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private calls = 0;
  /** A model closes no file: it is let go of, and the host with it, which may hold all of its bytes. */
  private readonly unused = new FinalizationRegistry<number>((file) => this.post({ type: 'close', file }));

  constructor(private readonly post: (message: FromWorker) => void) {}

  /** The folder of the model that the host knows by this name. */
  folder(model: string): ModelFolder {
    return {
      open: async (relativePath): Promise<ByteSource> => {
        const answer = await this.call({ type: 'open', model, relativePath });
        const size = 'size' in answer ? answer.size : 0;
        const read = async (offset: number, length: number) => {
          const { call: file } = answer;
          const part = await this.call({ type: 'read', file, offset, length });
          return 'bytes' in part ? part.bytes : new Uint8Array();
        };
        const source = { size, read };
        this.unused.register(source, answer.call);
        return source;
      },
    };
  }

  receive(answer: Answer): void {
    this.waiting.get(answer.call)?.(answer);
    this.waiting.delete(answer.call);
  }

  private call(what: WithoutNumber<Call>): Promise<Answer> {
    const call = ++this.calls;
    return new Promise((resolve, reject) => {
      this.waiting.set(call, (answer) => {
        if (!('error' in answer)) resolve(answer);
        else reject(new ModelError(answer.error.code as ModelErrorCode, answer.error.message));
      });
      this.post({ ...what, call });
    });
  }
}
