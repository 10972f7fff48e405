import { ABSENT, type ValueId, type ValueType } from './graph';

/** The type of a value, worked out when somebody asks. */
export type LazyType = () => ValueType | undefined;

/**
 * Names of values by id. The way back from names to ids is made when somebody first goes it, and names may stay undecoded in the
 * file until then.
 */
export class NameTable {
  /** How many values there are. */
  size = 0;
  private readonly names: (string | undefined)[] = [];
  private ids: Map<string, ValueId> | undefined;

  /** @param undecoded knows the names of values that were added without one */
  constructor(private readonly undecoded: { valueName?(value: ValueId): string }) {}

  nameOf(value: ValueId): string {
    if (value === ABSENT) return '';
    return this.names[value] ?? this.keep(value, this.undecoded.valueName?.(value) ?? '');
  }

  idOf(name: string): ValueId | undefined {
    if (this.ids === undefined) {
      this.ids = new Map();
      for (let id = 0; id < this.size; id++) this.ids.set(this.nameOf(id), id);
    }
    return this.ids.get(name);
  }

  /** A new id for a name that is not in the table; undefined: `undecoded` knows it, and it differs from the others. */
  add(name?: string): ValueId {
    const id = this.size++;
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

/** A column with room for `length` numbers and more, which begins with those of `column`. New ones are 0. */
export function withRoom<T extends Int32Array | Float64Array>(column: T, length: number): T {
  const larger = new (column.constructor as new (length: number) => T)(2 * length + 16);
  larger.set(column);
  return larger;
}

/** A growing list of words of which there are few different ones, as operators: a small number each. */
export class WordList {
  length = 0;
  private readonly words: string[] = [];
  private readonly numbers = new Map<string, number>();
  private list: Int32Array;
  /** The word pushed last: domains are all the same in most models. */
  private last: string | undefined;
  private lastNumber = 0;

  constructor(room: number) {
    this.list = new Int32Array(room);
  }

  push(word: string): void {
    if (word !== this.last) {
      this.last = word;
      this.lastNumber = this.numbers.get(word) ?? this.words.push(word) - 1;
      this.numbers.set(word, this.lastNumber);
    }
    if (this.length === this.list.length) this.list = withRoom(this.list, this.length);
    this.list[this.length++] = this.lastNumber;
  }

  at(index: number): string {
    return this.words[this.list[index]];
  }
}
