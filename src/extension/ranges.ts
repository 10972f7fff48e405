import * as vscode from 'vscode';
import type { Range } from '../protocol/facts';

export function toVsRange({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
