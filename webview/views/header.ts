import type { ModelFacts, NormType } from '../../src/protocol/facts';
import { h, name, replaceChildren, type Child } from '../dom';
import { shown } from '../shown';
import { counted, formatCount, modelName } from '../format';
import { placementsOf } from '../placements';
import { formatWords, normTypeWords, placementWords, weightsWords } from '../words';
import { changes, type View } from './view';
import { t } from '../texts/texts';

/** What the model is: its name, format and size, and how many layers of each kind it has where. */
export function header(): View {
  const title = h('h1', { class: 'model-name', testId: 'model-name' });
  const facts = h('p', { class: 'model-facts', testId: 'model-facts' });
  const tiles = h('dl', { class: 'tiles', testId: 'summary' });
  const element = h('header', { class: 'header' }, h('div', { class: 'header-line' }, title, facts), tiles);
  const changed = changes();
  return {
    element,
    update({ model, unreadable, host }) {
      if (!changed(model, unreadable, host === null)) return;
      const path = (model ?? unreadable)?.path;
      replaceChildren(title, path === undefined ? 'NormScope' : name(modelName(path)));
      replaceChildren(facts, ...(model ? factsOf(model) : []));
      replaceChildren(tiles, ...(model ? tilesOf(model) : []));
      tiles.hidden = !model;
      facts.hidden = !model;
    },
  };
}

function factsOf(model: ModelFacts): Child[] {
  // the operator sets of other formats are those of what they are turned into
  const stated = model.format === 'onnx' ? Object.entries(model.opsets) : [];
  const opsets = stated.map(([domain, version]) =>
    domain === 'ai.onnx' ? `opset ${version}` : `${shown(domain)} ${version}`,
  );
  const items = [
    formatWords[model.format],
    ...opsets.slice(0, 3),
    model.producer && name(model.producer),
    // the layers below have a layer's own activation as one more
    model.format === 'tfjs-layers' || model.format === 'keras'
      ? t('{0} in the file', counted(model.nodeCount, 'layer'))
      : counted(model.nodeCount, 'node'),
    counted(model.parameterCount, 'parameter'),
  ].filter(Boolean);
  const weights = h(
    'span',
    { class: model.weights === 'present' ? '' : 'attention', testId: 'weights-state' },
    weightsWords[model.weights],
  );
  // a model without parameters has nothing that could be missing
  const stateOfWeights = (model.parameterCount > 0 || model.weights !== 'present') && weights;
  return [...items, stateOfWeights].filter(Boolean).map((item) => h('span', { class: 'fact' }, item));
}

function tilesOf({ summary, layers }: ModelFacts): HTMLElement[] {
  const kinds = ranked(tally(layers.filter(({ role }) => role === 'linear').map(({ kind }) => kind)));
  const norms = ranked(summary.norm);
  const activations = ranked(summary.activation);
  return [
    tile(t('Layers'), formatCount(layers.length), [], 'layers'),
    tile(
      t('Linear'),
      formatCount(summary.linear),
      kinds.map(([kind, count]) => `${shown(kind)} ${formatCount(count)}`),
      'linear',
    ),
    tile(
      t('Norms'),
      formatCount(sum(norms)),
      norms.map(([type, count]) => `${normTypeWords[type as NormType] ?? shown(type)} ${formatCount(count)}`),
      'norms',
    ),
    tile(
      t('Activations'),
      formatCount(sum(activations)),
      activations.map(([kind, count]) => `${shown(kind)} ${formatCount(count)}`),
      'activations',
    ),
    placementTile(placementsOf(summary)),
  ];
}

function tile(label: string, value: string, details: readonly string[], id: string): HTMLElement {
  const text = details.slice(0, 3).join(' · ') + (details.length > 3 ? ` · ${t('{0} more', details.length - 3)}` : '');
  return h(
    'div',
    { class: 'tile', testId: `tile-${id}` },
    h('dt', {}, label),
    h(
      'dd',
      {},
      h('span', { class: 'tile-value' }, value),
      h('span', { class: 'tile-details', title: details.join(' · ') }, text),
    ),
  );
}

/** Shares of the placements as one bar, each with its words. */
function placementTile(placements: ReturnType<typeof placementsOf>): HTMLElement {
  const bar = h('span', { class: 'placement-bar', attributes: { 'aria-hidden': 'true' } });
  const legend = h('span', { class: 'placement-legend' });
  for (const { placement, count, series } of placements) {
    const part = h('span', { class: `placement-part series-${series}` });
    part.style.flexGrow = String(count);
    bar.append(part);
    const words = placementWords[placement] ?? shown(placement);
    legend.append(
      h(
        'span',
        { class: 'placement-item' },
        h('span', { class: `swatch series-${series}`, attributes: { 'aria-hidden': 'true' } }),
        `${words} `,
        h('b', {}, formatCount(count)),
      ),
    );
  }
  return h(
    'div',
    { class: 'tile placement-tile', testId: 'tile-placement' },
    h('dt', {}, t('Where the norms sit')),
    h(
      'dd',
      {},
      ...(placements.length ? [bar, legend] : [h('span', { class: 'tile-details' }, t('This model has no norm.'))]),
    ),
  );
}

function tally(words: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function ranked(counts: Readonly<Record<string, number>>): (readonly [string, number])[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1]);
}

function sum(counts: readonly (readonly [string, number])[]): number {
  return counts.reduce((total, [, count]) => total + count, 0);
}
