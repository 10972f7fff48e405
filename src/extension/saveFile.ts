import * as vscode from 'vscode';
import { ModelError } from '../ir/errors';
import { say } from '../texts/say';
import { showError } from './messages';

const { t } = vscode.l10n;

/** Asks where to, and writes. @returns where the file is now; undefined when the user chose nothing */
export async function saveFile(
  suggested: vscode.Uri | undefined,
  title: string,
  filters: Readonly<Record<string, string[]>>,
  bytes: Uint8Array,
): Promise<vscode.Uri | undefined> {
  const target = await vscode.window.showSaveDialog({ defaultUri: suggested, filters: { ...filters }, title });
  if (target === undefined) return undefined;
  try {
    await vscode.workspace.fs.writeFile(target, bytes);
  } catch (error) {
    const where = vscode.workspace.asRelativePath(target);
    showError(t('NormScope: {0} could not be written: {1}', where, (error as Error).message));
    return undefined;
  }
  return target;
}

/**
 * Path of a file that an engine shall write.
 * @throws ModelError `unsupported` where it would not be on disk: its path would name another file there
 */
export function pathOnDisk(target: vscode.Uri): string {
  if (target.scheme === 'file') return target.fsPath;
  throw new ModelError(
    'unsupported',
    say`copies are saved on disk, and ${target.scheme}: is none: choose another folder`,
  );
}

/** A picture of a page, saved in a folder; without one, where the user last was. */
export async function savePicture(
  folder: vscode.Uri | undefined,
  {
    name,
    content,
    encoding,
  }: { readonly name: string; readonly content: string; readonly encoding: 'text' | 'base64' },
): Promise<void> {
  const bytes =
    encoding === 'text'
      ? new TextEncoder().encode(content)
      : Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  const filters: Record<string, string[]> = name.endsWith('.svg')
    ? { 'SVG pictures': ['svg'] }
    : { 'PNG pictures': ['png'] };
  await saveFile(folder && vscode.Uri.joinPath(folder, name), t('Save Picture'), filters, bytes);
}
