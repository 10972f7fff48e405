import * as vscode from 'vscode';
import { statedLayers } from '../config/layerHint';
import type { Sessions } from './sessions';
import type { TextModels } from './textModels';
import { modelUri } from './textModels';
import { toVsRange } from './ranges';

/** Behind the class of each layer: where a norm sits and over what, and the shape of the output. */
export class LayerInlayHints implements vscode.InlayHintsProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];
  readonly onDidChangeInlayHints = this.changed.event;

  constructor(
    private readonly models: TextModels,
    sessions: Sessions,
  ) {
    this.subscriptions = [
      this.changed,
      sessions.onDidAnalyze(() => this.changed.fire()),
      vscode.workspace.onDidChangeConfiguration((e) => {
        if (e.affectsConfiguration('normscope.inlayHints')) this.changed.fire();
      }),
    ];
  }

  async provideInlayHints(document: vscode.TextDocument, asked: vscode.Range): Promise<vscode.InlayHint[]> {
    const settings = vscode.workspace.getConfiguration('normscope.inlayHints', modelUri(document));
    if (!settings.get('enabled', true)) return [];
    const shown = await this.models.shown(document);
    if (shown === undefined) return [];
    return statedLayers(shown.facts).flatMap(({ layer, hint }) => {
      const range = toVsRange(layer.source!.range);
      if (hint === undefined || range.intersection(asked) === undefined) return [];
      const made = new vscode.InlayHint(toVsRange(shown.config.mark(range)).end, hint);
      made.paddingLeft = true;
      return [made];
    });
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
