import * as vscode from 'vscode';
import { runningWords } from './runningWords';
import type { Sessions } from './sessions';

const { t } = vscode.l10n;

/** While a model is profiled: how far it is, and a way to end it. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('normscope.progress', vscode.StatusBarAlignment.Left);
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly sessions: Sessions) {
    this.item.name = 'NormScope';
    this.item.command = 'normscope.cancelProfile';
    this.subscriptions = [
      this.item,
      sessions.onDidChange(() => this.show()),
      sessions.onProfileEvent(() => this.show()),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private show(): void {
    const [session] = this.sessions.running();
    if (session?.running === undefined) {
      this.item.hide();
      return;
    }
    this.item.text = `$(sync~spin) NormScope: ${runningWords(session.running)}`;
    this.item.tooltip = t('{0} is being profiled. Click to end it; what was measured is kept.', session.path);
    this.item.show();
  }
}
