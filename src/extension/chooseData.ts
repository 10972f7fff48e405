import * as vscode from 'vscode';
import type { ProfileSettings } from '../protocol/profile';

const { t } = vscode.l10n;

const dataFilter = {
  Data: ['npy', 'npz', 'csv', 'tsv', 'txt', 'json', 'gz', 'idx', 'ubyte', 'idx3-ubyte', 'idx1-ubyte'],
};
const allFiles = { 'All files': ['*'] };

/**
 * Lets the user choose where samples or labels come from.
 * @returns the settings with the choice; undefined when the user chose nothing
 */
export async function chooseData(
  field: 'data' | 'labels',
  settings: ProfileSettings,
): Promise<ProfileSettings | undefined> {
  if (field === 'data') {
    // the labels belonged to the data before
    const others = without(without(settings, 'data'), 'labels');
    const picked = await pick(t('Samples to train on'), [
      {
        label: t('A file...'),
        detail: t('NPY, NPZ, CSV, IDX (MNIST) or JSON'),
        choose: () => openDialog(t('Use as Data'), false),
      },
      {
        label: t('A folder of pictures...'),
        detail: t('PNG or JPEG, a subfolder for each class, resized to the input'),
        choose: () => openDialog(t('Use as Data'), true),
      },
      { label: t('Made samples'), detail: t('Drawn at random to fit the inputs'), choose: () => Promise.resolve('') },
    ]);
    if (picked === undefined) return undefined;
    return picked === '' ? others : { ...others, data: picked };
  }
  const picked = await pick(t('Labels of the samples'), [
    {
      label: t('A file...'),
      detail: t('As many labels as there are samples'),
      choose: () => openDialog(t('Use as Labels'), false),
    },
    { label: t('A column...'), detail: t('Of the CSV file that holds the samples'), choose: column },
    { label: t('None'), detail: t('Or those that lie in the data file itself'), choose: () => Promise.resolve('') },
  ]);
  if (picked === undefined) return undefined;
  return picked === '' ? without(settings, 'labels') : { ...settings, labels: picked };
}

function without(settings: ProfileSettings, field: 'data' | 'labels'): ProfileSettings {
  const copy = { ...settings };
  delete copy[field];
  return copy;
}

/** A path of the configuration as an absolute one: relative paths start at the workspace folder of the model. */
export function configuredPath(stated: string, scope: vscode.Uri): string | undefined {
  if (stated === '') return undefined;
  if (stated.startsWith('column:') || /^([/\\]|[a-z]:[/\\])/i.test(stated)) return stated;
  const folder = vscode.workspace.getWorkspaceFolder(scope)?.uri ?? vscode.Uri.joinPath(scope, '..');
  return vscode.Uri.joinPath(folder, stated).fsPath;
}

interface Choice extends vscode.QuickPickItem {
  choose(): Thenable<string | undefined>;
}

async function pick(title: string, choices: readonly Choice[]): Promise<string | undefined> {
  return (await vscode.window.showQuickPick(choices, { title }))?.choose();
}

async function openDialog(openLabel: string, folders: boolean): Promise<string | undefined> {
  const found = await vscode.window.showOpenDialog({
    openLabel,
    canSelectFiles: !folders,
    canSelectFolders: folders,
    filters: folders ? undefined : { ...dataFilter, ...allFiles },
  });
  return found?.[0]?.fsPath;
}

async function column(): Promise<string | undefined> {
  const name = await vscode.window.showInputBox({
    title: t('Column of labels'),
    prompt: t('Its name, or its number from 1 in a table without names'),
  });
  return name === undefined || name === '' ? undefined : `column:${name}`;
}
