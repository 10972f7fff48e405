import * as vscode from 'vscode';
import { Engines } from './engines';
import { fileKey } from './fileKey';
import { ModelSession } from './modelSession';
import type { Platform } from './platform';

/** The model files that are open in views or text editors, one session each, shared by all who look at the file. */
export class Sessions implements vscode.Disposable {
  private readonly sessions = new Map<string, ModelSession>();
  private readonly analyzed = new vscode.EventEmitter<ModelSession>();
  private readonly changed = new vscode.EventEmitter<ModelSession>();
  private readonly stepped = new vscode.EventEmitter<ModelSession>();
  /** A model has new facts. */
  readonly onDidAnalyze = this.analyzed.event;
  /** Facts, profile or the kind of work going on are different for a model. */
  readonly onDidChange = this.changed.event;
  /** A running profile measured something. */
  readonly onProfileEvent = this.stepped.event;

  readonly engines: Engines;

  constructor(
    platform: Platform,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.engines = new Engines(platform);
  }

  get(uri: vscode.Uri): ModelSession {
    const key = fileKey(uri);
    let session = this.sessions.get(key);
    if (session === undefined) {
      session = new ModelSession(uri, this.engines, this.log);
      this.sessions.set(key, session);
      const made = session;
      session.onDidAnalyze(() => this.analyzed.fire(made));
      session.onDidChange(() => this.changed.fire(made));
      session.onProfileEvent(() => this.stepped.fire(made));
    }
    return session;
  }

  existing(uri: vscode.Uri): ModelSession | undefined {
    return this.sessions.get(fileKey(uri));
  }

  /** Models that are being profiled. */
  running(): readonly ModelSession[] {
    return [...this.sessions.values()].filter((s) => s.running !== undefined);
  }

  dispose(): void {
    for (const session of this.sessions.values()) session.dispose();
    this.sessions.clear();
    this.engines.dispose();
    vscode.Disposable.from(this.analyzed, this.changed, this.stepped).dispose();
  }
}
