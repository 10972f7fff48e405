import { depthPicture } from '../charts/depthPicture';
import { figure } from '../charts/figure';
import { heatPicture } from '../charts/heatPicture';
import { lossPicture } from '../charts/lossPicture';
import type { PaintedPicture } from '../charts/paintedPicture';
import type { Picture } from '../charts/picture';
import { dropdown } from '../components';
import { h } from '../dom';
import { figures as measuredFigures, type FigureName } from '../graph/measured';
import type { Snapshot, Store } from '../store';
import type { Theme } from '../theme';
import { settingsLine } from '../words';
import { findingsList } from './findings';
import { keepScroll } from './keepScroll';
import { changes, type View } from './view';
import { t } from '../texts/texts';

/** The whole network: what the rules say, how the loss fell, how activations and gradients go over depth. */
export function overview(store: Store, theme: () => Theme): View & { restyle(): void } {
  const findings = findingsList(store);
  const which = dropdown({
    label: t('Layers on the depth axis'),
    testId: 'depth-layers',
    options: [
      { value: 'weighted', label: t('Weighted layers') },
      { value: 'all', label: t('All layers') },
    ],
    onChange: (value) => store.set({ depthLayers: value === 'all' ? 'all' : 'weighted' }),
  });
  const spread = dropdown({
    label: t('Figure of the activations'),
    testId: 'activation-figure',
    options: [
      { value: 'rms', label: 'RMS' },
      { value: 'std', label: t('Standard deviation') },
    ],
    onChange: (value) => store.set({ activationFigure: value === 'std' ? 'std' : 'rms' }),
  });
  const gradient = networkFigure('gradient-depth', [which.element]);
  const loss = networkFigure('loss');
  const activation = networkFigure('activation-depth', [spread.element]);
  const heatFigure = dropdown({
    label: t('Figure of the heat map'),
    testId: 'heat-figure',
    options: Object.entries(measuredFigures).map(([value, { label }]) => ({ value, label })),
    onChange: (value) => store.set({ heatFigure: value as FigureName }),
  });
  const heat = networkFigure('heat', [heatFigure.element]);
  const figures = [gradient, loss, activation, heat];
  const settings = h('p', { class: 'settings-line', testId: 'settings-line' });
  const grid = h('div', { class: 'figures network-figures' }, ...figures.map(({ element }) => element));
  const network = h(
    'section',
    { class: 'network', attributes: { 'aria-label': t('Network') } },
    h('h2', {}, t('Training')),
    h(
      'p',
      { class: 'words' },
      t(
        'RMS: root mean square, how large the values of a layer typically are. A gradient is that of the loss by the output of a layer.',
      ),
    ),
    grid,
    settings,
  );
  const hint = h(
    'section',
    { class: 'hint', testId: 'no-profile' },
    h('h2', {}, t('Not profiled yet')),
    h(
      'p',
      {},
      t(
        'Profile on CPU trains a copy of this model for a few steps and measures how activations and gradients are distributed in every layer. The file is not changed.',
      ),
    ),
  );
  const element = h(
    'div',
    { class: 'overview', attributes: { tabindex: -1 } },
    findings.element,
    h('div', { class: 'network-column' }, hint, network),
  );
  const scroll = keepScroll(element, 'overview', store);
  const changed = changes();
  return {
    element,
    update(snapshot) {
      findings.update(snapshot);
      const { ui, profile, revision, running } = snapshot;
      which.set(ui.depthLayers);
      spread.set(ui.activationFigure);
      heatFigure.set(ui.heatFigure);
      element.classList.toggle('unprofiled', profile === null && running === null);
      hint.hidden = profile !== null || running !== null;
      network.hidden = profile === null && running === null;
      scroll.restore();
      for (const part of figures) part.showTables(ui.tables);
      if (changed(profile, revision, running === null, ui.depthLayers, ui.activationFigure, ui.heatFigure))
        draw(snapshot);
    },
    restyle: () => figures.forEach((part) => part.restyle()),
  };

  function draw({ profile, running, ui }: Snapshot): void {
    if (!profile?.loss.length) {
      const sentence = running ? t('Waiting for the first step …') : t('No step was completed.');
      gradient.empty(t('Gradient RMS against depth'), sentence);
      loss.empty(t('Loss'), sentence);
      activation.empty(t('Activation RMS against depth'), sentence);
      heat.empty(t('{0} by layer and step', measuredFigures[ui.heatFigure].label), sentence);
      settings.textContent = profile ? settingsLine(profile) : '';
      return;
    }
    const line = settingsLine(profile);
    settings.textContent = line;
    const show = (part: typeof gradient, picture: Picture | PaintedPicture) =>
      part.show(picture, line, running !== null);
    show(gradient, depthPicture(profile, { of: 'gradient', figure: 'rms', layers: ui.depthLayers }));
    show(loss, lossPicture(profile));
    show(activation, depthPicture(profile, { of: 'activation', figure: ui.activationFigure, layers: ui.depthLayers }));
    show(heat, heatPicture(profile, ui.heatFigure));
  }

  function networkFigure(id: string, controls: readonly HTMLElement[] = []) {
    return figure({
      id,
      theme,
      controls,
      onPick: (layer) => store.showLayer(layer),
      host: store,
    });
  }
}
