import * as vscode from 'vscode';
import { fileKey } from './fileKey';
import type { ModelSession } from './modelSession';
import { ModelView, type ViewContext } from './modelView';
import type { Sessions } from './sessions';

export const viewType = 'normscope.modelView';
const panelType = 'normscope.textModelView';

/**
 * All views of models: the custom editor of binary files, and panels beside text models (whose editor stays the text).
 * A model has at most one panel; showing it again brings that one to the front.
 */
export class ModelViews
  implements vscode.CustomReadonlyEditorProvider, vscode.WebviewPanelSerializer, vscode.Disposable
{
  private readonly open = new Map<string, { view: ModelView; panel: vscode.WebviewPanel }>();
  private readonly awaited = new Map<string, (view: ModelView) => void>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly sessions: Sessions,
    private readonly context: ViewContext,
  ) {
    const webviewOptions = { retainContextWhenHidden: false };
    this.subscriptions = [
      vscode.window.registerCustomEditorProvider(viewType, this, {
        webviewOptions,
        supportsMultipleEditorsPerDocument: true,
      }),
      vscode.window.registerWebviewPanelSerializer(panelType, this),
    ];
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor(document: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    this.attach(document.uri, panel);
  }

  /** After a reload of the window: the webview's own state says which model it showed. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const stored = (state as { uri?: unknown } | undefined)?.uri;
    if (typeof stored === 'string') this.attach(vscode.Uri.parse(stored), panel);
    else panel.dispose();
    return Promise.resolve();
  }

  /** Shows the view of a model; text models get a panel beside their text. */
  async show(uri: vscode.Uri, asText: boolean): Promise<ModelView> {
    const key = fileKey(uri);
    const existing = this.open.get(key);
    if (existing !== undefined) {
      existing.panel.reveal();
      return existing.view;
    }
    if (asText) {
      const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
      const panel = vscode.window.createWebviewPanel(panelType, `NormScope: ${name}`, vscode.ViewColumn.Active);
      return this.attach(uri, panel);
    }
    const attached = new Promise<ModelView>((resolve) => this.awaited.set(key, resolve));
    await vscode.commands.executeCommand('vscode.openWith', uri, viewType);
    return attached;
  }

  /** The model whose view is in front, for commands from the palette. */
  get active(): vscode.Uri | undefined {
    for (const { view, panel } of this.open.values()) if (panel.active) return view.session.uri;
    return undefined;
  }

  dispose(): void {
    for (const { view } of this.open.values()) view.dispose();
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private attach(uri: vscode.Uri, panel: vscode.WebviewPanel): ModelView {
    const key = fileKey(uri);
    const session: ModelSession = this.sessions.get(uri);
    panel.iconPath = vscode.Uri.joinPath(this.context.extensionUri, 'media', 'icon.svg');
    const view = new ModelView(panel.webview, session, this.context);
    this.open.set(key, { view, panel });
    panel.onDidDispose(() => {
      view.dispose();
      if (this.open.get(key)?.view === view) this.open.delete(key);
    });
    this.awaited.get(key)?.(view);
    this.awaited.delete(key);
    return view;
  }
}
