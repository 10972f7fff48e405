import * as vscode from 'vscode';
import { savedFixes } from '../config/savedFixes';
import type { FixId, ModelFacts } from '../protocol/facts';
import { changesResults, type FixResult, type FixSettings } from '../protocol/fix';
import { changedText, fixPhases, proofText } from '../reports/fixText';
import { translated } from '../texts/say';
import { confirm, showError, showInformation, unlinked } from './messages';
import { openDocument } from './modelFiles';
import type { ModelSession } from './modelSession';
import { factsToRun, reportingErrors } from './reportErrors';
import { pathOnDisk } from './saveFile';

const { t } = vscode.l10n;

/** What a copy is called after the model's own name. */
const suffixes: Readonly<Record<FixId, string>> = {
  fold: 'folded',
  'drop-bias': 'unbiased',
  'inference-mode': 'inference',
  momentum: 'momentum',
  'norm-before-activation': 'norm-before',
  'norm-after-activation': 'norm-after',
  'norm-axis': 'axis',
};

/** Which fix is meant, and where the copy goes, when the user need not be asked. */
interface Asked {
  readonly fix?: FixId;
  readonly output?: vscode.Uri;
  readonly layers?: readonly string[];
  /** Replace a file that is there. */
  readonly overwrite?: boolean;
  /** Save a copy with other results too, where the fix is meant to change them. */
  readonly acceptDifference?: boolean;
}

/**
 * Saves a copy of a model with a fix that its findings offer: asks which and where to, shows progress, asks again where results
 * are meant to differ, and says how the copy was proven.
 * @param asked the id of a fix, or an object with `fix` and `output`, which are not asked for then, `layers` (by default all that
 *   the fix is for), `overwrite` and `acceptDifference`
 */
export async function saveFixedCopy(session: ModelSession, asked: unknown): Promise<void> {
  const facts = await factsToRun(session);
  if (facts === undefined) return;
  if (openDocument(session.uri)?.isDirty) {
    showError(t('NormScope: save {0} first: copies are made of the file.', session.path));
    return;
  }
  const given = readAsked(asked);
  const fix = given.fix ?? (await chooseFix(facts));
  if (fix === undefined) return;
  const chosen = given.output === undefined ? await chooseTarget(session, fix, facts) : undefined;
  const target = given.output ?? chosen;
  if (target === undefined) return;
  await reportingErrors(session, async () => {
    const output = pathOnDisk(target);
    // the dialog has asked whether a file that is there shall be replaced
    const overwrite = chosen !== undefined || given.overwrite === true;
    const { layers, acceptDifference = false } = given;
    const settings: FixSettings = { fix, output, ...(layers && { layers }), overwrite, acceptDifference };
    let result = await withProgress(session, settings);
    if (result.output === null) {
      if (!(await agrees(result))) return;
      result = await withProgress(session, { ...settings, acceptDifference: true });
    }
    void announce(result, target);
  });
}

function readAsked(asked: unknown): Asked {
  const given = typeof asked === 'string' ? { fix: asked } : ((asked ?? {}) as Record<string, unknown>);
  const { fix, output, layers, overwrite, acceptDifference } = given;
  return {
    ...(typeof fix === 'string' && Object.hasOwn(suffixes, fix) && { fix: fix as FixId }),
    ...(output instanceof vscode.Uri && { output }),
    ...(Array.isArray(layers) && { layers: layers.filter((id) => typeof id === 'string') }),
    overwrite: overwrite === true,
    acceptDifference: acceptDifference === true,
  };
}

/** The fix that the model offers, or the one of several that the user picks. */
async function chooseFix(facts: ModelFacts): Promise<FixId | undefined> {
  const offers = savedFixes(facts);
  if (offers.length === 0) {
    void showInformation(t('NormScope: no finding of {0} has a fix that a copy could be saved with.', facts.path));
    return undefined;
  }
  const items = offers.map(({ id, title }) => ({
    label: t('Save a copy with {0}', title),
    ...(changesResults.has(id) && { description: t('changes what the model computes') }),
    id,
  }));
  const options = {
    title: t('NormScope: Save Fixed Copy'),
    placeHolder: t('Each copy is run beside the model first'),
    ignoreFocusOut: true,
  };
  return (await vscode.window.showQuickPick(items, options))?.id;
}

/** A copy is in the model's own format. */
function chooseTarget({ uri }: ModelSession, fix: FixId, { format }: ModelFacts): Thenable<vscode.Uri | undefined> {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  const [kind, extension] = format === 'onnx' ? ['ONNX', 'onnx'] : ['TensorFlow.js', 'json'];
  const defaultUri = vscode.Uri.joinPath(uri, '..', `${name}-${suffixes[fix]}.${extension}`);
  return vscode.window.showSaveDialog({ defaultUri, filters: { [kind]: [extension] }, title: t('Save Fixed Copy') });
}

function withProgress(session: ModelSession, settings: FixSettings): Thenable<FixResult> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: unlinked(t('Fixing {0}', session.path)),
    cancellable: true,
  };
  return vscode.window.withProgress(options, (progress, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    return session.runFix(
      settings,
      ({ phase }) => progress.report({ message: translated(fixPhases[phase]) }),
      abort.signal,
    );
  });
}

async function agrees(result: FixResult): Promise<boolean> {
  const save = t('Save the Copy');
  const detail =
    result.fix === 'inference-mode'
      ? t('Norms in training mode use the statistics of each batch, in inference mode those of the file.')
      : t('The weights were trained with the norms where they are: train the copy before it is used.');
  const message = `${changedText(result)}: ${proofText(result.proof)}.`;
  return confirm(message, detail, save);
}

async function announce(result: FixResult, target: vscode.Uri): Promise<void> {
  const open = t('Open the Copy');
  const left = result.left.length === 0 ? '' : t(' {0} more stay as they are.', result.left.length);
  const name = vscode.workspace.asRelativePath(target);
  const choice = await showInformation(
    t('NormScope: {0}; {1}.{2} Saved as {3}.', changedText(result), proofText(result.proof), left, name),
    open,
  );
  if (choice === open) await vscode.commands.executeCommand('normscope.analyze', target);
}
