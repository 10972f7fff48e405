import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';

/** A file of the folder that the tests run in. */
export function file(relativePath: string): vscode.Uri {
  return vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0].uri, relativePath);
}

/** A copy of a file beside it, with its text changed on the way; for tests that edit. */
export function copyOf(relativePath: string, name: string, change = (text: string) => text): vscode.Uri {
  const from = file(relativePath).fsPath;
  const to = path.join(path.dirname(from), name);
  fs.writeFileSync(to, change(fs.readFileSync(from, 'utf8')));
  return vscode.Uri.file(to);
}

/** Waits until `look` finds something. */
export async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 200; i++) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited 20 s in vain for ${what}`);
}

/** Our diagnostics of a file, once one fulfils `wanted`. */
export function diagnostics(uri: vscode.Uri, wanted: (d: vscode.Diagnostic) => boolean): Promise<vscode.Diagnostic[]> {
  return eventually(`a diagnostic of ${uri.path}`, () => {
    const ours = vscode.languages.getDiagnostics(uri).filter((d) => d.source === 'NormScope');
    return ours.some(wanted) ? ours : undefined;
  });
}

/** The text of all hovers at a place. */
export async function hoverText(uri: vscode.Uri, position: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, position);
  return hovers
    .flatMap((h) => h.contents)
    .map((c) => (typeof c === 'string' ? c : c.value))
    .join('\n');
}

/** Where `text` occurs for the last time. */
export function lastPlace(document: vscode.TextDocument, text: string): vscode.Position {
  const at = document.getText().lastIndexOf(text);
  if (at < 0) throw new Error(`"${text}" is not in ${document.uri.path}`);
  return document.positionAt(at);
}

export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** The rule that a diagnostic states. */
export function ruleOf(d: vscode.Diagnostic): string {
  return typeof d.code === 'object' ? String(d.code.value) : String(d.code);
}

/** The error messages that the extension shows while something is done. It shares this object with its tests. */
export async function errorsOf(work: () => Thenable<unknown>): Promise<string> {
  const { showErrorMessage } = vscode.window;
  const messages: string[] = [];
  vscode.window.showErrorMessage = (message: string) => {
    messages.push(message);
    return Promise.resolve(undefined);
  };
  try {
    await work();
  } finally {
    vscode.window.showErrorMessage = showErrorMessage;
  }
  return messages.join('\n');
}
