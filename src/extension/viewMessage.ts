import { byName, number, object, oneOf, optional, text, type Check } from '../profile/shapeChecks';
import { normVariantIds } from '../protocol/normVariant';
import { fixIds } from '../protocol/fix';
import type { ProfileSettings } from '../protocol/profile';
import type { ViewToHost } from '../protocol/view';

/** Characters of a picture that is saved; a PNG of the greatest canvas stays below. */
const LARGEST_FILE = 2 ** 28;

const name = within(text, 100_000);
const settings = object({
  steps: whole(1, 1_000_000),
  batch: whole(1, 65_536),
  optimizer: oneOf('sgd', 'momentum', 'adam'),
  lr: between(0, 1e6),
  seed: whole(0, 2 ** 32 - 1),
  init: either(oneOf('keep', 'default'), between(0, 1e6)),
  engine: oneOf('auto', 'native', 'wasm'),
  threads: whole(0, 256),
  norm: optional(oneOf(...normVariantIds)),
  data: optional(within(text, 32_768)),
  labels: optional(within(text, 32_768)),
  loss: optional(oneOf('auto', 'cross-entropy', 'mse')),
  hold: optional(byName(number)),
} satisfies Record<keyof ProfileSettings, Check>);

/** What each message carries besides its type. */
const messages: Readonly<Record<ViewToHost['type'], Readonly<Record<string, Check>>>> = {
  ready: {},
  profile: { settings },
  compare: { settings },
  cancel: {},
  eventsShown: {},
  chooseData: { field: oneOf('data', 'labels'), settings },
  reveal: { layer: name, keepFocus: optional(truth) },
  save: { name: fileName, content: within(text, LARGEST_FILE), encoding: oneOf('text', 'base64') },
  fix: { fix: oneOf(...fixIds) },
  openRule: { ruleId: within(text, 200) },
  reanalyze: {},
};

/**
 * A message of the view; undefined for anything that is not one. The view shows files of strangers: what comes from it is checked as
 * what comes from a file, and fields that it does not know are left behind.
 */
export function viewMessage(data: unknown): ViewToHost | undefined {
  const type = (data as { type?: unknown } | null)?.type;
  if (typeof type !== 'string' || !Object.hasOwn(messages, type)) return undefined;
  const fields = messages[type as ViewToHost['type']];
  try {
    object(fields)(data, '$');
  } catch {
    return undefined;
  }
  const kept = Object.keys(fields).map((field) => [field, (data as Record<string, unknown>)[field]]);
  return { type, ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)) } as ViewToHost;
}

function within(check: Check, length: number): Check {
  return (value, path) => {
    check(value, path);
    if ((value as string).length > length) throw new RangeError(path);
  };
}

function between(least: number, most: number): Check {
  return (value, path) => {
    number(value, path);
    if (!((value as number) >= least && (value as number) <= most)) throw new RangeError(path);
  };
}

function whole(least: number, most: number): Check {
  const range = between(least, most);
  return (value, path) => {
    range(value, path);
    if (!Number.isInteger(value)) throw new RangeError(path);
  };
}

function either(first: Check, second: Check): Check {
  return (value, path) => (typeof value === 'number' ? second : first)(value, path);
}

function truth(value: unknown, path: string): void {
  if (typeof value !== 'boolean') throw new RangeError(path);
}

/** A name without a folder, ending as the pictures of the view do. */
function fileName(value: unknown, path: string): void {
  text(value, path);
  if (!/^[\w-]{1,100}\.(svg|png)$/.test(value as string)) throw new RangeError(path);
}
