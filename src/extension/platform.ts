import type * as vscode from 'vscode';
import type { Transport } from '../engine/transport';
import type { ModelFolder } from '../ir/byteSource';

/** What differs between VS Code on a machine and in a browser. */
export interface Platform {
  /** Starts an engine: a process, or a worker. */
  startEngine(): Transport;
  /** What an engine knows a file by; undefined for files that it cannot read. */
  engineLocation(uri: vscode.Uri): string | undefined;
  /** A folder as the platform reads it best; undefined where only VS Code's own file system does. */
  folder(parent: vscode.Uri, chosen: string): ModelFolder | undefined;
}
