import * as vscode from 'vscode';
import { showError, showInformation } from './messages';
import type { ModelViews } from './modelViews';
import { readableFacts } from './reportErrors';
import { saveFile } from './saveFile';
import type { Sessions } from './sessions';

const { t } = vscode.l10n;

/** `NormScope: Export Report`: the view of the model in front, with its figures, as one HTML file. */
export function registerReportCommand(
  sessions: Sessions,
  views: ModelViews,
  extensionUri: vscode.Uri,
): vscode.Disposable {
  return vscode.commands.registerCommand('normscope.exportReport', async (given?: unknown) => {
    const model = given instanceof vscode.Uri ? given : views.active;
    const session = model && sessions.existing(model);
    if (model === undefined || session === undefined) {
      showError(t('NormScope: open the view of a model first: the report is made of what it shows.'));
      return;
    }
    const facts = await readableFacts(session);
    if (facts === undefined) return;
    const read = async (name: string) =>
      new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extensionUri, 'dist', name)));
    const [script, style] = await Promise.all([read('webview.js'), read('webview.css')]);
    const profile = session.profile ?? null;
    const { htmlReport } = await import('../reports/htmlReport');
    const html = await htmlReport({
      model: facts,
      profile,
      script,
      style,
      nonce: crypto.randomUUID(),
      language: vscode.env.language,
    });
    const name = model.path.slice(model.path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
    const suggested = vscode.Uri.joinPath(model, '..', `${name}.report.html`);
    const target = await saveFile(
      suggested,
      t('Export Report'),
      { 'HTML pages': ['html'] },
      new TextEncoder().encode(html),
    );
    if (target === undefined) return;
    const [saved, open] = [t('Saved {0}', vscode.workspace.asRelativePath(target)), t('Open')];
    if ((await showInformation(saved, open)) === open) await vscode.env.openExternal(target);
  });
}
