import * as vscode from 'vscode';
import { oneLine } from '../config/escapeMarkdown';
import { compareModel } from '../engine/compareModel';
import { EngineText } from '../engine/engineText';
import { ModelError } from '../ir/errors';
import type { CompareEvent, CompareResult, CompareSettings } from '../protocol/compare';
import { isUnreadable, type ModelFacts, type UnreadableModel } from '../protocol/facts';
import type { FixEvent, FixResult, FixSettings } from '../protocol/fix';
import type { ProfileEvent, ProfileResult, ProfileSettings } from '../protocol/profile';
import type { TextAnalysis } from '../rules/textAnalysis';
import type { RuleSeverity } from '../rules/severities';
import { factsOfProfile } from '../profile/profileFacts';
import type { ExportSettings, VariantExport } from '../protocol/normVariant';
import type { Running } from '../protocol/view';
import { say } from '../texts/say';
import { EditPause } from './editPause';
import type { Engines } from './engines';
import { isSameFile } from './fileKey';
import { openDocument, placeOf } from './modelFiles';
import { isProfileFile, readProfileFile } from './profileFiles';
import { ruleSeverities } from './settings';

/** A burst of writes (a training script saving its model) leads to one analysis. */
const SETTLE_MS = 250;

interface AnalysisWords {
  readonly shownPath: string;
  readonly severities: Readonly<Record<string, RuleSeverity>>;
}

/** Characters of a text that is analyzed in the extension's own process, which other extensions share: some 30 ms. */
const LARGEST_TEXT_HERE = 200_000;

/**
 * One model file in the editor: its facts, its latest profile, what is running. The view, the hovers and the Problems panel
 * all read it, and it follows the file: a change on disk, in the editor or in the setting of rules leads to a new analysis.
 */
export class ModelSession implements vscode.Disposable {
  facts: ModelFacts | UnreadableModel | undefined;
  profile: ProfileResult | undefined;
  /** The latest comparison of normalizations. */
  comparison: CompareResult | undefined;
  running: Running | undefined;
  /** Why the last profile could not be run at all. */
  failure: string | undefined;
  /** What the running profile has measured so far, for a view that opens in the middle of it. */
  runEvents: ProfileEvent[] = [];
  private analysis: Promise<ModelFacts | UnreadableModel> | undefined;
  private generation = 0;
  private settle: NodeJS.Timeout | undefined;
  private abort: AbortController | undefined;
  private analysisAbort: AbortController | undefined;
  /** A large text that an editor has open, in the engine. */
  private readonly text: EngineText;
  /** A small text that an editor has open. */
  private here: TextAnalysis | undefined;
  /** The analysis of a text that is going on. */
  private reading: Promise<ModelFacts> | undefined;
  private readonly pause = new EditPause();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly analyzed = new vscode.EventEmitter<void>();
  private readonly stepped = new vscode.EventEmitter<ProfileEvent>();
  private readonly disposables: vscode.Disposable[] = [this.changed, this.analyzed, this.stepped];

  /** Facts, profile or the kind of work going on are different now. */
  readonly onDidChange = this.changed.event;
  /** There are new facts. */
  readonly onDidAnalyze = this.analyzed.event;
  /** The running profile measured something. */
  readonly onProfileEvent = this.stepped.event;

  constructor(
    readonly uri: vscode.Uri,
    private readonly engines: Engines,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.text = new EngineText(engines.analysis);
    const parent = vscode.Uri.joinPath(uri, '..');
    const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
    const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(parent, escapeGlob(name)));
    this.disposables.push(
      watcher,
      watcher.onDidChange(() => this.refreshSoon(SETTLE_MS)),
      watcher.onDidCreate(() => this.refreshSoon(SETTLE_MS)),
      watcher.onDidDelete(() => this.refreshSoon(SETTLE_MS)),
      vscode.workspace.onDidChangeConfiguration((e) => {
        if (!e.affectsConfiguration('normscope.rules', uri)) return;
        if (this.profile !== undefined) void this.restore(this.profile);
        this.refreshSoon(SETTLE_MS);
      }),
      vscode.workspace.onDidChangeTextDocument((e) => {
        if (isSameFile(e.document.uri, uri) && e.contentChanges.length > 0) this.refreshSoon(this.pause.ms);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (isSameFile(document.uri, uri)) this.forgetText();
      }),
    );
  }

  /** Path as the user knows it. */
  get path(): string {
    return vscode.workspace.asRelativePath(this.uri, false);
  }

  get profileIsStale(): boolean {
    if (this.profile === undefined || this.facts === undefined) return false;
    return isUnreadable(this.facts) || this.profile.model.graphHash !== this.facts.graphHash;
  }

  /** The facts of the file as it is now; read again only after a change. */
  analyze(): Promise<ModelFacts | UnreadableModel> {
    return (this.analysis ??= this.analyzeNow());
  }

  /** The facts, with everything read anew. */
  refresh(): Promise<ModelFacts | UnreadableModel> {
    this.forgetText();
    this.analysis = undefined;
    return this.analyze();
  }

  /**
   * Trains the model and keeps what was measured; a run that is going on is ended first.
   * @throws ModelError when the model cannot be profiled.
   */
  async runProfile(settings: ProfileSettings): Promise<ProfileResult> {
    const path = this.engineLocation(say`profiling`);
    this.cancel();
    const abort = (this.abort = new AbortController());
    this.running = { phase: 'reading', step: 0, steps: settings.steps };
    this.failure = undefined;
    this.runEvents = [];
    this.changed.fire();
    const started = Date.now();
    let trainingSince = 0;
    try {
      const result = await this.engines.training.profile(
        { path },
        settings,
        (event) => {
          if (abort !== this.abort) return;
          if (event.type === 'phase') {
            trainingSince = Date.now();
            this.running = { phase: event.phase, step: 0, steps: settings.steps };
          } else if (event.type === 'step') {
            const done = event.step + 1;
            const secondsLeft = ((Date.now() - trainingSince) / done / 1000) * (settings.steps - done);
            this.running = { phase: 'training', step: done, steps: settings.steps, loss: event.loss, secondsLeft };
          }
          this.runEvents.push(event);
          this.stepped.fire(event);
        },
        abort.signal,
      );
      this.logProfile(result, Date.now() - started);
      if (abort === this.abort) await this.restore({ ...result, model: { ...result.model, path: this.path } });
      return result;
    } catch (error) {
      const cancelled = error instanceof ModelError && error.code === 'cancelled';
      if (abort === this.abort && !cancelled) this.failure = (error as Error).message;
      if (!cancelled) this.log.warn(oneLine(`${this.path}: not profiled: ${(error as Error).message}`, 2000));
      throw error;
    } finally {
      if (abort === this.abort) {
        this.abort = undefined;
        this.running = undefined;
        this.runEvents = [];
        this.changed.fire();
      }
    }
  }

  private logProfile({ status, loss, engine, failure }: ProfileResult, ms: number): void {
    const said = `${this.path}: profile ${status} in ${(ms / 1000).toFixed(1)} s on ${engine.name}; steps: ${loss.length}`;
    if (status === 'failed') this.log.warn(oneLine(`${said}: ${failure ?? ''}`, 2000));
    else this.log.info(oneLine(said));
  }

  /** Takes up a profile of this model that was measured earlier. */
  async restore(profile: ProfileResult): Promise<void> {
    const { judgedAgain } = await import('../profile/measuredRules');
    this.profile = judgedAgain(profile, ruleSeverities(this.uri));
    this.changed.fire();
  }

  /**
   * Trains the model with several normalizations and keeps what was measured.
   * @throws ModelError when nothing could be measured
   */
  async runCompare(
    settings: CompareSettings,
    onEvent: (event: CompareEvent) => void,
    signal: AbortSignal,
  ): Promise<CompareResult> {
    const model = { path: this.engineLocation(say`comparing`) };
    const result = await compareModel(this.engines.training, model, settings, onEvent, signal);
    this.comparison = { ...result, model: { ...result.model, path: this.path } };
    this.changed.fire();
    return result;
  }

  /** @throws ModelError when the network has nothing for the variant, or the file cannot be written */
  exportVariant(settings: ExportSettings): Promise<VariantExport> {
    const model = { path: this.engineLocation(say`exporting`) };
    return this.engines.analysis.run('export', { model, settings });
  }

  /** @throws ModelError when there is nothing to fix, or the copy cannot be proven or written */
  runFix(settings: FixSettings, onEvent: (event: FixEvent) => void, signal: AbortSignal): Promise<FixResult> {
    const model = { path: this.engineLocation(say`fixing`) };
    return this.engines.training.run('fix', { model, settings }, onEvent, signal);
  }

  cancel(): void {
    this.abort?.abort();
  }

  dispose(): void {
    this.cancel();
    this.analysisAbort?.abort();
    clearTimeout(this.settle);
    vscode.Disposable.from(...this.disposables).dispose();
  }

  /** @throws ModelError where there is no model that an engine could read */
  private engineLocation(what: string): string {
    const path = isProfileFile(this.uri) ? undefined : this.engines.platform.engineLocation(this.uri);
    if (path !== undefined) return path;
    const why = isProfileFile(this.uri)
      ? say`this is a saved profile: ${what} needs its model`
      : say`${what} needs the model as a file on disk: save a copy and take that`;
    throw new ModelError('unsupported', why, {}, this.path);
  }

  private refreshSoon(pauseMs: number): void {
    const wasAnalyzed = this.analysis !== undefined;
    this.analysis = undefined;
    clearTimeout(this.settle);
    if (wasAnalyzed || this.facts !== undefined) this.settle = setTimeout(() => void this.analyze(), pauseMs);
  }

  private async analyzeNow(): Promise<ModelFacts | UnreadableModel> {
    const generation = ++this.generation;
    const started = Date.now();
    this.analysisAbort?.abort();
    const abort = (this.analysisAbort = new AbortController());
    let facts: ModelFacts | UnreadableModel;
    try {
      facts = await this.readFacts(abort.signal);
      this.log.info(
        `${oneLine(this.path)}: analyzed in ${Date.now() - started} ms; layers: ${facts.layers.length}, findings: ${facts.findings.length}`,
      );
    } catch (error) {
      // given up for a newer one
      if (generation !== this.generation) return this.analyze();
      if (!(error instanceof ModelError)) this.log.error(error as Error);
      const known =
        error instanceof ModelError
          ? error
          : new ModelError('corrupt', say`cannot be analyzed: ${(error as Error).message}`);
      this.log.warn(oneLine(known.withPath(this.path).describe(), 2000));
      facts = { path: this.path, error: { code: known.code, message: known.message } };
    }
    // an older analysis that ends late must not replace a newer one
    if (generation === this.generation) {
      this.facts = facts;
      this.analyzed.fire();
      this.changed.fire();
    }
    return facts;
  }

  /** In the engine, but for a small text that an editor has open: it is done before the engine is asked. */
  private async readFacts(signal: AbortSignal): Promise<ModelFacts> {
    if (isProfileFile(this.uri)) {
      const profile = await readProfileFile(this.uri);
      await this.restore(profile);
      return factsOfProfile(profile);
    }
    // ending an analysis of a text ends the engine's process, and a new one has everything to read again
    await this.reading?.catch(() => undefined);
    if (signal.aborted) throw new ModelError('cancelled', say`there is a newer text`);
    const { platform, analysis } = this.engines;
    const path = platform.engineLocation(this.uri);
    const text = openDocument(this.uri)?.getText();
    const request = { shownPath: this.path, severities: ruleSeverities(this.uri) };
    if (text !== undefined) {
      const started = Date.now();
      const isHere = path === undefined || text.length <= LARGEST_TEXT_HERE;
      this.reading = isHere
        ? this.analyzeHere(text, request)
        : this.text.analyze(text, { ...request, model: { path } });
      return this.reading.finally(() => this.pause.took(Date.now() - started));
    }
    if (path !== undefined) return analysis.run('analyze', { ...request, model: { path } }, undefined, signal);
    const { openModel } = await import('../formats/openModel');
    const { analyzeModel } = await import('../rules/analyzeModel');
    const { folder, name } = placeOf(this.uri, platform);
    return analyzeModel(await openModel(folder, name), request.shownPath, request);
  }

  private async analyzeHere(text: string, { shownPath, severities }: AnalysisWords): Promise<ModelFacts> {
    const place = placeOf(this.uri, this.engines.platform);
    const { analyzeText } = await import('../rules/textAnalysis');
    const { analysis } = await analyzeText(this.here, text, { ...place, shownPath, options: { severities } });
    this.here = analysis;
    return analysis.facts;
  }

  private forgetText(): void {
    this.text.close();
    this.here = undefined;
  }
}

/** A file name as a glob that matches only itself. */
function escapeGlob(name: string): string {
  return name.replace(/[*?{}[\]]/g, (c) => `[${c}]`);
}
