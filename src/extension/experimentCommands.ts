import * as vscode from 'vscode';
import type { Experiments } from './experiments';
import type { Platform } from './platform';

export const experimentsPanelType = 'normscope.experiments';

/**
 * The commands of experiments, and their page when it comes back after a reload of the window. Registry and page are loaded by the
 * first that is asked for.
 *
 * @param storage folder that results are kept in
 */
export function registerExperimentCommands(
  platform: Platform,
  { extensionUri }: vscode.ExtensionContext,
  modelInFront: () => vscode.Uri | undefined,
  storage: vscode.Uri,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  let loading: Promise<Experiments> | undefined;
  const experiments = () =>
    (loading ??= import('./experiments').then((m) =>
      m.Experiments.open(platform, extensionUri, modelInFront, storage, log),
    ));
  return vscode.Disposable.from(
    // links of the walkthrough name an experiment, or open the page
    vscode.commands.registerCommand('normscope.runExperiment', async (id?: unknown) =>
      (await experiments()).choose(id),
    ),
    vscode.commands.registerCommand('normscope.showExperiments', async () => (await experiments()).show()),
    vscode.window.registerWebviewPanelSerializer(experimentsPanelType, {
      deserializeWebviewPanel: async (panel) => (await experiments()).attach(panel),
    }),
    { dispose: () => void loading?.then((e) => e.dispose()) },
  );
}
