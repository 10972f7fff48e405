import * as vscode from 'vscode';
import { formattedScheme } from './formattedDocuments';
import { isTextModel, modelUri, TextModels } from './textModels';

const top = new vscode.Range(0, 0, 0, 0);

/** What can be done with a text model, above its first line. */
export const codeLenses: vscode.CodeLensProvider = {
  provideCodeLenses(document) {
    if (!isTextModel(document)) return [];
    const uri = modelUri(document);
    const lens = (title: string, command: string) => new vscode.CodeLens(top, { title, command, arguments: [uri] });
    const lenses = [
      lens('$(search) Analyze normalization', 'normscope.analyze'),
      lens('$(play) Profile on CPU', 'normscope.profile'),
    ];
    if (document.uri.scheme !== formattedScheme && TextModels.isCutOff(document)) {
      lenses.push(lens('$(list-tree) Open formatted view', 'normscope.openFormatted'));
    }
    return lenses;
  },
};
