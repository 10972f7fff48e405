import * as path from 'node:path';
import { TextLines } from '../../../src/ir/textLines';

/**
 * As much of the module `vscode` as the extension needs to show and follow one text model, with everything else answering
 * anything: what is measured is the extension's own code, not the editor around it.
 */

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

export class Range {
  readonly start: Position;
  readonly end: Position;

  constructor(...at: [Position, Position] | [number, number, number, number]) {
    [this.start, this.end] = at.length === 2 ? at : [new Position(at[0], at[1]), new Position(at[2], at[3])];
  }
  isEqual({ start, end }: Range): boolean {
    const isSame = (a: Position, b: Position) => a.line === b.line && a.character === b.character;
    return isSame(this.start, start) && isSame(this.end, end);
  }
}

class Uri {
  private constructor(
    readonly scheme: string,
    readonly authority: string,
    readonly path: string,
    readonly query: string,
  ) {}

  static file(file: string): Uri {
    return new Uri('file', '', file, '');
  }
  static from(parts: { scheme: string; authority?: string; path?: string; query?: string }): Uri {
    return new Uri(parts.scheme, parts.authority ?? '', parts.path ?? '', parts.query ?? '');
  }
  static joinPath(uri: Uri, ...parts: string[]): Uri {
    return new Uri(uri.scheme, uri.authority, path.posix.join(uri.path, ...parts), uri.query);
  }
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    return `${this.scheme}://${this.authority}${this.path}?${this.query}`;
  }
}

class Event<T> {
  private readonly listeners = new Set<(value: T) => unknown>();
  readonly event = (listener: (value: T) => unknown) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };
  fire(value: T): void {
    for (const listener of this.listeners) listener(value);
  }
  dispose(): void {
    this.listeners.clear();
  }
}

/** Answers every question, call and construction with itself. */
const anything: object = new Proxy(function () {}, {
  get: (_, name) => (name === 'then' || typeof name === 'symbol' ? undefined : anything),
  set: () => true,
  apply: () => anything,
  construct: () => ({}),
});

const orAnything = (known: object): object =>
  Object.create(anything, Object.getOwnPropertyDescriptors(known)) as object;

export class TextDocument {
  readonly languageId = 'json';
  readonly isClosed = false;
  readonly uri: Uri;
  version = 1;
  private lines: TextLines;

  constructor(
    file: string,
    private text: string,
  ) {
    this.uri = Uri.file(file);
    this.lines = new TextLines(text);
  }

  set(text: string): void {
    this.text = text;
    this.lines = new TextLines(text);
    this.version++;
  }
  getText(range?: Range): string {
    return range === undefined ? this.text : this.text.slice(this.offsetAt(range.start), this.offsetAt(range.end));
  }
  offsetAt(at: Position): number {
    return Math.min(this.lines.offsetAt(at), this.text.length);
  }
  positionAt(offset: number): Position {
    const { line, character } = this.lines.positionAt(Math.min(offset, this.text.length));
    return new Position(line, character);
  }
  get lineCount(): number {
    return this.positionAt(this.text.length).line + 1;
  }
  lineAt(line: number): { text: string } {
    const start = this.lines.offsetAt({ line, character: 0 });
    const end = this.text.indexOf('\n', start);
    return { text: this.text.slice(start, end < 0 ? undefined : end) };
  }
}

interface HoverProvider {
  provideHover(document: TextDocument, position: Position): Promise<unknown>;
}
type Provider = Record<string, (document: TextDocument, range: Range) => Promise<readonly object[]>>;

const opened = new Event<TextDocument>();
const changed = new Event<{ document: TextDocument; contentChanges: readonly object[] }>();
const logged = new Event<void>();
const textDocuments: TextDocument[] = [];
const hovers: HoverProvider[] = [];
const providers: Provider[] = [];
/** What VS Code asks for by itself after each edit of a text that it shows. */
const asked = ['provideInlayHints', 'provideCodeLenses', 'provideDocumentSymbols'];

/** What the extension gave to the editor, and what the user does in it. */
export const editor = {
  open(document: TextDocument): void {
    textDocuments.push(document);
    opened.fire(document);
  },
  /** Puts something in the place of a stretch of the text. */
  edit(document: TextDocument, offset: number, length: number, text: string): void {
    const before = document.getText();
    const range = new Range(document.positionAt(offset), document.positionAt(offset + length));
    document.set(before.slice(0, offset) + text + before.slice(offset + length));
    changed.fire({ document, contentChanges: [{ range, rangeOffset: offset, rangeLength: length, text }] });
  },
  /** Asks for hints of a range, lenses and the outline. */
  show: (document: TextDocument, range: Range) =>
    Promise.all(providers.flatMap((p) => asked.filter((name) => name in p).map((name) => p[name](document, range)))),
  /** Resolves when the next analysis is done and everybody has been told: each writes a line to the log. */
  analyzed(): Promise<void> {
    return new Promise((resolve) => {
      const { dispose } = logged.event(() => {
        dispose();
        resolve();
      });
    });
  },
  hover: (document: TextDocument, at: Position) => Promise.all(hovers.map((h) => h.provideHover(document, at))),
};

export const vscode: object = orAnything({
  Position,
  Range,
  Uri,
  EventEmitter: Event,
  Diagnostic: class {
    constructor(
      readonly range: Range,
      readonly message: string,
      readonly severity: unknown,
    ) {}
  },
  MarkdownString: class {
    constructor(readonly value: string) {}
  },
  Hover: class {
    constructor(readonly contents: unknown) {}
  },
  env: orAnything({ language: 'en' }),
  l10n: { t: (text: string) => text },
  languages: orAnything({
    registerHoverProvider: (_: unknown, provider: HoverProvider) => void hovers.push(provider),
    registerInlayHintsProvider: (_: unknown, provider: Provider) => void providers.push(provider),
    registerCodeLensProvider: (_: unknown, provider: Provider) => void providers.push(provider),
    registerDocumentSymbolProvider: (_: unknown, provider: Provider) => void providers.push(provider),
  }),
  workspace: orAnything({
    textDocuments,
    onDidOpenTextDocument: opened.event,
    onDidChangeTextDocument: changed.event,
    asRelativePath: (uri: Uri) => path.basename(uri.path),
    getConfiguration: () => ({ get: (_: string, otherwise: unknown) => otherwise }),
    fs: { stat: () => Promise.reject(new Error('none')), readFile: () => Promise.reject(new Error('none')) },
  }),
  window: orAnything({
    createOutputChannel: () => orAnything({ info: () => logged.fire(), warn: () => logged.fire() }),
    showInformationMessage: () => Promise.resolve(undefined),
  }),
});
