import * as vscode from 'vscode';
import { EngineClient } from '../engine/engineClient';
import { experimentReport } from '../engine/runExperiment';
import { LEAST_SEEDS } from '../experiments/experiment';
import { chapters, experimentWithId, factsOf } from '../experiments/registry';
import { ModelError } from '../ir/errors';
import type { ExperimentEvent, ExperimentReport, ExperimentResult, FailedExperiment } from '../protocol/experiment';
import type { ExperimentsState, ExperimentsToHost, HostToExperiments } from '../protocol/experimentView';
import type { EngineChoice } from '../protocol/profile';
import { translated } from '../texts/say';
import { experimentsPanelType } from './experimentCommands';
import { ExperimentStorage, type ExperimentResults } from './experimentStorage';
import { showError, showInformation, withoutIcons } from './messages';
import type { Platform } from './platform';
import { savePicture } from './saveFile';
import { viewMessage } from './viewMessage';
import { webviewHtml } from './webviewHtml';

const { t } = vscode.l10n;

/** A model that experiments are run on instead of their own networks. */
interface OnModel {
  readonly path: string;
  readonly name: string;
}

/**
 * `NormScope: Run Experiment`: asks which, runs them in an engine of their own, and shows what was measured in one panel, which
 * can run further ones. Results stay until they are measured again.
 */
export class Experiments implements vscode.Disposable {
  private readonly results: Map<string, ExperimentResult | FailedExperiment>;
  private panel: vscode.WebviewPanel | undefined;
  private ready = false;
  private running: ExperimentsState['running'] = null;
  private shown: string | null = null;
  private abort: AbortController | undefined;

  private constructor(
    private readonly platform: Platform,
    private readonly extensionUri: vscode.Uri,
    private readonly modelInFront: () => vscode.Uri | undefined,
    private readonly storage: ExperimentStorage,
    known: ExperimentResults,
  ) {
    this.results = new Map(known);
  }

  /**
   * @param modelInFront the model of the view in front, if there is one
   * @param folder that results are kept in
   */
  static async open(
    platform: Platform,
    extensionUri: vscode.Uri,
    modelInFront: () => vscode.Uri | undefined,
    folder: vscode.Uri,
    log: vscode.LogOutputChannel,
  ): Promise<Experiments> {
    const storage = new ExperimentStorage(folder, log);
    return new Experiments(platform, extensionUri, modelInFront, storage, await storage.read());
  }

  dispose(): void {
    this.abort?.abort();
    this.panel?.dispose();
  }

  /** @returns what was measured, for those who run the command from a program */
  async choose(given: unknown): Promise<ExperimentReport | undefined> {
    const ids = typeof given === 'string' && experimentWithId(given) !== undefined ? [given] : await pickExperiments();
    if (ids === undefined) return undefined;
    const model = await this.pickModel(ids);
    if (model === undefined) return undefined;
    this.show(ids.length === 1 ? ids[0] : null);
    return this.run(ids, model === 'built-in' ? undefined : model);
  }

  /** The built-in networks, or the model in front where all of the experiments can be run on it and the user wants that. */
  private async pickModel(ids: readonly string[]): Promise<'built-in' | OnModel | undefined> {
    const uri = this.modelInFront();
    const path = uri && this.platform.engineLocation(uri);
    const possible = ids.every((id) => experimentWithId(id)?.measureModel !== undefined);
    if (path === undefined || !possible || !vscode.workspace.isTrusted) return 'built-in';
    const name = vscode.workspace.asRelativePath(uri!);
    const picked = await vscode.window.showQuickPick(
      [
        {
          label: t('Built-in network'),
          detail: t('The setting that the gate was fixed for.'),
          model: 'built-in' as const,
        },
        { label: withoutIcons(name), detail: t('The model in front, on made samples.'), model: { path, name } },
      ],
      { title: t('NormScope: Run Experiment'), placeHolder: t('On which network?') },
    );
    return picked?.model;
  }

  private async run(ids: readonly string[], model?: OnModel): Promise<ExperimentReport | undefined> {
    if (ids.length === 0) return;
    if (this.abort !== undefined) {
      void showInformation(t('NormScope: experiments are being run; cancel them first.'));
      return;
    }
    const abort = (this.abort = new AbortController());
    // an engine takes its time to start: the click is answered before
    const [first] = ids;
    this.running = { id: first, title: experimentWithId(first)?.about().title ?? first, done: 0 };
    this.send();
    const client = new EngineClient(() => this.platform.startEngine(), vscode.env.language);
    const configuration = vscode.workspace.getConfiguration('normscope.profile');
    const engine = configuration.get<EngineChoice>('engine', 'auto');
    const threads = Math.max(0, Math.trunc(configuration.get<number>('threads', 0)));
    const request = {
      settings: { ids, seeds: LEAST_SEEDS, engine, threads },
      ...(model !== undefined && { model: { path: model.path } }),
    };
    try {
      return await vscode.window.withProgress(
        { location: vscode.ProgressLocation.Notification, title: 'NormScope', cancellable: true },
        async (progress, token) => {
          token.onCancellationRequested(() => abort.abort());
          progress.report({ message: this.running?.title });
          const follow = (event: ExperimentEvent) => {
            const before = this.running?.done ?? 0;
            this.follow(event);
            if (event.type === 'progress')
              progress.report({ message: event.title, increment: Math.max(0, 100 * (event.done - before)) });
          };
          return experimentReport(client, request, follow, abort.signal);
        },
      );
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      if (error.code !== 'cancelled') showError(`NormScope: ${error.describe()}`);
      return undefined;
    } finally {
      client.dispose();
      this.abort = undefined;
      this.running = null;
      this.send();
    }
  }

  private follow(event: ExperimentEvent): void {
    if (event.type === 'progress') this.running = { id: event.id, title: event.title, done: event.done };
    if (event.type === 'experiment') {
      this.results.set(event.experiment.id, event.experiment);
      this.storage.save(this.results);
    }
    this.send();
  }

  show(id: string | null = null): void {
    this.shown = id;
    if (this.panel !== undefined) {
      this.panel.reveal();
      this.send();
      return;
    }
    const options = { retainContextWhenHidden: true };
    this.attach(
      vscode.window.createWebviewPanel(experimentsPanelType, t('Experiments'), vscode.ViewColumn.Active, options),
    );
  }

  /** Fills a panel, a new one or one that comes back after a reload of the window. */
  attach(panel: vscode.WebviewPanel): void {
    const dist = vscode.Uri.joinPath(this.extensionUri, 'dist');
    panel.webview.options = { enableScripts: true, localResourceRoots: [dist] };
    this.panel = panel;
    panel.iconPath = vscode.Uri.joinPath(this.extensionUri, 'media', 'icon.svg');
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.ready = false;
    });
    panel.webview.onDidReceiveMessage((message: ExperimentsToHost) => this.receive(message));
    const { webview } = panel;
    webview.html = webviewHtml({
      nonce: crypto.randomUUID(),
      cspSource: webview.cspSource,
      scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'experiments.js')).toString(),
      styleUri: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'experiments.css')).toString(),
      title: t('Experiments'),
      language: vscode.env.language,
    });
  }

  private receive(message: ExperimentsToHost): void {
    if (message.type === 'ready') {
      this.ready = true;
      this.send();
    } else if (message.type === 'cancel') this.abort?.abort();
    else if (message.type === 'save') {
      const picture = viewMessage(message);
      if (picture?.type === 'save') void savePicture(vscode.workspace.workspaceFolders?.[0]?.uri, picture);
    } else void this.run(message.ids.filter((id) => experimentWithId(id) !== undefined));
  }

  private send(): void {
    if (!this.ready || this.panel === undefined) return;
    const experiments = chapters.flatMap(({ title, experiments: list }) =>
      list.map((e) => ({ ...factsOf(e), chapter: translated(title), result: this.results.get(e.id) })),
    );
    const state: ExperimentsState = { experiments, running: this.running, shown: this.shown };
    void this.panel.webview.postMessage({ type: 'experiments', state } satisfies HostToExperiments);
    this.shown = null;
  }
}

/** One experiment or all, in the order of the chapter. */
async function pickExperiments(): Promise<readonly string[] | undefined> {
  interface Item extends vscode.QuickPickItem {
    readonly ids: readonly string[];
  }
  const all = chapters.flatMap((c) => c.experiments.map((e) => e.id));
  const items: Item[] = [
    { label: t('All experiments'), detail: t('All {0}: ten minutes or so on two cores.', all.length), ids: all },
    ...chapters.flatMap(({ title, experiments }): Item[] => [
      { label: translated(title), kind: vscode.QuickPickItemKind.Separator, ids: [] },
      ...experiments
        .map(factsOf)
        .map(({ id, title, claim }) => ({ label: title, description: id, detail: claim, ids: [id] })),
    ]),
  ];
  const options = {
    title: t('NormScope: Run Experiment'),
    placeHolder: t('Which claim shall be measured?'),
    matchOnDescription: true,
    matchOnDetail: true,
  };
  return (await vscode.window.showQuickPick(items, options))?.ids;
}
