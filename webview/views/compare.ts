import type {
  ComparedFigure,
  ComparedVariant,
  CompareResult,
  CompareVerdict,
  Spread,
} from '../../src/protocol/compare';
import { compareDepthPicture, compareLossPicture } from '../charts/comparePictures';
import { figure } from '../charts/figure';
import { h, replaceChildren } from '../dom';
import { counted, formatFigure, formatSetting, missing } from '../format';
import { shown } from '../shown';
import type { Snapshot, Store } from '../store';
import type { Theme } from '../theme';
import { optimizerWords, startingWeights } from '../words';
import { keepScroll } from './keepScroll';
import { changes, type View } from './view';
import { t } from '../texts/texts';

/** The network trained with several normalizations: losses, gradients over depth, what differs beyond the spread. */
export function compareTab(store: Store, theme: () => Theme): View & { restyle(): void } {
  const pick = (layer: string) => store.showLayer(layer);
  const loss = figure({ id: 'compare-loss', theme, host: store });
  const depth = figure({ id: 'compare-depth', theme, host: store, onPick: pick });
  const facts = h('div', { class: 'compare-facts' });
  const element = h(
    'div',
    { class: 'compare', testId: 'compare', attributes: { tabindex: -1 } },
    facts,
    h('div', { class: 'figures network-figures' }, loss.element, depth.element),
  );
  const scroll = keepScroll(element, 'compare', store);
  const changed = changes();
  return {
    element,
    update({ host, model, ui }: Snapshot) {
      const result = host?.comparison;
      if (!result) return;
      scroll.restore();
      for (const part of [loss, depth]) part.showTables(ui.tables);
      if (!changed(result, model?.graphHash)) return;
      replaceChildren(facts, ...compareFacts(result, model !== null && model.graphHash !== result.model.graphHash));
      const line = settingsOf(result);
      for (const [part, picture] of [
        [loss, compareLossPicture(result)],
        [depth, compareDepthPicture(result)],
      ] as const) {
        if (picture.series.length > 0) part.show(picture, line, false);
        else part.empty(picture.title, t('No run came to a step.'));
      }
    },
    restyle() {
      loss.restyle();
      depth.restyle();
    },
  };
}

function compareFacts(result: CompareResult, isStale: boolean): HTMLElement[] {
  return [
    h('h2', {}, t('Normalizations compared')),
    ...(isStale
      ? [
          h(
            'p',
            { class: 'compare-stale', attributes: { role: 'status' } },
            t('Measured on an earlier version of the file.'),
          ),
        ]
      : []),
    ...(result.status === 'complete' ? [] : [h('p', {}, statusSentence(result))]),
    variantTable(result),
    ...changesList(result),
    ...verdictList(result),
    h('p', { class: 'settings-line', testId: 'compare-settings' }, shown(settingsOf(result))),
  ];
}

function statusSentence({ status, failure }: CompareResult): string {
  return status === 'cancelled'
    ? t('Cancelled: what was measured until then.')
    : t('It failed: {0}', shown(failure ?? t('no reason given')));
}

function variantTable({ variants }: CompareResult): HTMLElement {
  const searched = variants.some((v) => v.rateSearches.length > 0);
  const columns = [
    t('Variant'),
    t('Final loss'),
    t('Gradient per layer'),
    t('Time per step'),
    ...(searched ? [t('Largest rate')] : []),
  ];
  return h(
    'table',
    { class: 'figures-table', testId: 'compare-table' },
    h('caption', { class: 'visually-hidden' }, t('Means over the seeds and their standard deviation')),
    h('thead', {}, h('tr', {}, ...columns.map((c) => h('th', { attributes: { scope: 'col' } }, c)))),
    h(
      'tbody',
      {},
      ...variants.map((v) =>
        h(
          'tr',
          {},
          h('th', { attributes: { scope: 'row' } }, v.title),
          ...cellsOf(v, searched).map((text) => h('td', {}, text)),
        ),
      ),
    ),
  );
}

function cellsOf({ summary, status, largestStableLearningRate: rate }: ComparedVariant, searched: boolean): string[] {
  if (status === 'not-applicable') return [t('does not apply'), missing, missing, ...(searched ? [missing] : [])];
  const diverged = summary.divergedSeeds > 0 ? t('{0} diverged', counted(summary.divergedSeeds, 'run')) : '';
  const final = [spreadWords(summary.finalLoss), diverged]
    .filter((text) => text !== '' && !(text === missing && diverged))
    .join(', ');
  const slope = summary.gradientDepthSlope;
  return [
    final,
    slope ? `×\u00a0${formatFigure(10 ** slope.mean)}` : missing,
    summary.stepMs ? `${spreadWords(summary.stepMs)} ms` : missing,
    ...(searched ? [rate === null ? missing : formatSetting(rate)] : []),
  ];
}

function spreadWords(spread: Spread | null): string {
  if (spread === null) return missing;
  return spread.count > 1 ? `${formatFigure(spread.mean)} ± ${formatFigure(spread.std)}` : formatFigure(spread.mean);
}

/** What was done to the network for each variant, or why it could not be. */
function changesList({ variants }: CompareResult): HTMLElement[] {
  const items = variants.flatMap(({ id, title, change, notes, reason }) => {
    const words = reason !== undefined ? [reason] : id === 'as-is' ? [] : [change, ...notes];
    return words.length === 0 ? [] : [h('li', {}, h('strong', {}, title), ': ', h('bdi', {}, shown(words.join('; '))))];
  });
  return items.length === 0 ? [] : [h('ul', { class: 'compare-changes' }, ...items)];
}

const betterWords: Readonly<Record<ComparedFigure, string>> = {
  finalLoss: t('ends at a lower loss than'),
  gradientDepthSlope: t('keeps gradients over the depth more even than'),
  stepMs: t('takes less time per step than'),
  largestStableLearningRate: t('trains at larger learning rates than'),
};

function verdictList(result: CompareResult): HTMLElement[] {
  const { verdicts, variants, settings } = result;
  if (verdicts.length === 0) return [];
  if (settings.seeds < 3)
    return [
      h(
        'p',
        { testId: 'compare-verdicts' },
        t('No verdicts: below three seeds there is no spread to hold a difference against. Compare again with three.'),
      ),
    ];
  const titles = new Map(variants.map((v) => [v.id, v.title]));
  const found = verdicts.filter((v) => v.better !== null);
  const sentence = ({ figure: name, better, variant, baseline, ...v }: CompareVerdict) => {
    const other = better === variant ? baseline : variant;
    return h(
      'li',
      {},
      h('strong', {}, titles.get(better!) ?? ''),
      ` ${betterWords[name]} ${titles.get(other)} ${detail(name, v)}`,
    );
  };
  return [
    h('h3', {}, t('On this network, these data, these steps')),
    found.length > 0
      ? h('ul', { class: 'compare-verdicts', testId: 'compare-verdicts' }, ...found.map(sentence))
      : h('p', { testId: 'compare-verdicts' }, t('No difference is larger than the spread over the seeds.')),
    h(
      'p',
      { class: 'compare-rule' },
      t(
        'A verdict needs a difference of more than twice the pooled standard deviation over the seeds, and p < 0.01 in Student’s t-test.',
      ),
    ),
  ];
}

function detail(
  name: ComparedFigure,
  { difference, spread, p }: Pick<CompareVerdict, 'difference' | 'spread' | 'p'>,
): string {
  const size = Math.abs(difference);
  const chance = p !== null && p >= 1e-4 ? `p = ${formatFigure(p)}` : 'p < 0.0001';
  if (name === 'largestStableLearningRate') return `(×\u00a0${formatFigure(2 ** size)}, ${chance})`;
  const unit = name === 'stepMs' ? '\u00a0ms' : '';
  return `(${t('by {0}, spread {1}', formatFigure(size) + unit, formatFigure(spread) + unit)}, ${chance})`;
}

function settingsOf({ settings, engine }: CompareResult): string {
  const kind = settings.data.kind === 'synthetic' ? t('Synthetic data') : t('Data from file');
  return [
    `${kind}: ${settings.data.inputs}`,
    t('targets: {0}', settings.data.targets),
    t('weights {0}, alike in every variant with the same seed', startingWeights(settings.weights)),
    t('{0} from {1}', counted(settings.seeds, 'seed'), settings.seed),
    t('batch {0}', settings.batch),
    counted(settings.steps, 'step'),
    t('{0}, learning rate {1}', optimizerWords[settings.optimizer], formatSetting(settings.lr)),
    `ONNX Runtime ${engine.version}, ${counted(engine.threads, 'thread')}`,
  ].join(' · ');
}
