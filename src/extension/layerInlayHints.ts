import * as vscode from 'vscode';
import { statedLayers } from '../config/layerHint';
import type { Sessions } from './sessions';
import type { TextModels } from './textModels';
import { meet, toVsRange } from './ranges';
import { modelUri, renderedColumns } from './textModels';

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
    const rendered = renderedColumns(document);
    // after each edit VS Code asks for what it shows alone
    const layers = shown.facts.layers.filter(({ source }) => source !== undefined && meet(source.range, asked));
    return statedLayers({ ...shown.facts, layers }).flatMap(({ layer, hint }) => {
      if (hint === undefined || layer.source!.range.start.character > rendered) return [];
      const made = new vscode.InlayHint(toVsRange(shown.config.mark(layer.source!.range)).end, hint);
      made.paddingLeft = true;
      return [made];
    });
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
