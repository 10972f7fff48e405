import * as vscode from 'vscode';
import { EditedFolder } from '../engine/editedFolder';
import { BytesSource, type ByteSource, type ModelFolder } from '../ir/byteSource';
import { ModelError } from '../ir/errors';
import { say } from '../texts/say';
import { isSameFile } from './fileKey';
import type { Platform } from './platform';

/** Whole-file reading is all that virtual file systems offer; beyond this size it would fill the extension host. */
const VIRTUAL_FILE_LIMIT = 512 * 2 ** 20;

export interface ModelPlace {
  readonly folder: ModelFolder;
  /** Name of the model file inside the folder. */
  readonly name: string;
}

/** The folder of a model: by ranges on disk, whole files in virtual workspaces, and what an open editor holds before both. */
export function placeOf(uri: vscode.Uri, platform: Platform): ModelPlace {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const parent = vscode.Uri.joinPath(uri, '..');
  const stored = platform.folder(parent, name) ?? new VirtualFolder(parent);
  const text = openDocument(uri)?.getText();
  return { name, folder: text === undefined ? stored : new EditedFolder(stored, name, text) };
}

export function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((d) => !d.isClosed && isSameFile(d.uri, uri));
}

/** A folder of any file system that VS Code knows. Files are read whole. */
export class VirtualFolder implements ModelFolder {
  constructor(private readonly uri: vscode.Uri) {}

  async open(relativePath: string): Promise<ByteSource> {
    if (relativePath.startsWith('/') || relativePath.includes('\\') || relativePath.split('/').includes('..')) {
      throw new ModelError('outside-folder', say`${relativePath} lies outside the model's folder and is not read`);
    }
    const uri = vscode.Uri.joinPath(this.uri, relativePath);
    try {
      const { size } = await vscode.workspace.fs.stat(uri);
      if (size > VIRTUAL_FILE_LIMIT) {
        throw new ModelError(
          'too-large',
          say`${relativePath} has ${size} bytes, too many to read over ${this.uri.scheme}`,
        );
      }
      return new BytesSource(await vscode.workspace.fs.readFile(uri));
    } catch (error) {
      if (error instanceof ModelError) throw error;
      throw new ModelError('not-found', say`${relativePath} cannot be read: ${(error as Error).message}`);
    }
  }
}
