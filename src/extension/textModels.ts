import * as vscode from 'vscode';
import type { ConfigDocument } from '../config/configDocument';
import { sniffConfig } from '../config/sniffConfig';
import { isUnreadable, type LayerFacts, type ModelFacts, type Position } from '../protocol/facts';
import { configOf } from './configDocuments';
import { formattedScheme, sourceOf, type FormattedDocuments } from './formattedDocuments';
import type { ModelSession } from './modelSession';
import { isBefore } from './ranges';
import type { Sessions } from './sessions';

export const textSelector: vscode.DocumentSelector = [
  { language: 'json' },
  { language: 'jsonc' },
  { scheme: formattedScheme },
];

/** As much of a document as it takes to tell a model from any other JSON file. */
const SNIFF_CHARACTERS = 65_536;

/** Where VS Code stops rendering a line, unless the user chose another place. */
const RENDERED_COLUMNS = 10_000;

/** True for a JSON document that describes a model we read. Looks at its beginning only. */
export function isTextModel(document: vscode.TextDocument): boolean {
  if (document.uri.scheme === formattedScheme) return true;
  if (document.languageId !== 'json' && document.languageId !== 'jsonc') return false;
  // getText of a range copies that range only, however long the document is
  const end = document.positionAt(SNIFF_CHARACTERS);
  return sniffConfig(document.getText(new vscode.Range(0, 0, end.line, end.character))) !== undefined;
}

/** The model a document shows: itself, or what a formatted view was made of. */
export function modelUri(document: vscode.TextDocument): vscode.Uri {
  return document.uri.scheme === formattedScheme ? sourceOf(document.uri) : document.uri;
}

export interface LayerAtPosition {
  readonly session: ModelSession;
  readonly facts: ModelFacts;
  readonly layer: LayerFacts;
}

/** A model as a text document shows it. */
export interface ShownModel {
  readonly session: ModelSession;
  /** Places are those of the document. */
  readonly facts: ModelFacts;
  readonly config: ConfigDocument;
}

/** Text models and what is under the cursor in them. */
export class TextModels {
  constructor(
    private readonly sessions: Sessions,
    private readonly formatted: FormattedDocuments,
  ) {}

  /**
   * What the model of a document holds, with places in the text that is shown. Undefined for other documents and for a model
   * that cannot be read.
   */
  async shown(document: vscode.TextDocument): Promise<ShownModel | undefined> {
    if (!isTextModel(document)) return undefined;
    const uri = modelUri(document);
    const session = this.sessions.get(uri);
    const facts = await session.analyze();
    if (isUnreadable(facts)) return undefined;
    const config = configOf(document);
    if (config === undefined) return undefined;
    if (document.uri.scheme !== formattedScheme) return { session, facts, config };
    const view = this.formatted.viewOf(uri);
    if (view === undefined) return undefined;
    const layers = facts.layers.map((layer) =>
      layer.source === undefined
        ? layer
        : { ...layer, source: { ...layer.source, range: view.toFormatted(layer.source.range) } },
    );
    return { session, facts: { ...facts, layers }, config };
  }

  /** The innermost layer whose JSON the position lies in. */
  async layerAt(document: vscode.TextDocument, at: vscode.Position): Promise<LayerAtPosition | undefined> {
    if (!isTextModel(document)) return undefined;
    const uri = modelUri(document);
    const session = this.sessions.get(uri);
    const facts = await session.analyze();
    if (isUnreadable(facts)) return undefined;
    let position: Position = at;
    if (document.uri.scheme === formattedScheme) {
      const view = this.formatted.viewOf(uri);
      if (view === undefined) return undefined;
      position = view.toOriginal(at);
    }
    const layer = innermost(facts.layers, position);
    return layer && { session, facts, layer };
  }

  /** True when VS Code will not render all of the document's text. */
  static isCutOff(document: vscode.TextDocument): boolean {
    const rendered = renderedColumns(document);
    for (let i = 0; i < Math.min(document.lineCount, 100); i++) {
      if (document.lineAt(i).text.length > rendered) return true;
    }
    return false;
  }
}

/** Characters of a line that VS Code renders: nothing can be shown behind them. */
export function renderedColumns(document: vscode.TextDocument): number {
  const chosen = vscode.workspace.getConfiguration('editor', document).get('stopRenderingLineAfter', RENDERED_COLUMNS);
  return chosen < 0 ? Infinity : chosen;
}

function innermost(layers: readonly LayerFacts[], at: Position): LayerFacts | undefined {
  let best: LayerFacts | undefined;
  for (const layer of layers) {
    const range = layer.source?.range;
    if (range === undefined || isBefore(at, range.start) || isBefore(range.end, at)) continue;
    // of several parts of one layer (a convolution and its activation) the first stands for the whole
    if (best === undefined || isBefore(best.source!.range.start, range.start)) best = layer;
  }
  return best;
}
