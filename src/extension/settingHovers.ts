import * as vscode from 'vscode';
import { normClassHover } from '../config/normClasses';
import { modelTypeOf, settingHover } from '../config/normSettings';
import { isTextModel } from './textModels';

/** Configurations that name a norm without stating its layers: Hugging Face's config.json, YAML of training frameworks. */
export const configSelector: vscode.DocumentSelector = [
  { language: 'json' },
  { language: 'jsonc' },
  { language: 'yaml' },
];

export const pythonSelector: vscode.DocumentSelector = [{ language: 'python' }];

/** As much of a text as is searched for what its hovers depend on. */
const HEAD_LINES = 500;

/** What a norm setting means, by the conventions of the framework that the file is for. */
export const settingHovers: vscode.HoverProvider = {
  provideHover(document, position) {
    const line = document.lineAt(position.line).text;
    // the line first: most have nothing of a norm, and few documents are ours
    const found = settingHover(line, position.character, modelTypeOf(head(document), document.offsetAt(position)));
    return found === undefined || isTextModel(document) ? undefined : hover(found, position.line);
  },
};

/** What a call of a norm's class makes, with the defaults and conventions of its library. */
export const normClassHovers: vscode.HoverProvider = {
  provideHover(document, position) {
    const line = document.lineAt(position.line).text;
    const before = () => document.getText(new vscode.Range(0, 0, position.line, 0));
    const found = normClassHover(line, position.character, head(document), before);
    return found && hover(found, position.line);
  },
};

function head(document: vscode.TextDocument): string {
  return document.getText(new vscode.Range(0, 0, HEAD_LINES, 0));
}

function hover({ words, start, end }: { words: string; start: number; end: number }, line: number): vscode.Hover {
  // untrusted and without theme icons: values of the file are in it
  return new vscode.Hover(new vscode.MarkdownString(words, false), new vscode.Range(line, start, line, end));
}
