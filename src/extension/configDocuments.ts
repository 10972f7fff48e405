import type * as vscode from 'vscode';
import { ConfigDocument } from '../config/configDocument';

interface Known {
  readonly version: number;
  readonly config: ConfigDocument | undefined;
}

const documents = new WeakMap<vscode.TextDocument, Known>();

/** The layers of a document's present text and their places, made once for a version; undefined where it states none. */
export function configOf(document: vscode.TextDocument): ConfigDocument | undefined {
  const known = documents.get(document);
  if (known?.version === document.version) return known.config;
  const config = ConfigDocument.of(document.getText());
  documents.set(document, { version: document.version, config });
  return config;
}
