import { BytesSource, type ByteSource, type ModelFolder } from '../ir/byteSource';

/** A folder in which one text file is as an editor holds it, saved or not. */
export class EditedFolder implements ModelFolder {
  constructor(
    private readonly stored: ModelFolder,
    private readonly name: string,
    private readonly text: string,
  ) {}

  open(relativePath: string): Promise<ByteSource> {
    if (relativePath === this.name) return Promise.resolve(new BytesSource(new TextEncoder().encode(this.text)));
    return this.stored.open(relativePath);
  }
}
