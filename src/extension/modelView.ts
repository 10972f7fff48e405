import * as vscode from 'vscode';
import type { CompareResult } from '../protocol/compare';
import type { ProfileEvent, ProfileSettings } from '../protocol/profile';
import type { HostToView, ViewState, ViewToHost } from '../protocol/view';
import { chooseData } from './chooseData';
import { EventFlow } from './eventFlow';
import { showError } from './messages';
import type { ModelSession } from './modelSession';
import { factsToRun, reportingErrors } from './reportErrors';
import { Rested } from './rested';
import { openRulePage } from './rulePages';
import { savePicture } from './saveFile';
import { profileSettings } from './settings';
import { viewMessage } from './viewMessage';
import { webviewHtml } from './webviewHtml';

const { t } = vscode.l10n;

/** So many times as long as it took to tell the view of facts, nothing is said of newer ones. */
const RESTS = 10;

export interface ViewContext {
  readonly extensionUri: vscode.Uri;
  /** Shows where the model's text states a layer. */
  revealLayer(session: ModelSession, layerId: string, keepFocus?: boolean): Promise<void>;
}

/** One webview that shows one session. The webview says it is ready and gets the whole state; after that, what changes. */
export class ModelView implements vscode.Disposable {
  private readonly subscriptions: vscode.Disposable[] = [];
  private settings: ProfileSettings;
  private selectedLayer: string | null = null;
  private ready = false;
  /** What the view was told last. */
  private sent: ViewState | undefined;
  private readonly sending = new Rested(() => this.sendState(), RESTS);
  private readonly events = new EventFlow<ProfileEvent>((events) => this.sendEvents(events));

  constructor(
    private readonly webview: vscode.Webview,
    readonly session: ModelSession,
    private readonly context: ViewContext,
  ) {
    this.settings = profileSettings(session.uri);
    const dist = vscode.Uri.joinPath(context.extensionUri, 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    this.subscriptions.push(
      webview.onDidReceiveMessage((data: unknown) => {
        const message = viewMessage(data);
        if (message !== undefined) void this.receive(message);
      }),
      session.onDidChange(() => this.follow()),
      session.onProfileEvent((event) => this.ready && this.events.add(event)),
    );
    webview.html = webviewHtml({
      nonce: crypto.randomUUID(),
      cspSource: webview.cspSource,
      scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'webview.js')).toString(),
      styleUri: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'webview.css')).toString(),
      title: session.path,
      language: vscode.env.language,
    });
    void session.analyze();
  }

  select(layerId: string): void {
    this.selectedLayer = layerId;
    this.send({ type: 'select', layer: layerId });
  }

  /** Profiles with these settings, the user's configured ones by default; tells the user why when it cannot. */
  async profile(settings: ProfileSettings = profileSettings(this.session.uri)): Promise<void> {
    this.settings = settings;
    await profileWithMessages(this.session, settings);
  }

  /**
   * Compares normalizations and shows what came of it; see `compareNormalizations`.
   * @param asked what a program asks for: the user is asked nothing then
   */
  async compare(asked?: unknown, settings = profileSettings(this.session.uri)): Promise<CompareResult | undefined> {
    const { compareNormalizations } = await import('./compareCommands');
    const result = await compareNormalizations(this.session, settings, asked);
    if (result !== undefined) this.send({ type: 'showComparison' });
    return result;
  }

  dispose(): void {
    this.sending.cancel();
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async receive(message: ViewToHost): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.sending.run();
        this.events.clear();
        this.events.add(...this.session.runEvents);
        break;
      case 'eventsShown':
        this.events.done();
        break;
      case 'profile':
        await this.profile(message.settings);
        break;
      case 'compare':
        this.settings = message.settings;
        await this.compare(undefined, message.settings);
        break;
      case 'cancel':
        this.session.cancel();
        break;
      case 'chooseData':
        this.settings = (await chooseData(message.field, message.settings)) ?? message.settings;
        this.sending.run();
        break;
      case 'reveal':
        await this.context.revealLayer(this.session, message.layer, message.keepFocus);
        break;
      case 'fix':
        await vscode.commands.executeCommand('normscope.saveFixedCopy', this.session.uri, message.fix);
        break;
      case 'save':
        await savePicture(vscode.Uri.joinPath(this.session.uri, '..'), message);
        break;
      case 'openRule':
        await openRulePage(this.context.extensionUri, message.ruleId);
        break;
      case 'reanalyze':
        await this.session.refresh();
        break;
    }
  }

  /** Tells the view at once, but for facts of a large text that somebody edits: they get a part of the host's time. */
  private follow(): void {
    const { sent } = this;
    const state = this.state();
    const keys = Object.keys(state) as (keyof ViewState)[];
    const isText = sent && keys.every((k) => k === 'model' || k === 'profileIsStale' || state[k] === sent[k]);
    if (isText) this.sending.runSoon();
    else this.sending.run();
  }

  private sendState(): void {
    this.sent = this.state();
    // the profile of a run that has ended holds all that was measured
    if (this.sent.running === null) this.events.clear();
    this.send({ type: 'state', state: this.sent });
  }

  private state(): ViewState {
    const { facts, profile, profileIsStale, running, failure, comparison } = this.session;
    return {
      uri: this.session.uri.toString(),
      model: facts ?? null,
      profile: profile ?? null,
      profileIsStale,
      failure: failure ?? null,
      running: running ?? null,
      comparison: comparison ?? null,
      settings: this.settings,
      selectedLayer: this.selectedLayer,
    };
  }

  private sendEvents(events: readonly ProfileEvent[]): void {
    const { running } = this.session;
    if (running !== undefined) this.send({ type: 'events', events, running });
  }

  private send(message: HostToView): void {
    if (this.ready) void this.webview.postMessage(message);
  }
}

/** Runs a profile; the status bar shows how far it is. Refusals and failures become one message; a cancelled run needs none. */
export async function profileWithMessages(session: ModelSession, settings: ProfileSettings): Promise<void> {
  if ((await factsToRun(session)) === undefined) return;
  await reportingErrors(session, async () => {
    const { status, failure = '' } = await session.runProfile(settings);
    if (status !== 'failed') return;
    showError(t('NormScope: profiling {0} failed: {1}', session.path, failure));
  });
}
