import * as vscode from 'vscode';
import { ModelError } from '../ir/errors';
import type { ModelSession } from './modelSession';

/** Failures become one message; what was cancelled needs none. */
export async function reportingErrors(session: ModelSession, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    if (error.code === 'cancelled') return;
    void vscode.window.showErrorMessage(`NormScope: ${error.withPath(session.path).describe()}`);
  }
}
