import type { NormNumbers, RecognizedNorm } from '../layers/layerView';

export type NormNumber = keyof NormNumbers;
export const normNumbers: readonly NormNumber[] = ['epsilon', 'momentum', 'momentumOriginal'];

/** Notes who asks for numbers of norms, so that after a number has changed only they need to be asked again. */
export class NumberReads<Reader> {
  private readonly read = new Map<Reader, Set<NormNumber>>();
  private current: Set<NormNumber> | undefined;

  /** The norm; whoever asks for its numbers is noted. */
  watched(norm: RecognizedNorm): RecognizedNorm {
    const watched = { ...norm };
    for (const number of normNumbers) {
      const value = norm[number];
      const get = () => {
        this.current?.add(number);
        return value;
      };
      Object.defineProperty(watched, number, { enumerable: true, get });
    }
    return watched;
  }

  /** Runs something for a reader. */
  during<T>(reader: Reader, run: () => T): T {
    let numbers = this.read.get(reader);
    if (numbers === undefined) this.read.set(reader, (numbers = new Set()));
    this.current = numbers;
    try {
      return run();
    } finally {
      this.current = undefined;
    }
  }

  /** True when the reader has ever asked for one of the numbers. */
  hasRead(reader: Reader, numbers: readonly NormNumber[]): boolean {
    const read = this.read.get(reader);
    return read !== undefined && numbers.some((number) => read.has(number));
  }
}
