import { ModelError } from './errors';

/** A literal of the textual syntax. Integers keep their digits, because int64 has more of them than a number. */
export type Literal =
  { readonly kind: 'int' | 'float'; readonly text: string } | { readonly kind: 'string'; readonly text: string };

const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?\s*(?:\d+(\.\d*)?([eE][+-]?\d+)?|(inf|infinity|nan)(?![A-Za-z0-9_]))/iy;
const SPACE = /(?:\s+|#[^\n]*)*/y;

/** Reads the tokens of ONNX's textual syntax; `#` begins a comment that ends with the line. */
export class TextScanner {
  private position = 0;

  constructor(private readonly text: string) {
    this.skipSpace();
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** The next character that is neither space nor comment; '' at the end. */
  peek(): string {
    return this.text.charAt(this.position);
  }

  /** The identifier that comes next, without taking it; '' when something else does. */
  peekIdentifier(): string {
    IDENTIFIER.lastIndex = this.position;
    return IDENTIFIER.exec(this.text)?.[0] ?? '';
  }

  /** Takes the word when it comes next. */
  accept(word: string): boolean {
    if (!this.text.startsWith(word, this.position)) return false;
    this.advance(word.length);
    return true;
  }

  expect(word: string): void {
    if (!this.accept(word)) this.fail(`expected "${word}"`);
  }

  identifier(): string {
    const id = this.peekIdentifier();
    if (id === '') this.fail('expected a name');
    this.advance(id.length);
    return id;
  }

  /** A name, bare or in quotation marks; undefined when neither comes next. */
  quotableIdentifier(): string | undefined {
    if (this.peek() === '"') return this.string();
    const id = this.peekIdentifier();
    if (id === '') return undefined;
    this.advance(id.length);
    return id;
  }

  string(): string {
    if (this.peek() !== '"') this.fail('expected a quoted string');
    let value = '';
    let i = this.position + 1;
    for (; i < this.text.length && this.text[i] !== '"'; i++) {
      if (this.text[i] === '\\') i++;
      value += this.text.charAt(i);
    }
    if (i >= this.text.length) this.fail('a string does not end');
    this.advance(i + 1 - this.position);
    return value;
  }

  /** A number or a string. */
  literal(): Literal {
    if (this.peek() === '"') return { kind: 'string', text: this.string() };
    return this.numberLiteral();
  }

  numberLiteral(): Literal {
    const literal = this.peekNumber();
    if (literal === undefined) this.fail('expected a number');
    this.advance(literal.length);
    const text = literal.text.replace(/\s+/g, '');
    return { kind: literal.isFloat ? 'float' : 'int', text };
  }

  nextIsNumber(): boolean {
    return this.peekNumber() !== undefined;
  }

  /** A number written as an integer. */
  integer(): number {
    const literal = this.numberLiteral();
    if (literal.kind !== 'int') this.fail(`expected an integer, found ${literal.text}`);
    return Number(literal.text);
  }

  fail(message: string): never {
    const before = this.text.slice(0, this.position).split('\n');
    const rest = this.text.slice(this.position, this.position + 20).split('\n')[0];
    throw new ModelError('invalid', `${message}${rest === '' ? ' before the end' : `, found "${rest}"`}`, {
      line: before.length - 1,
      character: before[before.length - 1].length,
    });
  }

  private peekNumber(): { text: string; length: number; isFloat: boolean } | undefined {
    NUMBER.lastIndex = this.position;
    const match = NUMBER.exec(this.text);
    if (match === null) return undefined;
    return { text: match[0], length: match[0].length, isFloat: match.slice(1).some((part) => part !== undefined) };
  }

  private advance(by: number): void {
    this.position += by;
    this.skipSpace();
  }

  private skipSpace(): void {
    SPACE.lastIndex = this.position;
    this.position += SPACE.exec(this.text)?.[0].length ?? 0;
  }
}

/** The number a literal stands for. */
export function literalNumber(text: string): number {
  const word = /^(-?)(inf|infinity|nan)$/i.exec(text);
  if (word === null) return Number(text);
  if (word[2].toLowerCase() === 'nan') return NaN;
  return word[1] === '-' ? -Infinity : Infinity;
}
