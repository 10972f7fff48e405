import { createScanner } from 'jsonc-parser';
import type { Span } from '../formats/tfjs/jsonIndex';

/** Tokens of jsonc-parser's scanner; what lies between null and NUMBER, and what is UNKNOWN, are words. */
const OPEN_BRACE = 1;
const CLOSE_BRACE = 2;
const OPEN_BRACKET = 3;
const CLOSE_BRACKET = 4;
const COMMA = 5;
const COLON = 6;
const NULL = 7;
const STRING = 10;
const NUMBER = 11;
const UNKNOWN = 16;
const END = 17;

/** Where a place of a JSON text is, though the text may be broken around it: somebody is typing there. */
export interface JsonCursor {
  /** Keys from the top of the text to the object around; an array counts as `key[]`, its elements as ''. */
  readonly path: readonly string[];
  /** The key whose value is at the place; undefined where a key belongs. */
  readonly key: string | undefined;
  /** Keys of the object around, those behind the place included. */
  readonly keys: ReadonlySet<string>;
  /** The `class_name` of the object that the object around is a member of. */
  readonly className: string | undefined;
  /** The string, number or word that the place is in or right behind; empty between tokens. */
  readonly token: Span;
  /** A colon follows: the token is the key of a member that is there. */
  readonly hasColon: boolean;
  /** Another member follows, and no comma stands before it. */
  readonly needsComma: boolean;
}

interface Level {
  readonly isArray: boolean;
  readonly name: string;
  readonly keys: Set<string>;
  className?: string;
  /** Last key that was read. */
  key: string;
  awaitsValue: boolean;
}

/**
 * Reads a JSON text up to a place, and on to the end of the object that the object around is a member of. Goes by brackets, colons
 * and commas alone, so that a member that is half written does no harm. Undefined outside of every object and in an array.
 */
export function jsonCursor(text: string, offset: number): JsonCursor | undefined {
  const scanner = createScanner(text, true);
  const levels: Level[] = [];
  let place: Pick<JsonCursor, 'path' | 'key' | 'token'> | undefined;
  let around: Level | undefined;
  let parent: Level | undefined;
  let following = END;

  for (;;) {
    const kind: number = scanner.scan();
    const start = scanner.getTokenOffset();
    const length = scanner.getTokenLength();
    const isWord = (kind >= NULL && kind <= NUMBER) || kind === UNKNOWN;
    const isIn = isWord && start < offset && offset <= start + length;
    if (place === undefined && (isIn || offset <= start)) {
      [parent, around] = [levels[levels.length - 2], levels[levels.length - 1]];
      if (around === undefined || around.isArray) return undefined;
      place = {
        path: levels.slice(1).map(({ name, isArray }) => (isArray ? `${name}[]` : name)),
        key: around.awaitsValue ? around.key : undefined,
        token: isIn ? { offset: start, length } : { offset, length: 0 },
      };
      if (!isIn) following = kind;
    } else if (place !== undefined && following === END) following = kind;
    if (kind === END) break;

    const level = levels[levels.length - 1];
    if (kind === OPEN_BRACE || kind === OPEN_BRACKET) {
      levels.push({
        isArray: kind === OPEN_BRACKET,
        name: level?.key ?? '',
        keys: new Set(),
        key: '',
        awaitsValue: false,
      });
      if (level !== undefined) level.awaitsValue = false;
    } else if (kind === CLOSE_BRACE || kind === CLOSE_BRACKET) {
      const closed = levels.pop();
      if (place !== undefined && (closed === parent || levels.length === 0)) break;
    } else if (level !== undefined && !level.isArray) read(level, kind, scanner.getTokenValue());
  }
  if (place === undefined || around === undefined) return undefined;
  return {
    ...place,
    keys: around.keys,
    className: parent?.className,
    hasColon: following === COLON,
    needsComma: following === STRING,
  };
}

function read(level: Level, kind: number, value: string): void {
  if (kind === COLON || kind === COMMA) level.awaitsValue = kind === COLON;
  else if (level.awaitsValue) {
    if (level.key === 'class_name') level.className = value;
    level.awaitsValue = false;
  } else if (kind === STRING) {
    level.key = value;
    level.keys.add(value);
  }
}
