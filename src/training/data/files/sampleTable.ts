import type { ByteSource } from '../../../ir/byteSource';

/** Samples of equal size in a file, read one by one when they are needed. */
export interface SampleTable {
  /** As messages name it: the file, and the array in it. */
  readonly name: string;
  readonly count: number;
  /** Sizes of one sample, row-major; [] for single numbers. */
  readonly shape: readonly number[];
  /** Type of the elements as the file has it, for messages: uint8, float64, text. */
  readonly dtype: string;
  /** Names of classes, where the numbers of the table count them. */
  readonly classes?: readonly string[];
  /** `number` samples from an index on, row-major. @throws ModelError when the file cannot be read there */
  read(from: number, number: number): Promise<Float32Array>;
}

/** A file of samples, or a folder of pictures. */
export interface DataPlace {
  /** Path as the user gave it. */
  readonly path: string;
  readonly source?: ByteSource;
  readonly folder?: PictureFolder;
}

/** A folder whose subfolders hold the pictures of one class each. */
export interface PictureFolder {
  /** Paths of its files, relative, with forward slashes, sorted; two levels deep. */
  readonly files: readonly string[];
  /** @throws ModelError when it cannot be read, or is too large for a picture */
  open(file: string): Promise<ByteSource>;
}

/** Words for the sizes of a table, as numpy prints them: [60000,28,28]. */
export function sizesOf({ count, shape }: SampleTable): string {
  return `[${[count, ...shape].join(',')}]`;
}
