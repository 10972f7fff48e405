import * as vscode from 'vscode';
import { hoverContent } from '../config/hover';
import type { TextModels } from './textModels';

/** What a layer of a text model is, where its norm sits, what was found and measured: on hovering, with no command run before. */
export class LayerHovers implements vscode.HoverProvider {
  constructor(private readonly models: TextModels) {}

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | undefined> {
    const found = await this.models.layerAt(document, position);
    if (found === undefined) return undefined;
    const { session, facts, layer } = found;
    const paragraphs = hoverContent(facts, layer.id, session.profile, session.profileIsStale);
    if (paragraphs === undefined) return undefined;
    // untrusted and without theme icons: the text comes from a model file
    return new vscode.Hover(paragraphs.map((p) => new vscode.MarkdownString(p, false)));
  }
}
