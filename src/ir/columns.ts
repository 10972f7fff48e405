import { ABSENT, type ValueId, type ValueType } from './graph';

/** The type of a value, worked out when somebody asks. */
export type LazyType = () => ValueType | undefined;

/**
 * Names of values by id. The way back from names to ids is made when somebody first goes it, and names may stay undecoded in the
 * file until then.
 */
export class NameTable {
  private readonly names: (string | undefined)[] = [];
  private count = 0;
  private ids: Map<string, ValueId> | undefined;

  /** @param decode the name of a value that was added without one */
  constructor(private readonly decode: (value: ValueId) => string = () => '') {}

  get size(): number {
    return this.count;
  }

  nameOf(value: ValueId): string {
    if (value === ABSENT) return '';
    return this.names[value] ?? this.keep(value, this.decode(value));
  }

  idOf(name: string): ValueId | undefined {
    if (this.ids === undefined) {
      this.ids = new Map();
      for (let id = 0; id < this.count; id++) this.ids.set(this.nameOf(id), id);
    }
    return this.ids.get(name);
  }

  /** A new id for a name that is not in the table; undefined: `decode` knows it, and it differs from the others. */
  add(name: string | undefined): ValueId {
    const id = this.count++;
    if (name !== undefined) this.keep(id, name);
    if (this.ids !== undefined) this.ids.set(name ?? this.nameOf(id), id);
    return id;
  }

  private keep(id: ValueId, name: string): string {
    const { names } = this;
    // no place is taken for names that nobody asks for; a gap would turn the array into a slow table
    while (names.length < id) names.push(undefined);
    names[id] = name;
    return name;
  }
}

/** An Int32Array that grows. */
export class IntList {
  private data: Int32Array;
  length = 0;

  /** @param room for so many numbers to begin with: memory that nothing is written to costs addresses only */
  constructor(room = 16) {
    this.data = new Int32Array(room);
  }

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Int32Array(2 * this.length + 16);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
  }

  pushAll(values: readonly number[]): void {
    const { length } = this;
    const end = length + values.length;
    if (end > this.data.length) {
      const larger = new Int32Array(2 * end + 16);
      larger.set(this.data);
      this.data = larger;
    }
    const { data } = this;
    for (let i = 0; i < values.length; i++) data[length + i] = values[i];
    this.length = end;
  }

  at(index: number): number {
    return this.data[index];
  }

  set(index: number, value: number): void {
    this.data[index] = value;
  }

  /** Appends `value` until the list is `length` long. */
  fillTo(length: number, value: number): void {
    while (this.length < length) this.push(value);
  }

  /** What is in the list so far; numbers that are set later show in it, further ones do not. */
  view(): Int32Array {
    return this.data.subarray(0, this.length);
  }
}

/** A growing list of offsets in a file, of any size. */
export class OffsetList {
  private data: Float64Array;
  private length = 0;

  constructor(room = 16) {
    this.data = new Float64Array(room);
  }

  push(offset: number): void {
    if (this.length === this.data.length) {
      const larger = new Float64Array(2 * this.length + 16);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = offset;
  }

  at(index: number): number {
    return this.data[index];
  }
}

/** A growing list of words of which there are few different ones, as operators: a small number each. */
export class WordList {
  private readonly words: string[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly list: IntList;
  /** The word pushed last: domains are all the same in most models. */
  private last: string | undefined;
  private lastNumber = 0;

  constructor(room?: number) {
    this.list = new IntList(room);
  }

  get length(): number {
    return this.list.length;
  }

  push(word: string): void {
    if (word !== this.last) {
      this.last = word;
      this.lastNumber = this.numbers.get(word) ?? this.words.push(word) - 1;
      this.numbers.set(word, this.lastNumber);
    }
    this.list.push(this.lastNumber);
  }

  at(index: number): string {
    return this.words[this.list.at(index)];
  }
}
