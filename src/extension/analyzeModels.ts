import * as vscode from 'vscode';
import { isUnreadable } from '../protocol/facts';
import { showInformation, unlinked } from './messages';
import type { Sessions } from './sessions';

const { t } = vscode.l10n;

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
      const message = t('{0} of {1}: {2}', counts.analyzed + 1, uris.length, vscode.workspace.asRelativePath(uri));
      progress.report({ message: unlinked(message), increment: 100 / uris.length });
      const facts = await sessions.get(uri).analyze();
      counts.analyzed++;
      if (isUnreadable(facts)) {
        counts.unreadable++;
        continue;
      }
      for (const { severity } of facts.findings) counts[severity]++;
      // as the Problems panel has them
      counts.information += facts.problems.length;
    }
  });
  const { analyzed, unreadable, error, warning, information } = counts;
  const parts = [
    t('models analyzed: {0}; errors: {1}, warnings: {2}, notes: {3}', analyzed, error, warning, information),
  ];
  if (unreadable > 0) parts.push(t('could not be read: {0}', unreadable));
  if (analyzed < uris.length) parts.push(t('left out, because it was cancelled: {0}', uris.length - analyzed));
  const show = t('Show Problems');
  void showInformation(`NormScope: ${parts.join('; ')}.`, show).then((choice) => {
    if (choice === show) void vscode.commands.executeCommand('workbench.actions.view.problems');
  });
}
