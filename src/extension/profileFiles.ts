import * as vscode from 'vscode';
import { ModelError } from '../ir/errors';
import type { ProfileResult } from '../protocol/profile';
import { parseProfile, storedProfile } from '../profile/storedProfile';
import { say } from '../texts/say';
import { showError, showInformation } from './messages';
import type { ModelViews } from './modelViews';
import { saveFile } from './saveFile';
import type { Sessions } from './sessions';

const { t } = vscode.l10n;

const EXTENSION = '.normscope.json';
const filters = { 'NormScope profiles': ['normscope.json'], 'All files': ['*'] };
/** Twice what the largest profile that is written takes. */
const LARGEST_PROFILE = 2 ** 28;

/** A file that a profile was saved to. Its view shows the figures without the model. */
export function isProfileFile(uri: vscode.Uri): boolean {
  return uri.path.toLowerCase().endsWith(EXTENSION);
}

/** @throws ModelError that says what is wrong with the file */
export async function readProfileFile(uri: vscode.Uri): Promise<ProfileResult> {
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > LARGEST_PROFILE) throw new ModelError('too-large', say`a profile is no file of ${size} bytes`);
  return parseProfile(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
}

/** The commands that save the profile of the model in front and open a saved one. */
export function registerProfileCommands(sessions: Sessions, views: ModelViews): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand('normscope.saveProfile', (uri?: unknown) => save(sessions, views, uri)),
    vscode.commands.registerCommand('normscope.openProfile', (uri?: unknown) => open(views, uri)),
  );
}

async function save(sessions: Sessions, views: ModelViews, given: unknown): Promise<void> {
  const model = given instanceof vscode.Uri ? given : views.active;
  const profile = model && sessions.existing(model)?.profile;
  if (profile === undefined) {
    showError(t('NormScope: there is no profile to save. Open the view of a model and profile it.'));
    return;
  }
  const name = model!.path.slice(model!.path.lastIndexOf('/') + 1).replace(/(\.normscope)?\.\w+$/, '');
  const suggested = vscode.Uri.joinPath(model!, '..', `${name}${EXTENSION}`);
  const bytes = new TextEncoder().encode(storedProfile(profile));
  const target = await saveFile(suggested, t('Save Profile'), filters, bytes);
  if (target === undefined) return;
  const [saved, show] = [t('Saved {0}', vscode.workspace.asRelativePath(target)), t('Open')];
  if ((await showInformation(saved, show)) === show) await views.show(target, false);
}

async function open(views: ModelViews, given: unknown): Promise<void> {
  const uri =
    given instanceof vscode.Uri
      ? given
      : (await vscode.window.showOpenDialog({ filters, title: t('Open Profile'), openLabel: t('Open Profile') }))?.[0];
  if (uri === undefined) return;
  if (!isProfileFile(uri)) {
    showError(t('NormScope: a saved profile is a file whose name ends in {0}.', EXTENSION));
    return;
  }
  await views.show(uri, false);
}
