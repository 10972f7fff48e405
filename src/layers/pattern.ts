import { ABSENT, type Node, type ValueId } from '../ir/graph';
import type { GraphReading } from './graphReading';

/**
 * Small declarative patterns over the producers of a value. A pattern says whether it fits a value; on the way it binds
 * names to values and numbers and collects the nodes it has walked over. Products and sums are matched whatever their
 * association and the order of their operands; Cast and Identity nodes between two matched nodes are looked through.
 */
export type Pattern = (match: Match, value: ValueId) => boolean;

/** Operands that a product or a sum may have: more make the search for an assignment expensive, and no layer has them. */
const MAX_OPERANDS = 6;

const TOLERANCE = 2e-3;

/** Casts in a row that are looked through; a bound, because a broken file may hold a cycle of them. */
const MAX_CASTS = 8;

interface Operands {
  readonly number: number;
  readonly values: readonly ValueId[];
  readonly nodes: readonly number[];
}

/** Nodes of different layers of the file are never one layer; where it states nodes alone, any may be. */
export function inOneLayer({ origin: a }: Node, { origin: b }: Node): boolean {
  return a === b || (a?.isNode !== undefined && b?.isNode !== undefined);
}

/** What a pattern has bound and walked over so far. One match serves all patterns that are tried on a value. */
export class Match {
  readonly nodes: number[] = [];
  // a handful of names at most: arrays that are cut back are cheaper than maps that are copied
  private readonly names: string[] = [];
  private readonly bound: number[] = [];
  private readonly opened = new Map<number, Operands | undefined>();

  /** @param root the node that is matched: one of a layer of the file matches with nodes of that layer alone */
  constructor(
    readonly reading: GraphReading,
    private readonly root: Node,
  ) {}

  /** Tries a pattern; when it does not fit, everything it has bound and collected is taken back. */
  try(pattern: Pattern, value: ValueId): boolean {
    const nodes = this.nodes.length;
    const names = this.names.length;
    if (pattern(this, value)) return true;
    this.nodes.length = nodes;
    this.names.length = names;
    this.bound.length = names;
    return false;
  }

  /** Binds a name to a value or a number; false when it is bound to another. */
  bind(name: string, value: number): boolean {
    const known = this.get(name);
    if (known !== undefined) return known === value;
    this.names.push(name);
    this.bound.push(value);
    return true;
  }

  /** What a name is bound to. */
  get(name: string): number | undefined {
    const i = this.names.indexOf(name);
    return i < 0 ? undefined : this.bound[i];
  }

  /** Forgets what the last pattern has bound. */
  clear(): void {
    this.nodes.length = this.names.length = this.bound.length = 0;
  }

  /** The operands of a product or a sum, found once; its nodes count as walked over. */
  operands(value: ValueId, opType: 'Mul' | 'Add'): Operands | undefined {
    const key = 2 * value + Number(opType === 'Mul');
    let found = this.opened.get(key);
    if (found === undefined && !this.opened.has(key)) {
      found = openOperands(this, value, opType);
      this.opened.set(key, found);
    }
    if (found !== undefined) this.nodes.push(...found.nodes);
    return found;
  }

  /** The value before Cast and Identity nodes. */
  bare(value: ValueId): ValueId {
    let v = value;
    for (let i = 0; i < MAX_CASTS; i++) {
      const node = this.producer(v);
      if (node === undefined || node.domain !== '' || (node.opType !== 'Cast' && node.opType !== 'Identity')) break;
      v = node.inputs[0] ?? ABSENT;
    }
    return v;
  }

  producer(value: ValueId): Node | undefined {
    const node = value === ABSENT ? undefined : this.reading.producer(value);
    return node !== undefined && inOneLayer(node, this.root) ? node : undefined;
  }

  take(node: Node): void {
    this.nodes.push(node.index);
  }
}

/** Any computed value; every use of the same name must be the same value. */
export function any(name: string): Pattern {
  return (match, value) => {
    const bare = match.bare(value);
    return match.reading.isData(bare) && match.bind(name, bare);
  };
}

/** Any value, constant or computed. */
export function either(name: string): Pattern {
  return (match, value) => value !== ABSENT && match.bind(name, match.bare(value));
}

/** A constant, or a parameter that is fed from outside, whose sizes are known. */
export function parameter(name: string): Pattern {
  return (match, value) => {
    const bare = match.bare(value);
    return match.reading.parameterDims(bare) !== undefined && match.bind(name, bare);
  };
}

/** A constant with one element, close to the number. */
export function number(expected: number): Pattern {
  return (match, value) => {
    const actual = match.reading.scalar(match.bare(value));
    return actual !== undefined && close(actual, expected);
  };
}

/** What fits the pattern, under a name, so that `any(name)` finds it again. */
export function named(name: string, pattern: Pattern): Pattern {
  return (match, value) => pattern(match, value) && match.bind(name, match.bare(value));
}

/** The first of several patterns that fits. */
export function oneOf(...patterns: readonly Pattern[]): Pattern {
  return (match, value) => patterns.some((p) => match.try(p, value));
}

export interface OpOptions {
  /** A further condition, which may bind numbers. */
  readonly where?: (node: Node, match: Match) => boolean;
}

/** A node of the default domain whose first inputs fit the patterns; further inputs are what `where` looks at. */
export function op(opType: string, inputs: readonly Pattern[], options: OpOptions = {}): Pattern {
  return (match, value) => {
    const node = match.producer(match.bare(value));
    if (node === undefined || node.opType !== opType || node.domain !== '') return false;
    if (node.inputs.length < inputs.length) return false;
    match.take(node);
    if (options.where && !options.where(node, match)) return false;
    return inputs.every((p, i) => match.try(p, node.inputs[i]));
  };
}

/** A product of these factors, in any order and association, times a number: a given one, or any under a name. */
export function product(coefficient: number | string, ...factors: readonly Pattern[]): Pattern {
  return (match, value) => {
    const terms = match.operands(value, 'Mul');
    if (terms === undefined) return false;
    const fits =
      typeof coefficient === 'number' ? close(terms.number, coefficient) : match.bind(coefficient, terms.number);
    return fits && assign(match, factors, terms.values);
  };
}

/** A sum of these terms, in any order and association, plus a number: a given one, or any under a name. */
export function sum(constant: number | string, ...terms: readonly Pattern[]): Pattern {
  return (match, value) => {
    const found = match.operands(value, 'Add');
    if (found === undefined) return false;
    const fits = typeof constant === 'number' ? close(found.number, constant) : match.bind(constant, found.number);
    return fits && assign(match, terms, found.values);
  };
}

/**
 * Flattens a tree of Mul and Div by a number (Add and Sub of a number) into its operands and the number they are multiplied
 * with (added to). Inner nodes are opened only while nothing else reads them. Undefined when the value is no such tree.
 */
function openOperands(match: Match, value: ValueId, opType: 'Mul' | 'Add'): Operands | undefined {
  const inverse = opType === 'Mul' ? 'Div' : 'Sub';
  const { reading } = match;
  let result = opType === 'Mul' ? 1 : 0;
  const values: ValueId[] = [];
  const nodes: number[] = [];
  const open = (v: ValueId, isRoot: boolean): boolean => {
    const bare = match.bare(v);
    const scalar = reading.scalar(bare);
    if (scalar !== undefined) {
      result = opType === 'Mul' ? result * scalar : result + scalar;
      return true;
    }
    const node = match.producer(bare);
    const inner = node !== undefined && node.domain === '' && (node.opType === opType || node.opType === inverse);
    if (inner && nodes.length < MAX_OPERANDS && (isRoot || reading.soleConsumer(bare) >= 0)) {
      const [left, right, ...more] = node.inputs;
      if (node.opType === opType && more.length === 0) {
        nodes.push(node.index);
        return open(left, false) && open(right, false);
      }
      const divisor = node.opType === inverse ? reading.scalar(match.bare(right)) : undefined;
      if (divisor !== undefined) {
        nodes.push(node.index);
        result = opType === 'Mul' ? result / divisor : result - divisor;
        return open(left, false);
      }
    }
    if (isRoot) return false;
    values.push(bare);
    return values.length <= MAX_OPERANDS;
  };
  return open(value, true) ? { number: result, values, nodes } : undefined;
}

/** Fits each pattern to another value, all values used. */
function assign(match: Match, patterns: readonly Pattern[], values: readonly ValueId[]): boolean {
  if (patterns.length !== values.length) return false;
  if (patterns.length === 0) return true;
  const [first, ...rest] = patterns;
  return values.some((value, i) =>
    match.try((m) => first(m, value) && assign(m, rest, [...values.slice(0, i), ...values.slice(i + 1)]), value),
  );
}

function close(actual: number, expected: number): boolean {
  return Math.abs(actual - expected) <= TOLERANCE * Math.max(Math.abs(expected), 1e-6);
}
