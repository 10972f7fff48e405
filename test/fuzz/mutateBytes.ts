/** Numbers of chance that depend on the seed alone (mulberry32). */
export class Chance {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }
}

type Range = [from: number, to: number];
type Mutation = (bytes: Buffer, chance: Chance) => Buffer;

/** Bytes that end, prolong or overflow a varint, or break UTF-8. */
const SHARP = [0x00, 0x01, 0x7f, 0x80, 0xff, 0xc0, 0x08, 0x0a, 0x12];

const flipBits: Mutation = (bytes, chance) => {
  for (let i = 1 + chance.below(4); i > 0; i--) bytes[chance.below(bytes.length)] ^= 1 << chance.below(8);
  return bytes;
};

const setBytes: Mutation = (bytes, chance) => {
  const at = chance.below(bytes.length);
  bytes.fill(chance.of(SHARP), at, Math.min(bytes.length, at + 1 + chance.below(10)));
  return bytes;
};

const cutEnd: Mutation = (bytes, chance) => bytes.subarray(0, chance.below(bytes.length));

const removeRange: Mutation = (bytes, chance) => {
  const [from, to] = range(bytes, chance);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
};

const repeatRange: Mutation = (bytes, chance) => {
  const [from, to] = range(bytes, chance);
  const at = chance.below(bytes.length);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, to), bytes.subarray(at)]);
};

/** Gives a name the text of another of the same length, which keeps every length right: edges that lead elsewhere, cycles, other operators. */
const swapNames: Mutation = (bytes, chance) => {
  const names = near(bytes, chance, /[\w./:-]{1,40}/g);
  if (names.length === 0) return bytes;
  const [from, to] = chance.of(names);
  const alike = names.filter(([start, end]) => end - start === to - from);
  bytes.subarray(...chance.of(alike)).copy(bytes, from);
  return bytes;
};

/** Another small number in the place of a byte: a shape, a type, an attribute. */
const setNumber: Mutation = (bytes, chance) => {
  bytes[chance.below(bytes.length)] = chance.below(24);
  return bytes;
};

const damages: readonly Mutation[] = [flipBits, setBytes, cutEnd, removeRange, repeatRange];
const anyBytes: readonly Mutation[] = [...damages, flipBits, swapNames, swapNames, swapNames, setNumber, setNumber];

const values = ['-1', '0', '1e308', '9007199254740993', '2147483648', '1000000', 'null', '[]', '{}', '""', 'true'];
const more = [
  ...values,
  '"__proto__"',
  '[null]',
  '[[[[]]]]',
  '"Dense"',
  '"channels_first"',
  '[-1]',
  '[0, 0]',
  '{"a": 1}',
];

/** Puts another value in the place of a number, a word or a string of a JSON text. */
const swapValue: Mutation = (bytes, chance) => {
  const found = token(bytes, chance, /(?<=[[:,]\s*)(-?\d[\d.e+-]*|true|false|null|"[^"\\]*"(?!\s*:))/g);
  if (!found) return bytes;
  return Buffer.concat([bytes.subarray(0, found[0]), Buffer.from(chance.of(more)), bytes.subarray(found[1])]);
};

/** Gives a member of a JSON object the name of another, or a dangerous one. */
const renameKey: Mutation = (bytes, chance) => {
  const found = token(bytes, chance, /"[^"\\]*"(?=\s*:)/g);
  const other = token(bytes, chance, /"[^"\\]*"/g);
  if (!found || !other) return bytes;
  const name = chance.of([bytes.subarray(...other), Buffer.from('"__proto__"'), Buffer.from('"constructor"')]);
  return Buffer.concat([bytes.subarray(0, found[0]), name, bytes.subarray(found[1])]);
};

/** Leaves out a whole object or array that has none inside. */
const emptyPart: Mutation = (bytes, chance) => {
  const found = token(bytes, chance, /[[{][^[\]{}]*[\]}]/g);
  if (!found) return bytes;
  const empty = bytes[found[0]] === 0x7b ? '{}' : '[]';
  return Buffer.concat([
    bytes.subarray(0, found[0]),
    Buffer.from(chance.of([empty, 'null'])),
    bytes.subarray(found[1]),
  ]);
};

const jsonParts: readonly Mutation[] = [swapValue, swapValue, swapValue, renameKey, emptyPart];

/** A damaged copy: one to four mutations, for JSON mostly such that it stays JSON. */
export function mutated(original: Uint8Array, isJson: boolean, chance: Chance): Uint8Array {
  let bytes = Buffer.from(original);
  for (let i = chance.of([1, 1, 2, 4]); i > 0 && bytes.length > 0; i--) {
    const mutate = chance.of(isJson && chance.below(8) > 0 ? jsonParts : anyBytes);
    bytes = mutate(bytes, chance) as typeof bytes;
  }
  return new Uint8Array(bytes);
}

function range(bytes: Buffer, chance: Chance): Range {
  const from = chance.below(bytes.length);
  return [from, Math.min(bytes.length, from + 1 + chance.below(chance.of([4, 64, 1024])))];
}

/** One of the places near a random one where a pattern matches. */
function token(bytes: Buffer, chance: Chance, pattern: RegExp): Range | undefined {
  const found = near(bytes, chance, pattern);
  return found.length === 0 ? undefined : chance.of(found);
}

/** The places near a random one where a pattern matches; what is looked for is ASCII. */
function near(bytes: Buffer, chance: Chance, pattern: RegExp): Range[] {
  const start = chance.below(Math.max(1, bytes.length - 2000));
  const matches = bytes.toString('latin1', start, start + 2000).matchAll(pattern);
  return [...matches].map((match) => [start + match.index, start + match.index + match[0].length]);
}
