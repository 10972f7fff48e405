import * as vscode from 'vscode';
import type { EngineClient } from '../engine/engineClient';
import { ModelSession } from './modelSession';

/** The model files that are open in views or text editors, one session each, shared by all who look at the file. */
export class Sessions implements vscode.Disposable {
  private readonly sessions = new Map<string, ModelSession>();
  private readonly analyzed = new vscode.EventEmitter<ModelSession>();
  private client: EngineClient | undefined;
  /** A model has new facts. */
  readonly onDidAnalyze = this.analyzed.event;

  constructor(
    private readonly makeClient: () => EngineClient,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  get(uri: vscode.Uri): ModelSession {
    const key = uri.toString();
    let session = this.sessions.get(key);
    if (session === undefined) {
      session = new ModelSession(uri, () => (this.client ??= this.makeClient()), this.log);
      this.sessions.set(key, session);
      const made = session;
      session.onDidAnalyze(() => this.analyzed.fire(made));
    }
    return session;
  }

  existing(uri: vscode.Uri): ModelSession | undefined {
    return this.sessions.get(uri.toString());
  }

  dispose(): void {
    for (const session of this.sessions.values()) session.dispose();
    this.sessions.clear();
    this.client?.dispose();
    this.analyzed.dispose();
  }
}
