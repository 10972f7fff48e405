import type { ByteSink } from '../formats/onnx/onnxWriter';
import type { ByteSource, ModelFolder } from '../ir/byteSource';

/** Files as a job reads and writes them. */
export interface FileAccess {
  /** @throws ModelError when the file cannot be read */
  open(file: string): Promise<ByteSource>;
  /** The folder that a model's file lies in; nothing outside of it is opened. */
  folderOf(file: string): ModelFolder;
  /** The same file under whatever names and links. */
  isSame(file: string, other: string): Promise<boolean>;
  exists(file: string): Promise<boolean>;
  /** Both files lie in one folder, under whatever names and links. */
  sameFolder(file: string, other: string): Promise<boolean>;
  /** The last part of the path. */
  nameOf(file: string): string;
  /** Path of a file with another name in the same folder. */
  beside(file: string, name: string): string;
  /**
   * Makes the folder that a file is to lie in, where there is none; the folder around it has to be there.
   * @throws ModelError `unsupported` when it cannot be made
   */
  makeFolderOf(file: string): Promise<void>;
  /**
   * Writes a file, which gets its name only when all of it is there: one of that name is replaced as a whole or not at all.
   * @param write what is to be written, piece by piece
   * @throws ModelError `unsupported` when it cannot be written
   */
  write(file: string, write: (sink: ByteSink) => Promise<void>): Promise<void>;
}
