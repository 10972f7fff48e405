import * as vscode from 'vscode';
import type { Experiments } from './experiments';
import type { Platform } from './platform';

/** The commands of experiments. Their registry and page are loaded by the first that is run. */
export function registerExperimentCommands(
  platform: Platform,
  extensionUri: vscode.Uri,
  modelInFront: () => vscode.Uri | undefined,
): vscode.Disposable {
  let loading: Promise<Experiments> | undefined;
  const experiments = () =>
    (loading ??= import('./experiments').then((m) => new m.Experiments(platform, extensionUri, modelInFront)));
  return vscode.Disposable.from(
    // links of the walkthrough name an experiment, or open the page
    vscode.commands.registerCommand('normscope.runExperiment', async (id?: unknown) =>
      (await experiments()).choose(id),
    ),
    vscode.commands.registerCommand('normscope.showExperiments', async () => (await experiments()).show()),
    { dispose: () => void loading?.then((e) => e.dispose()) },
  );
}
