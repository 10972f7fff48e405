import * as vscode from 'vscode';
import type { Sessions } from './sessions';

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
    const { phase, step, steps } = session.running;
    this.item.text = `$(sync~spin) NormScope: ${phase === 'training' ? `step ${step} of ${steps}` : phase}`;
    this.item.tooltip = `${session.path} is being profiled. Click to end it; what was measured is kept.`;
    this.item.show();
  }
}
