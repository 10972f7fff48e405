import type { Interner } from './interner';
import { latin1Text } from './wire';

/**
 * An interner for the names of a file that has few. Every one is made a text, which V8 looks up by itself: a quarter of the time that
 * ByteTable takes before it has been compiled, and several times as long afterwards.
 */
export class TextTable implements Interner {
  isAscii = true;
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];

  intern(bytes: Uint8Array, start: number, length: number): number {
    const text = latin1Text(bytes.subarray(start, start + length));
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    // up to three bytes behind the name count as well: a name is then decoded early, which is no harm
    let bits = 0;
    for (let i = start; i < start + length; i += 4) bits |= bytes[i] | bytes[i + 1] | bytes[i + 2] | bytes[i + 3];
    this.isAscii = bits < 128;
    const number = this.texts.push(text) - 1;
    this.numbers.set(text, number);
    return number;
  }

  find(bytes: Uint8Array, start: number, length: number): number {
    return this.numbers.get(latin1Text(bytes.subarray(start, start + length))) ?? -1;
  }

  text(id: number): string {
    return this.texts[id];
  }
}
