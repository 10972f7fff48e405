import type * as vscode from 'vscode';

/** Systems whose disks take a name in upper and in lower case for the same, as VS Code does there. */
const foldsCase = typeof process !== 'undefined' && /^(win32|darwin)$/.test(process.platform);

/** What is the same for two addresses of one file. */
export function fileKey(uri: Pick<vscode.Uri, 'scheme' | 'toString'>, folds = foldsCase): string {
  return uri.scheme === 'file' && folds ? uri.toString(true).toLowerCase() : uri.toString();
}

export function isSameFile(a: vscode.Uri, b: vscode.Uri): boolean {
  return fileKey(a) === fileKey(b);
}
