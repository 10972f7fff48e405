import * as vscode from 'vscode';
import { EngineClient } from '../engine/engineClient';
import type { Platform } from './platform';

/** The engines of the window, started when they are first needed: an analysis does not wait for a training that goes on. */
export class Engines implements vscode.Disposable {
  readonly analysis: EngineClient;
  readonly training: EngineClient;

  constructor(readonly platform: Platform) {
    this.analysis = new EngineClient(() => platform.startEngine(), vscode.env.language);
    this.training = new EngineClient(() => platform.startEngine(), vscode.env.language);
  }

  dispose(): void {
    this.analysis.dispose();
    this.training.dispose();
  }
}
