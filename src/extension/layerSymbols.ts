import * as vscode from 'vscode';
import { outlineOf, type OutlineItem } from '../config/outline';
import type { LayerRole } from '../protocol/facts';
import type { TextModels } from './textModels';
import { toVsRange } from './ranges';

const kinds: Readonly<Record<LayerRole, vscode.SymbolKind>> = {
  linear: vscode.SymbolKind.Class,
  norm: vscode.SymbolKind.Constant,
  activation: vscode.SymbolKind.Function,
  join: vscode.SymbolKind.Operator,
  pool: vscode.SymbolKind.Array,
  dropout: vscode.SymbolKind.Event,
  recurrent: vscode.SymbolKind.Interface,
  other: vscode.SymbolKind.Object,
};

/** The network's layers as the outline and breadcrumbs of its text. */
export class LayerSymbols implements vscode.DocumentSymbolProvider {
  constructor(private readonly models: TextModels) {}

  async provideDocumentSymbols(document: vscode.TextDocument): Promise<vscode.DocumentSymbol[]> {
    const shown = await this.models.shown(document);
    return shown === undefined ? [] : outlineOf(shown.config, shown.facts).map(symbol);
  }
}

function symbol({ name, detail, role, range, selection, children }: OutlineItem): vscode.DocumentSymbol {
  const kind = role === undefined ? vscode.SymbolKind.Module : kinds[role];
  const made = new vscode.DocumentSymbol(name, detail, kind, toVsRange(range), toVsRange(selection));
  made.children = children.map(symbol);
  return made;
}
