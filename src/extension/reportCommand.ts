import * as vscode from 'vscode';
import { isUnreadable } from '../protocol/facts';
import { htmlReport } from '../reports/htmlReport';
import type { ModelViews } from './modelViews';
import { saveFile } from './saveFile';
import type { Sessions } from './sessions';

/** `NormScope: Export Report`: the view of the model in front, with its figures, as one HTML file. */
export function registerReportCommand(
  sessions: Sessions,
  views: ModelViews,
  extensionUri: vscode.Uri,
): vscode.Disposable {
  return vscode.commands.registerCommand('normscope.exportReport', async (given?: unknown) => {
    const model = given instanceof vscode.Uri ? given : views.active;
    const session = model && sessions.existing(model);
    const facts = await session?.analyze();
    if (model === undefined || session === undefined || facts === undefined) {
      void vscode.window.showErrorMessage(
        'NormScope: open the view of a model first: the report is made of what it shows.',
      );
      return;
    }
    if (isUnreadable(facts)) {
      void vscode.window.showErrorMessage(`NormScope: ${facts.path}: ${facts.error.message}`);
      return;
    }
    const read = async (name: string) =>
      new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extensionUri, 'dist', name)));
    const [script, style] = await Promise.all([read('webview.js'), read('webview.css')]);
    const profile = session.profile ?? null;
    const html = await htmlReport({ model: facts, profile, script, style, nonce: crypto.randomUUID() });
    const name = model.path.slice(model.path.lastIndexOf('/') + 1).replace(/\.\w+$/, '');
    const suggested = vscode.Uri.joinPath(model, '..', `${name}.report.html`);
    const target = await saveFile(
      suggested,
      'Export Report',
      { 'HTML pages': ['html'] },
      new TextEncoder().encode(html),
    );
    if (target === undefined) return;
    const saved = `Saved ${vscode.workspace.asRelativePath(target)}`;
    if ((await vscode.window.showInformationMessage(saved, 'Open')) === 'Open') await vscode.env.openExternal(target);
  });
}
