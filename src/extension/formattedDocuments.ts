import * as vscode from 'vscode';
import { formatModel, type FormattedText } from '../config/formattedText';
import { TextLines } from '../ir/textLines';
import type { Position, Range } from '../protocol/facts';
import { fileKey } from './fileKey';
import { toVsRange } from './ranges';

export const formattedScheme = 'normscope-formatted';

/** A formatted view of one model text, and how places map between the two. */
export class FormattedView {
  private readonly originalLines: TextLines;
  private readonly formattedLines: TextLines;

  constructor(
    readonly uri: vscode.Uri,
    original: string,
    readonly formatted: FormattedText,
  ) {
    this.originalLines = new TextLines(original);
    this.formattedLines = new TextLines(formatted.text);
  }

  toFormatted(range: Range): vscode.Range {
    const place = (p: Position, side: 'start' | 'end') =>
      this.formattedLines.positionAt(this.formatted.toFormatted(this.originalLines.offsetAt(p), side));
    return toVsRange({ start: place(range.start, 'start'), end: place(range.end, 'end') });
  }

  toOriginal(position: Position): Position {
    return this.originalLines.positionAt(this.formatted.toOriginal(this.formattedLines.offsetAt(position)));
  }
}

/**
 * Read-only pretty-printed documents of models that are one long line (VS Code stops rendering a line after 10 000
 * characters, and real model.json files are one line of 100 000). The document follows the file.
 */
export class FormattedDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly views = new Map<string, FormattedView>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly opened = new vscode.EventEmitter<vscode.Uri>();
  private readonly closed = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscriptions: vscode.Disposable[];
  readonly onDidChange = this.changed.event;
  /** Fires with the model's uri once its formatted view can be asked for. */
  readonly onDidOpen = this.opened.event;
  /** Fires with the view's uri. */
  readonly onDidClose = this.closed.event;

  constructor() {
    this.subscriptions = [
      this.changed,
      this.opened,
      this.closed,
      vscode.workspace.registerTextDocumentContentProvider(formattedScheme, this),
      vscode.workspace.onDidCloseTextDocument((d) => {
        if (d.uri.scheme !== formattedScheme) return;
        this.views.delete(fileKey(sourceOf(d.uri)));
        this.closed.fire(d.uri);
      }),
    ];
  }

  /** The open formatted view of a model, if there is one. */
  viewOf(source: vscode.Uri): FormattedView | undefined {
    return this.views.get(fileKey(source));
  }

  /** Says that the model's text is another now. */
  refresh(source: vscode.Uri): void {
    const view = this.viewOf(source);
    if (view !== undefined) this.changed.fire(view.uri);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const source = sourceOf(uri);
    const text = (await vscode.workspace.openTextDocument(source)).getText();
    const view = new FormattedView(uri, text, formatModel(text));
    this.views.set(fileKey(source), view);
    // after VS Code has taken over the text that the places refer to
    setTimeout(() => this.opened.fire(source), 0);
    return view.formatted.text;
  }

  async show(source: vscode.Uri): Promise<void> {
    await vscode.window.showTextDocument(formattedUri(source), { preview: false });
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}

/** The formatted view's address: a path that makes a good title and is JSON by its ending, and the model's own address behind it. */
export function formattedUri(source: vscode.Uri): vscode.Uri {
  const path = `${source.path.replace(/\.json$/, '')} (formatted).json`;
  return vscode.Uri.from({ scheme: formattedScheme, path, query: source.toString() });
}

/** The model that a formatted view shows. */
export function sourceOf(formatted: vscode.Uri): vscode.Uri {
  return vscode.Uri.parse(formatted.query, true);
}
