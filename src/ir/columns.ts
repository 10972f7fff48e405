import { ABSENT, type ValueId } from './graph';

/**
 * Names of values by id. The way back from names to ids is made when somebody first goes it, and names may stay undecoded in the
 * file until then.
 */
export class NameTable {
  private readonly names: (string | undefined)[] = [];
  private ids: Map<string, ValueId> | undefined;

  /** @param decode the name of a value that was added without one */
  constructor(private readonly decode: (value: ValueId) => string = () => '') {}

  get size(): number {
    return this.names.length;
  }

  nameOf(value: ValueId): string {
    if (value === ABSENT) return '';
    return (this.names[value] ??= this.decode(value));
  }

  idOf(name: string): ValueId | undefined {
    if (this.ids === undefined) {
      this.ids = new Map();
      for (let id = 0; id < this.names.length; id++) this.ids.set(this.nameOf(id), id);
    }
    return this.ids.get(name);
  }

  /** A new id for a name that is not in the table; undefined: `decode` knows it, and it differs from the others. */
  add(name: string | undefined): ValueId {
    const id = this.names.length;
    this.names.push(name);
    if (this.ids !== undefined) this.ids.set(name ?? this.nameOf(id), id);
    return id;
  }
}

const EMPTY = new Int32Array(0);

/** An Int32Array that grows. */
export class IntList {
  private data = EMPTY;
  length = 0;

  push(value: number): void {
    if (this.length === this.data.length) {
      const larger = new Int32Array(Math.max(16, this.data.length * 2));
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length++] = value;
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

  /** A copy, with further numbers at its end. */
  toArray(...more: number[]): Int32Array {
    const copy = new Int32Array(this.length + more.length);
    copy.set(this.data.subarray(0, this.length));
    copy.set(more, this.length);
    return copy;
  }
}
