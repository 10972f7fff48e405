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

class Range {
  readonly start: Position;
  readonly end: Position;

  constructor(...at: [Position, Position] | [number, number, number, number]) {
    [this.start, this.end] = at.length === 2 ? at : [new Position(at[0], at[1]), new Position(at[2], at[3])];
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

const opened = new Event<TextDocument>();
const changed = new Event<{ document: TextDocument; contentChanges: readonly object[] }>();
const published = new Event<readonly object[]>();
const textDocuments: TextDocument[] = [];
const hovers: HoverProvider[] = [];

/** What the extension gave to the editor, and what the user does in it. */
export const editor = {
  open(document: TextDocument): void {
    textDocuments.push(document);
    opened.fire(document);
  },
  edit(document: TextDocument, text: string): void {
    document.set(text);
    changed.fire({ document, contentChanges: [{}] });
  },
  /** Resolves when the Problems panel gets what was found next. */
  problems(): Promise<readonly object[]> {
    return new Promise((resolve) => {
      const { dispose } = published.event((found) => {
        dispose();
        resolve(found);
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
  MarkdownString: class {
    constructor(readonly value: string) {}
  },
  Hover: class {
    constructor(readonly contents: unknown) {}
  },
  l10n: { t: (text: string) => text },
  languages: orAnything({
    registerHoverProvider: (_: unknown, provider: HoverProvider) => void hovers.push(provider),
    createDiagnosticCollection: () => ({
      set: (_: unknown, found: readonly object[]) => published.fire(found),
      delete: () => undefined,
      dispose: () => undefined,
    }),
  }),
  workspace: orAnything({
    textDocuments,
    onDidOpenTextDocument: opened.event,
    onDidChangeTextDocument: changed.event,
    asRelativePath: (uri: Uri) => path.basename(uri.path),
    getConfiguration: () => ({ get: (_: string, otherwise: unknown) => otherwise }),
    fs: { stat: () => Promise.reject(new Error('none')), readFile: () => Promise.reject(new Error('none')) },
  }),
  window: orAnything({ showInformationMessage: () => Promise.resolve(undefined) }),
});
