import type { ByteSource, ModelFolder } from '../../ir/byteSource';
import { ModelError } from '../../ir/errors';
import { say } from '../../texts/say';

/** Parameters of norms are short and stand side by side: they are read together. */
const SHORT = 4096;
const READ_TOGETHER = 32 * 1024;

/** The files that hold the weights of one group, one after the other as if they were one file. */
export class Shards {
  private readonly starts: number[] = [];
  /** What was last read together. */
  private together: { readonly start: number; readonly end: number; readonly bytes: Promise<Uint8Array> } | undefined;

  private constructor(
    private readonly sources: readonly ByteSource[],
    /** Bytes up to the first file that could not be opened: where later ones begin is unknown without it. */
    readonly size: number,
    /** Why the first missing file could not be opened. */
    readonly failure: ModelError | undefined,
  ) {
    let start = 0;
    for (const source of sources) {
      this.starts.push(start);
      start += source.size;
    }
  }

  /** Opens the files without reading them; stops at the first that is not there. */
  static async open(folder: ModelFolder, paths: readonly string[], opened: Map<string, ByteSource>): Promise<Shards> {
    const sources: ByteSource[] = [];
    let size = 0;
    for (const path of paths) {
      try {
        checkPath(path);
        const source = opened.get(path) ?? (await folder.open(path));
        opened.set(path, source);
        sources.push(source);
        size += source.size;
      } catch (error) {
        if (error instanceof ModelError) return new Shards(sources, size, error);
        throw error;
      }
    }
    return new Shards(sources, size, undefined);
  }

  /** True when the files of the other ones are certainly these and have not been changed. */
  areSame({ sources, failure }: Shards): boolean {
    const isSame = ({ size, modified }: ByteSource, i: number) =>
      modified !== undefined && modified === sources[i].modified && size === sources[i].size;
    return (
      this.failure?.message === failure?.message && this.sources.length === sources.length && this.sources.every(isSame)
    );
  }

  /** Size of the largest file, in bytes. */
  get largestFile(): number {
    return this.sources.reduce((most, { size }) => Math.max(most, size), 0);
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    if (offset + length > this.size) {
      const end = new ModelError('truncated', say`the weight files end at byte ${this.size}`, { offset });
      return Promise.reject(this.failure ?? end);
    }
    return length > SHORT ? this.readAlone(offset, length) : this.readShort(offset, length);
  }

  private async readShort(offset: number, length: number): Promise<Uint8Array> {
    let { together } = this;
    if (together === undefined || offset < together.start || offset + length > together.end) {
      const i = this.lastStartingAt(offset);
      const end = Math.min(offset + READ_TOGETHER, this.starts[i] + this.sources[i].size);
      if (offset + length > end) return this.readAlone(offset, length);
      const bytes = this.readAlone(offset, end - offset);
      this.together = together = { start: offset, end, bytes };
      // who waits for it gets the error; the next one tries again
      bytes.catch(() => (this.together = undefined));
    }
    const { start, bytes } = together;
    return (await bytes).slice(offset - start, offset - start + length);
  }

  private async readAlone(offset: number, length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let from = offset;
    for (let i = this.lastStartingAt(offset); i < this.sources.length && from < offset + length; i++) {
      const end = Math.min(offset + length, this.starts[i] + this.sources[i].size);
      if (end > from) parts.push(await this.sources[i].read(from - this.starts[i], end - from));
      from = Math.max(from, end);
    }
    return parts.length === 1 ? parts[0] : joined(parts, length);
  }

  private lastStartingAt(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Shard paths are relative to the model.json and stay in its folder; the folder checks symbolic links. */
function checkPath(path: string): void {
  const leaves = path.split(/[/\\]/).includes('..') || /^[/\\]|^[a-z][a-z\d+.-]*:|\0/i.test(path);
  if (leaves || path.includes('\\') || path === '') {
    throw new ModelError(
      'outside-folder',
      say`the weight file ${JSON.stringify(path.slice(0, 200))} is not a path inside the model's folder and is not read`,
    );
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
