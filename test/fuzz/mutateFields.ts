import type { Chance } from './mutateBytes';

/*
 * Damage that keeps the file well formed: whole fields of protobuf messages or members of JSON change places, come twice, go, or are
 * taken from another file. What is wrong then is what the parts say of each other.
 */

/** A copy of a model with one to four such changes; undefined for a JSON file that cannot be parsed. */
export function rearranged(
  bytes: Uint8Array,
  other: Uint8Array,
  isJson: boolean,
  chance: Chance,
): Uint8Array | undefined {
  const times = chance.of([1, 1, 2, 4]);
  return isJson ? rearrangedJson(bytes, other, times, chance) : rearrangedFields(bytes, other, times, chance);
}

// protobuf

/** A field as it stands in its message; one that may be a message has its own fields. */
interface Field {
  readonly number: number;
  readonly wire: number;
  /** All of it for scalars, what is behind the length for the others. */
  bytes: Uint8Array;
  fields?: Field[];
}

/** What is looked for in one message; files of the fuzz are small. */
const DEEPEST = 12;

function rearrangedFields(bytes: Uint8Array, other: Uint8Array, times: number, chance: Chance): Uint8Array | undefined {
  const [own, donor] = [fieldsOf(bytes, 0), fieldsOf(other, 0)];
  if (own === undefined || donor === undefined) return undefined;
  for (let i = 0; i < times; i++) {
    const lists = listsIn(own);
    const [list, second] = [chance.of(lists), chance.of(lists)];
    if (list.length === 0) break;
    const at = chance.below(list.length);
    const kind = chance.below(6);
    if (kind === 0) list.splice(chance.below(list.length + 1), 0, structuredClone(list[at]));
    else if (kind === 1 && list.length > 1) list.splice(at, 1);
    else if (kind === 2) {
      const to = chance.below(list.length);
      [list[at], list[to]] = [list[to], list[at]];
    } else if (kind === 3) {
      const from = chance.below(second.length);
      const alike = list.findIndex((f) => f.number === second[from].number && f.wire === second[from].wire);
      list[Math.max(0, alike)] = structuredClone(second[from]);
    } else if (donor.length === 0) break;
    else if (kind === 4) {
      const from = chance.of(listsIn(donor));
      list.splice(at, 0, structuredClone(from[chance.below(from.length)]));
    } else {
      const from = chance.of(listsIn(donor));
      list.splice(0, list.length, ...structuredClone(from));
    }
  }
  return Uint8Array.from(Buffer.concat(own.map(written)));
}

function listsIn(fields: Field[], found: Field[][] = []): Field[][] {
  if (fields.length > 0) found.push(fields);
  for (const field of fields) if (field.fields !== undefined) listsIn(field.fields, found);
  return found.length === 0 ? [fields] : found;
}

/** The fields of a message; undefined for bytes that are none. */
function fieldsOf(bytes: Uint8Array, depth: number): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = varint(bytes, at);
    if (tag === undefined || tag.value >> 3 === 0) return undefined;
    const [number, wire] = [Math.floor(tag.value / 8), tag.value % 8];
    const length = wire === 0 ? varint(bytes, tag.end) : wire === 2 ? varint(bytes, tag.end) : undefined;
    const start = wire === 2 ? length?.end : tag.end;
    const end =
      wire === 0
        ? length?.end
        : wire === 1
          ? tag.end + 8
          : wire === 5
            ? tag.end + 4
            : wire === 2 && length
              ? length.end + length.value
              : undefined;
    if (start === undefined || end === undefined || end > bytes.length) return undefined;
    const inner = bytes.subarray(start, end);
    const isText = inner.every((b) => b >= 0x20 && b < 0x7f);
    const below = wire === 2 && depth < DEEPEST && inner.length > 1 && !isText ? fieldsOf(inner, depth + 1) : undefined;
    fields.push({ number, wire, bytes: inner, ...(below && { fields: below }) });
    at = end;
  }
  return fields;
}

function varint(bytes: Uint8Array, start: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 10 && start + i < bytes.length; i++) {
    value += (bytes[start + i] & 0x7f) * 2 ** (7 * i);
    if (bytes[start + i] < 0x80) return { value, end: start + i + 1 };
  }
  return undefined;
}

function written({ number, wire, bytes, fields }: Field): Buffer {
  const tag = varintBytes(number * 8 + wire);
  if (wire !== 2) return Buffer.concat([tag, bytes]);
  const inner = fields === undefined ? bytes : Buffer.concat(fields.map(written));
  return Buffer.concat([tag, varintBytes(inner.length), inner]);
}

function varintBytes(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

// JSON

type Holder = unknown[] | Record<string, unknown>;

function rearrangedJson(bytes: Uint8Array, other: Uint8Array, times: number, chance: Chance): Uint8Array | undefined {
  const [own, donor] = [parsed(bytes), parsed(other)];
  if (own === undefined || donor === undefined) return undefined;
  for (let i = 0; i < times; i++) {
    const holders = holdersIn(own);
    const holder = chance.of(holders);
    const keys = Object.keys(holder);
    const key = chance.of(keys) as never;
    const kind = chance.below(5);
    if (kind === 0 && Array.isArray(holder))
      holder.splice(chance.below(holder.length + 1), 0, structuredClone(holder[key]));
    else if (kind === 1) {
      const last = chance.of(keys) as never;
      [holder[key], holder[last]] = [holder[last], holder[key]];
    } else if (kind === 2) {
      // what has the same key elsewhere fits
      const alike = holders.filter((h) => h !== holder && Object.hasOwn(h, key));
      if (alike.length > 0) {
        const [mine, theirs] = [structuredClone(holder[key]), structuredClone(chance.of(alike)[key])] as never[];
        holder[key] = chance.below(4) > 0 ? theirs : mine;
      }
    } else {
      const all = holdersIn(donor);
      const alike = all.filter((h) => Object.hasOwn(h, key));
      const from = chance.of(alike.length > 0 && kind === 3 ? alike : all);
      holder[key] = structuredClone(Object.hasOwn(from, key) ? from[key] : from) as never;
    }
  }
  return new TextEncoder().encode(JSON.stringify(own));
}

function parsed(bytes: Uint8Array): Holder | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Holder) : undefined;
  } catch {
    return undefined;
  }
}

function holdersIn(value: unknown, found: Holder[] = []): Holder[] {
  if (typeof value !== 'object' || value === null) return found;
  if (Object.keys(value).length > 0) found.push(value as Holder);
  for (const inner of Object.values(value)) holdersIn(inner, found);
  return found;
}
