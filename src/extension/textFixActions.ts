import * as vscode from 'vscode';
import { diagnosticMessage } from './diagnostics';
import { formattedScheme } from './formattedDocuments';
import { toVsRange } from './ranges';
import type { TextModels } from './textModels';

/** Quick fixes on findings in the text of a model: edits that keep its formatting. */
export class TextFixActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };

  constructor(private readonly models: TextModels) {}

  async provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const ours = context.diagnostics.filter((d) => d.source === 'NormScope');
    if (ours.length === 0 || document.uri.scheme === formattedScheme) return [];
    const shown = await this.models.shown(document);
    if (shown === undefined) return [];
    const { facts, config } = shown;
    const { textFixes } = await import('../config/textFixes');
    return ours.flatMap((diagnostic) => {
      const rule = typeof diagnostic.code === 'object' ? diagnostic.code.value : diagnostic.code;
      const findings = facts.findings.filter((f) => f.ruleId === rule && diagnostic.message === diagnosticMessage(f));
      return findings
        .flatMap((f) => textFixes(config, facts, f))
        .map(({ title, edits }) => {
          const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
          action.diagnostics = [diagnostic];
          action.edit = new vscode.WorkspaceEdit();
          for (const { span, text } of edits)
            action.edit.replace(document.uri, toVsRange(config.lines.rangeOf(span.offset, span.length)), text);
          return action;
        });
    });
  }
}
