import * as vscode from 'vscode';
import { ModelError } from '../ir/errors';
import { isUnreadable, type ModelFacts } from '../protocol/facts';
import { showError, showErrorWith } from './messages';
import type { ModelSession } from './modelSession';

const { t } = vscode.l10n;

/** Failures become one message; what was cancelled needs none. */
export async function reportingErrors(session: ModelSession, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    if (error.code === 'cancelled') return;
    // the engine names the model by its whole path, which would fill the message
    const { code, message, place } = error;
    const isOfModel = error.path === session.uri.fsPath;
    const named = isOfModel ? new ModelError(code, message, place, session.path) : error.withPath(session.path);
    showError(`NormScope: ${named.describe()}`);
  }
}

/** The facts of a model that is about to be run; undefined, once the user has been told why, when it may or can not be. */
export async function factsToRun(session: ModelSession): Promise<ModelFacts | undefined> {
  if (vscode.workspace.isTrusted) return readableFacts(session);
  const message = t('NormScope runs a model only in a trusted workspace.');
  void showErrorWith(message, t('Manage Workspace Trust'), 'workbench.trust.manage');
  return undefined;
}

/** The facts of a model; undefined, once the user has been told why, when it cannot be read. */
export async function readableFacts(session: ModelSession): Promise<ModelFacts | undefined> {
  const facts = await session.analyze();
  if (!isUnreadable(facts)) return facts;
  showError(`NormScope: ${facts.path}: ${facts.error.message}`);
  return undefined;
}
