import type * as vscode from 'vscode';
import { ConfigDocument } from '../config/configDocument';

interface Known {
  readonly version: number;
  readonly config: ConfigDocument | undefined;
  /** Of the latest version that stated layers: somebody who types breaks a text now and then. */
  readonly latest: ConfigDocument | undefined;
}

const documents = new WeakMap<vscode.TextDocument, Known>();

/**
 * The layers of a document's present text and their places, made once for a version, as far as possible from those of the version
 * before. Undefined where it states none.
 */
export function configOf(document: vscode.TextDocument): ConfigDocument | undefined {
  const known = documents.get(document);
  if (known?.version === document.version) return known.config;
  const text = document.getText();
  const config = known?.latest === undefined ? ConfigDocument.of(text) : known.latest.next(text);
  documents.set(document, { version: document.version, config, latest: config ?? known?.latest });
  return config;
}
