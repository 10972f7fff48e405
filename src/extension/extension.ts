import type * as vscode from 'vscode';
import { forkTransport } from '../engine/forkTransport';
import { NodeFolder } from '../engine/nodeFolder';
import { startExtension, type ExtensionInterface } from './startExtension';

/** The extension on a machine (or on the remote side of one): engines are processes, files are read by range. */
export function activate(context: vscode.ExtensionContext): ExtensionInterface {
  const script = context.asAbsolutePath('dist/engine.js');
  return startExtension(context, {
    startEngine: () => forkTransport(script),
    engineLocation: (uri) => (uri.scheme === 'file' ? uri.fsPath : undefined),
    folder: (parent, chosen) => (parent.scheme === 'file' ? new NodeFolder(parent.fsPath, chosen) : undefined),
  });
}
