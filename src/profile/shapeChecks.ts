import { ModelError } from '../ir/errors';
import { say } from '../texts/say';

/** Checks plain data that came from a file. @throws ModelError `corrupt` with the JSON path of what is wrong */
export type Check = (value: unknown, path: string) => void;

export const number: Check = (value, path) => {
  if (typeof value !== 'number') throw wrong(say`a number`, path);
};

export const text: Check = (value, path) => {
  if (typeof value !== 'string') throw wrong(say`a text`, path);
};

/** A number, or the words that JSON has none for. */
export const figure: Check = (value, path) => {
  if (typeof value === 'number' || value === 'NaN' || value === 'Infinity' || value === '-Infinity') return;
  throw wrong(say`a number, "NaN", "Infinity" or "-Infinity"`, path);
};

/** Any object. */
const record: Check = (value, path) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(say`an object`, path);
};

export function literal(expected: string): Check {
  return oneOf(expected);
}

export function oneOf(...allowed: readonly string[]): Check {
  return (value, path) => {
    if (typeof value !== 'string' || !allowed.includes(value)) throw wrong(allowed.join(say` or `), path);
  };
}

export function optional(check: Check): Check {
  return (value, path) => {
    if (value !== undefined) check(value, path);
  };
}

export function list(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) throw wrong(say`a list`, path);
    value.forEach((item, i) => check(item, `${path}[${i}]`));
  };
}

/** An object with values of one kind under any names. */
export function byName(check: Check): Check {
  return (value, path) => {
    record(value, path);
    for (const [name, item] of Object.entries(value as object)) check(item, `${path}.${name}`);
  };
}

export function object(fields: Readonly<Record<string, Check>>): Check {
  const checks = Object.entries(fields);
  return (value, path) => {
    record(value, path);
    for (const [name, check] of checks) {
      check(
        Object.hasOwn(value as object, name) ? (value as Record<string, unknown>)[name] : undefined,
        `${path}.${name}`,
      );
    }
  };
}

function wrong(expected: string, path: string): ModelError {
  return new ModelError('corrupt', say`this profile is damaged: expected ${expected}`, { jsonPath: path });
}
