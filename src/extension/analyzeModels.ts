import * as vscode from 'vscode';
import { isUnreadable } from '../protocol/facts';
import type { Sessions } from './sessions';

/**
 * Analyzes several models one after the other, with progress and cancel, and says in a sentence what came of it. What was
 * found is in the Problems panel and in the tree of models by then.
 */
export async function analyzeModels(sessions: Sessions, uris: readonly vscode.Uri[]): Promise<void> {
  const counts = { analyzed: 0, unreadable: 0, error: 0, warning: 0, information: 0, hint: 0 };
  const all = { location: vscode.ProgressLocation.Notification, title: 'NormScope', cancellable: true };
  await vscode.window.withProgress(all, async (progress, token) => {
    for (const uri of uris) {
      if (token.isCancellationRequested) return;
      const message = `${counts.analyzed + 1} of ${uris.length}: ${vscode.workspace.asRelativePath(uri)}`;
      progress.report({ message, increment: 100 / uris.length });
      const facts = await sessions.get(uri).analyze();
      counts.analyzed++;
      if (isUnreadable(facts)) counts.unreadable++;
      else for (const { severity } of facts.findings) counts[severity]++;
    }
  });
  const { analyzed, unreadable, error, warning, information } = counts;
  const models = analyzed === 1 ? '1 model' : `${analyzed} models`;
  const parts = [`${models} analyzed: ${error} errors, ${warning} warnings, ${information} notes`];
  if (unreadable > 0) parts.push(`${unreadable} could not be read`);
  if (analyzed < uris.length) parts.push(`${uris.length - analyzed} left out, because it was cancelled`);
  const show = 'Show Problems';
  void vscode.window.showInformationMessage(`NormScope: ${parts.join('; ')}.`, show).then((choice) => {
    if (choice === show) void vscode.commands.executeCommand('workbench.actions.view.problems');
  });
}
