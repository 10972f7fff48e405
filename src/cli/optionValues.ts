import { parseArgs } from 'node:util';
import { measuredRules } from '../profile/measuredRules';
import type { Initialization } from '../protocol/profile';
import { rules } from '../rules/registry';
import { isRuleSeverity, ruleSeverities, type RuleSeverity } from '../rules/severities';
import { nearest } from './nearest';
import { UsageError, type CommandName } from './usage';

/** Flags of a command, as `parseArgs` takes them. */
type Flags = Record<string, { type: 'string' | 'boolean'; short?: string; multiple?: boolean }>;

/** @throws UsageError that says what is wrong with an option, and where the options are listed */
export function parse<F extends Flags>(command: CommandName, args: readonly string[], options: F) {
  try {
    return parseArgs({ args: withNumbers(args, options), options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${whatIsWrong(error as Error, options)} (normscope ${command} --help lists the options)`);
  }
}

/** `--lr -1` as `--lr=-1`: a number is no option, and what is wrong with it is said where its range is known. */
function withNumbers(args: readonly string[], options: Flags): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1) ?? '';
    const takesValue = before.startsWith('--') && options[before.slice(2)]?.type === 'string';
    if (takesValue && /^-\.?\d/.test(arg)) joined[joined.length - 1] = `${before}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** In words of our own: Node's speak of programs. */
function whatIsWrong({ message }: Error, options: Flags): string {
  const [, unknown] = /^Unknown option '(-[^']*)'/.exec(message) ?? [];
  if (unknown !== undefined) {
    const near = nearest(unknown.replace(/^-+/, ''), Object.keys(options));
    return `unknown option ${unknown}${near === undefined ? '' : `: did you mean --${near}?`}`;
  }
  const [, flag] = /^Option '(?:-\w, )?(--[\w-]+)/.exec(message) ?? [];
  if (flag === undefined) return message.split(/\. |\.?\n/)[0];
  return options[flag.slice(2)]?.type === 'string' ? `${flag} needs a value` : `${flag} takes no value`;
}

export function oneModel(command: string, positionals: readonly string[]): string {
  if (positionals.length !== 1) {
    throw new UsageError(
      `${command} needs the path of one model, got ${positionals.length}: normscope ${command} MODEL`,
    );
  }
  return positionals[0];
}

export function oneOf<T extends string>(
  flag: string,
  given: string | undefined,
  allowed: readonly T[],
  fallback: T,
): T {
  if (given === undefined) return fallback;
  const found = allowed.find((a) => a === given);
  if (found === undefined) throw new UsageError(`${flag} ${given}: expected one of ${allowed.join(', ')}`);
  return found;
}

export function initialization(given: string | undefined, fallback: Initialization): Initialization {
  if (given === undefined) return fallback;
  if (given === 'keep' || given === 'default') return given;
  const scale = Number(given);
  if (!(scale > 0 && Number.isFinite(scale))) {
    throw new UsageError(`--init ${given}: expected keep, default, or a number above 0 that scales fresh weights`);
  }
  return scale;
}

export function integer(flag: string, given: string | undefined, fallback: number, low: number, high: number): number {
  if (given === undefined) return fallback;
  const value = Number(given);
  if (given.trim() === '' || !Number.isInteger(value) || value < low || value > high) {
    throw new UsageError(`${flag} ${given}: expected a whole number from ${low} to ${high}`);
  }
  return value;
}

export function positive(flag: string, given: string | undefined, fallback: number): number {
  if (given === undefined) return fallback;
  const value = Number(given);
  if (!(value > 0 && Number.isFinite(value))) throw new UsageError(`${flag} ${given}: expected a number above 0`);
  return value;
}

/** Every `--hold NAME=NUMBER`. */
export function heldInputs(stated: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    stated.map((text) => {
      const at = text.lastIndexOf('=');
      const value = at < 1 || text.slice(at + 1).trim() === '' ? NaN : Number(text.slice(at + 1));
      if (!Number.isFinite(value)) throw new UsageError(`--hold takes NAME=NUMBER, not ${text}`);
      return [text.slice(0, at), value];
    }),
  );
}

/** One `--rule id=severity`. */
export function readSeverity(given: string): readonly [string, RuleSeverity] {
  const [, id, severity] = /^([^=]*)=(.*)$/.exec(given) ?? [];
  if (id === undefined) throw new UsageError(`--rule ${given}: expected id=severity, such as ${rules[0].meta.id}=off`);
  if (!isRuleSeverity(severity)) {
    throw new UsageError(`--rule ${given}: expected one of ${ruleSeverities.join(', ')} after '='`);
  }
  const known = [...rules, ...measuredRules].map((r) => r.meta.id).sort();
  if (!known.includes(id)) {
    const near = nearest(id, known);
    const meant = near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`;
    throw new UsageError(`--rule: unknown rule '${id}'; ${meant}`);
  }
  return [id, severity];
}
