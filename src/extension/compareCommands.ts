import * as vscode from 'vscode';
import type { CompareEvent, CompareResult, CompareSettings } from '../protocol/compare';
import type { NormVariantId } from '../protocol/normVariant';
import type { ProfileSettings } from '../protocol/profile';
import { defaultSeeds, defaultVariants } from '../profile/defaultSettings';
import { isNormVariantId, normVariants } from '../variants/norms/registry';
import { showError, showInformation, unlinked } from './messages';
import type { ModelSession } from './modelSession';
import { factsToRun, reportingErrors } from './reportErrors';
import { pathOnDisk } from './saveFile';

const { t } = vscode.l10n;

interface VariantItem extends vscode.QuickPickItem {
  readonly id: NormVariantId;
}

const asIs: VariantItem = { id: 'as-is', label: t('as it is'), detail: t('The network of the file.'), picked: true };

const variantItems = (): VariantItem[] =>
  normVariants.map(({ id, title, description }) => ({
    id,
    label: title,
    detail: description,
    picked: ['none', 'layer', 'group'].includes(id),
  }));

/**
 * Asks which variants and how often, compares them with progress and a way to end it, and shows the result in the views.
 * @param settings how each is trained, from fresh weights
 * @param asked an object with `variants`, `seeds` and other settings of a comparison: nothing is asked for then
 * @returns what was measured, for those who run the command from a program
 */
export async function compareNormalizations(
  session: ModelSession,
  settings: ProfileSettings,
  asked: unknown,
): Promise<CompareResult | undefined> {
  if ((await factsToRun(session)) === undefined) return undefined;
  // the norms are what is compared; from the file's weights no others could compete with its own
  const usual: ProfileSettings = {
    ...settings,
    init: typeof settings.init === 'number' ? settings.init : 'default',
    norm: 'as-is',
  };
  const comparison = isObject(asked) ? readSettings(usual, asked) : await askSettings(usual);
  if (comparison === undefined) return undefined;
  let result: CompareResult | undefined;
  await reportingErrors(session, async () => {
    result = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: unlinked(t('Comparing normalizations of {0}', session.path)),
        cancellable: true,
      },
      (progress, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => abort.abort());
        let done = 0;
        const follow = (event: CompareEvent) => {
          if (event.type !== 'progress') return;
          const what = {
            compiling: t('compiling the training step'),
            training: t('training'),
            'learning-rate': t('largest learning rate'),
          }[event.what];
          const increment = Math.max(0, 100 * (event.done - done));
          done = Math.max(done, event.done);
          const variant = normVariants.find(({ id }) => id === event.variant)?.title ?? asIs.label;
          progress.report({ message: t('{0}, seed {1}: {2}', variant, event.seed, what), increment });
        };
        return session.runCompare(comparison, follow, abort.signal);
      },
    );
    if (result.status === 'failed')
      showError(`NormScope: ${session.path}: ${result.failure ?? t('the comparison failed')}`);
  });
  return result;
}

/**
 * Asks for a variant and a place, and saves the network with it as an ONNX file.
 * @param asked an object with `norm` and `output`, which are not asked for then, and `overwrite`: replace a file that is there
 */
export async function exportVariant(session: ModelSession, asked: unknown): Promise<void> {
  const given = isObject(asked) ? asked : {};
  const norm = typeof given.norm === 'string' && isNormVariantId(given.norm) ? given.norm : await chooseVariant();
  if (norm === undefined) return;
  const chosen = given.output instanceof vscode.Uri ? undefined : await chooseTarget(session, norm);
  const target = given.output instanceof vscode.Uri ? given.output : chosen;
  if (target === undefined) return;
  await reportingErrors(session, async () => {
    // the dialog has asked whether a file that is there shall be replaced
    const overwrite = chosen !== undefined || given.overwrite === true;
    const { change } = await session.exportVariant({ norm, output: pathOnDisk(target), overwrite });
    void announce(change, target);
  });
}

async function chooseVariant(): Promise<NormVariantId | undefined> {
  const picked = await vscode.window.showQuickPick(
    variantItems().map((item) => ({ ...item, picked: false })),
    {
      title: t('NormScope: Export Variant'),
      placeHolder: t('Which normalization? New norms are untrained.'),
      ignoreFocusOut: true,
    },
  );
  return picked?.id;
}

function chooseTarget({ uri }: ModelSession, norm: NormVariantId): Thenable<vscode.Uri | undefined> {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  const defaultUri = vscode.Uri.joinPath(uri, '..', `${name}.${norm}.onnx`);
  return vscode.window.showSaveDialog({ defaultUri, filters: { ONNX: ['onnx'] } });
}

async function announce(change: string, target: vscode.Uri): Promise<void> {
  const open = t('Open');
  const name = vscode.workspace.asRelativePath(target);
  const choice = await showInformation(t('NormScope: {0}, saved as {1}.', change, name), open);
  if (choice === open) await vscode.commands.executeCommand('normscope.analyze', target);
}

/** Settings as a program gives them; what it leaves out, or what is no setting, is as usual. */
function readSettings(usual: ProfileSettings, asked: Readonly<Record<string, unknown>>): CompareSettings {
  const count = (value: unknown, usual: number) =>
    Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : usual;
  const stated: unknown[] = Array.isArray(asked.variants) ? asked.variants : [];
  const variants = stated.filter((id): id is NormVariantId => typeof id === 'string' && isNormVariantId(id));
  return {
    ...usual,
    steps: count(asked.steps, usual.steps),
    batch: count(asked.batch, usual.batch),
    variants: variants.length > 0 ? [...new Set(variants)] : defaultVariants,
    seeds: count(asked.seeds, defaultSeeds),
    learningRates: asked.learningRates === true,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

async function askSettings(usual: ProfileSettings): Promise<CompareSettings | undefined> {
  const title = t('NormScope: Compare Normalizations');
  const picked = await vscode.window.showQuickPick([asIs, ...variantItems()], {
    title,
    canPickMany: true,
    ignoreFocusOut: true,
    matchOnDetail: true,
    placeHolder: t('What to compare; the first is what the others are held against'),
  });
  if (picked === undefined || picked.length === 0) return undefined;
  const seeds = await vscode.window.showQuickPick(
    [
      {
        label: t('3 seeds'),
        detail: t('The least that a spread, and so a verdict, can be told from.'),
        seeds: 3,
        rates: false,
      },
      { label: t('5 seeds'), detail: t('Smaller differences show.'), seeds: 5, rates: false },
      { label: t('1 seed'), detail: t('A first look: curves without verdicts.'), seeds: 1, rates: false },
      {
        label: t('3 seeds and the largest learning rates'),
        detail: t('Searches the largest learning rate that each variant trains at: about twice the time.'),
        seeds: 3,
        rates: true,
      },
    ],
    { title, placeHolder: t('How many runs of each variant?'), ignoreFocusOut: true },
  );
  if (seeds === undefined) return undefined;
  return {
    ...usual,
    variants: picked.map((item) => item.id),
    seeds: seeds.seeds,
    learningRates: seeds.rates,
  };
}
