import { MessageParts } from './messageParts';
import type { ByteSource } from '../../ir/byteSource';
import type { Wire } from './wire';

/** One field of a message in a file: `from` to before `to` are its bytes, with its tag. */
export interface FieldRange {
  readonly number: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The fields of the message between two file offsets, in order. Their ranges leave no gap: what is no field (a group) belongs to
 * the field after it, and to a range of number 0 at the end.
 * @param visit is called for each field while the wire stands on it
 */
export function fieldRanges(
  wire: Wire,
  start: number,
  end: number,
  visit?: (wire: Wire, index: number) => void,
): FieldRange[] {
  const ranges: FieldRange[] = [];
  wire.seek(start);
  let from = start;
  while (wire.next(end)) {
    const number = wire.field;
    const to = wire.offset;
    visit?.(wire, ranges.length);
    wire.seek(to);
    ranges.push({ number, from, to });
    from = to;
  }
  if (from < end) ranges.push({ number: 0, from, to: end });
  return ranges;
}

/**
 * A message whose fields are copied from a file, apart from those of some numbers, which are given anew: they stand in the places
 * of the old ones, further ones behind the last of their kind.
 * @param replaced whole fields by number, with their tags
 */
export function withFields(
  source: ByteSource,
  ranges: readonly FieldRange[],
  replaced: ReadonlyMap<number, readonly MessageParts[]>,
): MessageParts {
  const left = new Map<number, number>();
  for (const { number } of ranges) left.set(number, (left.get(number) ?? 0) + 1);
  const parts = new MessageParts();
  const next = new Map<number, number>();
  for (const { number, from, to } of ranges) {
    const fields = replaced.get(number);
    if (fields === undefined) {
      parts.copy(source, from, to);
      continue;
    }
    const places = left.get(number)! - 1;
    left.set(number, places);
    const first = next.get(number) ?? 0;
    const end = places === 0 ? fields.length : Math.min(first + 1, fields.length);
    for (let i = first; i < end; i++) parts.appendAll(fields[i]);
    next.set(number, end);
  }
  for (const [number, fields] of replaced) if (!next.has(number)) for (const f of fields) parts.appendAll(f);
  return parts;
}
