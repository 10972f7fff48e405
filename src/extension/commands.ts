import * as vscode from 'vscode';
import { isUnreadable } from '../protocol/facts';
import { analyzeModels } from './analyzeModels';
import { isSameFile } from './fileKey';
import { formattedScheme, sourceOf, type FormattedDocuments } from './formattedDocuments';
import { showError, showInformation, withoutIcons } from './messages';
import type { ModelSession } from './modelSession';
import type { ModelViews } from './modelViews';
import { toVsRange } from './ranges';
import type { Sessions } from './sessions';
import { isProfileFile } from './profileFiles';
import { isTextModel } from './textModels';
import { openDocument } from './modelFiles';
import { findModels } from './workspaceModels';

const { t } = vscode.l10n;

const modelFilter = { 'ONNX, TensorFlow.js and Keras models': ['onnx', 'json', 'keras'] };

/** The commands of the palette, the explorer, the editor title and the lenses. Each takes a model's uri, or finds out which is meant. */
export class Commands {
  constructor(
    private readonly sessions: Sessions,
    private readonly views: ModelViews,
    private readonly formatted: FormattedDocuments,
    private readonly extensionUri: vscode.Uri,
  ) {}

  register(): vscode.Disposable {
    const table: Record<string, (uri?: vscode.Uri, more?: unknown) => Promise<unknown>> = {
      // the explorer gives the file that was clicked, and all that are selected
      'normscope.analyze': (uri, more) => this.analyze(uri, more),
      'normscope.analyzeWorkspace': () => this.analyzeWorkspace(),
      'normscope.showLayer': (uri, layer) => this.showLayer(uri, layer),
      'normscope.cancelProfile': () => this.cancelProfile(),
      'normscope.profile': (uri, layer) => this.profile(uri, layer),
      'normscope.compare': (uri, asked) => this.compare(uri, asked),
      'normscope.exportVariant': (uri, asked) => this.exportVariant(uri, asked),
      'normscope.saveFixedCopy': (uri, fix) => this.saveFixedCopy(uri, fix),
      'normscope.openSample': () => this.openSample(),
      'normscope.openFormatted': (uri) => this.openFormatted(uri),
    };
    return vscode.Disposable.from(
      ...Object.entries(table).map(([id, run]) => vscode.commands.registerCommand(id, run)),
    );
  }

  /**
   * Shows where a layer is stated in a text model, in the formatted view where VS Code cannot render the file itself.
   * @param keepFocus only where the text is shown already; the keyboard stays where it is
   */
  async revealLayer(session: ModelSession, layerId: string, keepFocus = false): Promise<void> {
    const facts = await session.analyze();
    if (isUnreadable(facts)) return;
    const source = facts.layers.find((l) => l.id === layerId)?.source;
    if (source === undefined) return;
    const shown = vscode.window.visibleTextEditors.find(({ document }) => isSameFile(document.uri, session.uri));
    if (keepFocus) {
      if (shown !== undefined) select(shown, toVsRange(source.range));
      return;
    }
    const document = await vscode.workspace.openTextDocument(session.uri);
    const { start, end } = source.range;
    if (end.character > 10_000 || start.character > 10_000) {
      await this.formatted.show(session.uri);
      const view = this.formatted.viewOf(session.uri);
      const editor = vscode.window.activeTextEditor;
      if (view !== undefined && editor?.document.uri.scheme === formattedScheme)
        select(editor, view.toFormatted(source.range));
      return;
    }
    const editor = await vscode.window.showTextDocument(document, {
      viewColumn: shown?.viewColumn ?? vscode.ViewColumn.Beside,
    });
    select(editor, toVsRange(source.range));
  }

  private async analyze(given?: vscode.Uri, selected?: unknown): Promise<void> {
    const several = Array.isArray(selected) ? selected.filter((s) => s instanceof vscode.Uri) : [];
    if (several.length > 1) return analyzeModels(this.sessions, several);
    const uri = await this.pick(given);
    if (uri === undefined) return;
    const view = await this.views.show(uri, isText(uri));
    await view.session.refresh();
  }

  private async analyzeWorkspace(): Promise<void> {
    const models = await findModels(this.sessions.engines.platform);
    if (models.length > 0) return analyzeModels(this.sessions, models);
    void showInformation(
      t('NormScope: the workspace holds no model (.onnx, .keras, or a model.json of TensorFlow.js or Keras).'),
    );
  }

  /** Opens the view of a model at one of its layers. */
  private async showLayer(given: vscode.Uri | undefined, layer: unknown): Promise<void> {
    const uri = await this.pick(given);
    if (uri === undefined) return;
    const view = await this.views.show(uri, isText(uri));
    await view.session.analyze();
    if (typeof layer === 'string') view.select(layer);
  }

  private cancelProfile(): Promise<void> {
    for (const session of this.sessions.running()) session.cancel();
    return Promise.resolve();
  }

  /** @param layer the one to show first */
  private async profile(given: vscode.Uri | undefined, layer: unknown): Promise<void> {
    const uri = await this.pick(given);
    if (uri === undefined) return;
    const view = await this.views.show(uri, isText(uri));
    if (typeof layer === 'string') view.select(layer);
    await view.profile();
  }

  private async compare(given: vscode.Uri | undefined, asked: unknown): Promise<unknown> {
    const uri = await this.pick(given);
    if (uri === undefined) return undefined;
    const view = await this.views.show(uri, isText(uri));
    return view.compare(asked);
  }

  private async exportVariant(given: vscode.Uri | undefined, asked: unknown): Promise<void> {
    const uri = await this.pick(given);
    if (uri === undefined) return;
    const { exportVariant } = await import('./compareCommands');
    await exportVariant(this.sessions.get(uri), asked);
  }

  private async saveFixedCopy(given: vscode.Uri | undefined, fix: unknown): Promise<void> {
    const uri = await this.pick(given);
    if (uri === undefined) return;
    const { saveFixedCopy } = await import('./fixCommands');
    await saveFixedCopy(this.sessions.get(uri), fix);
  }

  private async openSample(): Promise<void> {
    const sample = (...path: string[]) => vscode.Uri.joinPath(this.extensionUri, 'media', 'samples', ...path);
    const picked = await vscode.window.showQuickPick(
      [
        {
          label: 'ONNX',
          detail: t('A small convolutional network with a few normalization mistakes'),
          uri: sample('sample.onnx'),
        },
        {
          label: 'TensorFlow.js',
          detail: t('A layers model as text, with hovers on every layer'),
          uri: sample('tfjs', 'model.json'),
        },
      ],
      { title: t('NormScope: Open Sample Model'), placeHolder: t('Which sample?') },
    );
    if (picked === undefined) return;
    if (isText(picked.uri)) await vscode.window.showTextDocument(picked.uri, { preview: false });
    else await this.views.show(picked.uri, false);
  }

  private async openFormatted(given?: vscode.Uri): Promise<void> {
    const uri = await this.pick(given);
    if (uri === undefined) return;
    const document = await vscode.workspace.openTextDocument(uri).then(
      (d) => d,
      () => undefined,
    );
    if (document === undefined || !isTextModel(document)) {
      showError(
        t('NormScope: the formatted view is for models that are JSON text, such as a model.json of TensorFlow.js.'),
      );
      return;
    }
    await this.sessions.get(uri).analyze();
    await this.formatted.show(uri);
  }

  /** The model that is meant: the given one, the one in front, else one that the user picks. */
  private async pick(given?: vscode.Uri): Promise<vscode.Uri | undefined> {
    const uri = given instanceof vscode.Uri ? given : (this.views.active ?? inFront());
    if (uri !== undefined) return uri.scheme === formattedScheme ? sourceOf(uri) : uri;
    const found = await findModels(this.sessions.engines.platform);
    if (found.length > 0) {
      const items = found.map((f) => ({ label: withoutIcons(vscode.workspace.asRelativePath(f)), uri: f }));
      return (await vscode.window.showQuickPick(items, { placeHolder: t('Which model?') }))?.uri;
    }
    return (await vscode.window.showOpenDialog({ filters: modelFilter, title: t('Open a model') }))?.[0];
  }
}

/** The file in front, if it can be a model. */
function inFront(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputCustom) return input.uri;
  const document = vscode.window.activeTextEditor?.document;
  return document !== undefined && isTextModel(document) ? document.uri : undefined;
}

/** Text models get a panel beside their text; everything else opens in the custom editor. */
function isText(uri: vscode.Uri): boolean {
  return (/\.json$/i.test(uri.path) && !isProfileFile(uri)) || openDocument(uri) !== undefined;
}

function select(editor: vscode.TextEditor, range: vscode.Range): void {
  editor.selection = new vscode.Selection(range.start, range.start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
