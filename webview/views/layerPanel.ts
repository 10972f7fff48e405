import { figure, type Figure } from '../charts/figure';
import {
  histogramPicture,
  momentsPicture,
  percentilesPicture,
  runningPicture,
  sampledSteps,
  type Tensor,
} from '../charts/layerPictures';
import type { PaintedPicture } from '../charts/paintedPicture';
import { parameterPicture } from '../charts/parameterPicture';
import type { Picture } from '../charts/picture';
import { ridgePicture } from '../charts/ridgePicture';
import { button, checkbox } from '../components';
import { h, name, replaceChildren, setAttribute } from '../dom';
import { shown } from '../shown';
import { severityIcon } from '../icons';
import { modelName } from '../format';
import type { LayerFacts } from '../../src/protocol/facts';
import type { ProfiledLayer } from '../../src/protocol/profile';
import type { Snapshot, Store } from '../store';
import type { Theme } from '../theme';
import { markClasses, placementsOf } from '../placements';
import { roleWords, settingsLine } from '../words';
import { layerLink, ruleLink } from './findings';
import { keepScroll } from './keepScroll';
import { figuresTable, layerFacts, weightsTable } from './layerFacts';
import { normCube } from './normCube';
import { changes, type View } from './view';
import { t } from '../texts/texts';

export interface LayerPanel extends View {
  focus(): void;
  /** Puts the panel at the end of a tab that shows it; Escape leaves it for the tab. */
  place(parent: HTMLElement, onLeave: () => void): void;
  restyle(): void;
}

const tensors: readonly Tensor[] = ['activation', 'gradient'];

/** All about the selected layer: its facts, its findings, how its output and gradient are distributed and move over the steps. */
export function layerPanel(store: Store, theme: () => Theme): LayerPanel {
  let onLeave = () => {};
  const title = h('h2', { class: 'panel-title', testId: 'layer-title', attributes: { tabindex: -1 } });
  const role = h('span', { class: 'panel-role' });
  const reveal = button(t('Show in source'), {
    appearance: 'quiet',
    testId: 'reveal',
    onClick: () => selected && store.post({ type: 'reveal', layer: selected }),
  });
  const findings = h('ul', { class: 'panel-findings', testId: 'layer-findings' });
  const facts = h('div', { class: 'panel-facts' });
  const cube = h('div', { class: 'panel-cube' });
  const figures = h('div', { class: 'panel-figures' });
  const weights = h('div', {
    class: 'panel-weights',
    attributes: { tabindex: 0, role: 'region', 'aria-label': t('Parameters') },
  });
  const slider = h('input', {
    testId: 'step-slider',
    attributes: { type: 'range', min: 0, step: 1, 'aria-label': t('Sampled step of the histograms') },
    on: { input: () => store.set({ step: sliderStep() }) },
  });
  const sliderText = h('output', { class: 'slider-text', testId: 'step-shown' });
  const logarithmic = checkbox(t('Logarithmic shares'), 'logarithmic-counts', (on) =>
    store.set({ logarithmicCounts: on }),
  );
  const controls = h(
    'div',
    { class: 'panel-controls' },
    h(
      'span',
      { class: 'slider' },
      h('span', { attributes: { 'aria-hidden': 'true' } }, t('Histograms at')),
      slider,
      sliderText,
    ),
    logarithmic.element,
  );
  const make = (id: string) => figure({ id, theme, host: store });
  const histograms = { activation: make('activation-histogram'), gradient: make('gradient-histogram') };
  const ridges = { activation: make('activation-ridges'), gradient: make('gradient-ridges') };
  const percentiles = { activation: make('activation-percentiles'), gradient: make('gradient-percentiles') };
  const moments = { activation: make('activation-moments'), gradient: make('gradient-moments') };
  const running = { mean: make('running-mean'), variance: make('running-variance') };
  const parameters = make('norm-parameters');
  const overSteps: Figure[] = [histograms, ridges, percentiles, moments, running].flatMap((pair) =>
    Object.values<Figure>(pair),
  );
  const all: readonly Figure[] = [...overSteps, parameters];
  const charts = h('div', { class: 'figures layer-figures' }, ...overSteps.map(({ element }) => element));
  const settings = h('p', { class: 'settings-line', testId: 'layer-settings-line' });
  const measured = h('div', {}, controls, charts, settings);
  const unmeasured = h('p', { class: 'placeholder', testId: 'layer-unmeasured' });
  const body = h(
    'div',
    {},
    h('div', { class: 'panel-head' }, title, role, reveal.element),
    findings,
    h('div', { class: 'panel-top' }, facts, cube, figures, weights),
    h('div', { class: 'figures parameter-figure' }, parameters.element),
    measured,
    unmeasured,
  );
  const nothing = h(
    'p',
    { class: 'placeholder', testId: 'no-layer' },
    t('Select a layer to see what it is and what was measured in it.'),
  );
  const element = h(
    'section',
    {
      class: 'layer-panel',
      testId: 'layer-panel',
      // it scrolls: the keyboard must be able to reach it
      attributes: { 'aria-label': t('Layer'), tabindex: 0 },
      on: { keydown: (event) => event.key === 'Escape' && onLeave() },
    },
    nothing,
    body,
  );
  const scroll = keepScroll(element, 'panel', store);
  let selected: string | null = null;
  let steps: readonly number[] = [];
  const factsChanged = changes();
  const figuresChanged = changes();
  const parametersChanged = changes();

  return {
    element,
    focus: () => title.focus(),
    place(parent, leave) {
      onLeave = leave;
      if (element.parentElement !== parent) parent.append(element);
    },
    restyle: () => all.forEach((part) => part.restyle()),
    update(snapshot) {
      const { ui, model, layers, profiled, profile, revision } = snapshot;
      const layer = ui.layer === null ? undefined : layers.get(ui.layer);
      selected = layer?.id ?? null;
      nothing.hidden = layer !== undefined;
      body.hidden = layer === undefined;
      if (!layer) return;
      const measurements = profiled.get(layer.id);
      const layerFindings = snapshot.findingsOf.get(layer.id) ?? [];
      if (factsChanged(layer, layerFindings, measurements?.depth)) {
        replaceChildren(title, name(layer.name));
        const mark = h('span', {
          class: markClasses(layer, model ? placementsOf(model.summary) : []),
          attributes: { 'aria-hidden': 'true' },
        });
        replaceChildren(role, mark, roleWords[layer.role]);
        reveal.element.hidden = !layer.source || store.isReport;
        findings.hidden = layerFindings.length === 0;
        replaceChildren(findings, ...layerFindings.map((finding) => findingItem(finding)));
        const link = (id: string) => layerLink(layers.get(id)?.name ?? id, () => store.showLayer(id));
        replaceChildren(facts, layerFacts(layer, measurements, link));
        replaceChildren(cube, layer.norm && normCube(layer.norm));
        cube.hidden = !cube.firstChild;
      }
      measured.hidden = !measurements;
      unmeasured.hidden = measurements !== undefined;
      unmeasured.textContent = profile
        ? t('This layer was not measured in the profile.')
        : t('Not profiled yet: Profile on CPU measures how the output and the gradient of this layer are distributed.');
      for (const part of all) part.showTables(ui.tables);
      const shownFigures = [revision, layer, ui.step, ui.logarithmicCounts, snapshot.running === null];
      if (figuresChanged(...shownFigures)) drawFigures(snapshot, measurements);
      if (parametersChanged(layer, model?.path)) drawParameters(snapshot, layer.norm);
      scroll.restore();
    },
  };

  function drawFigures({ profile, ui, running: run }: Snapshot, layer: ProfiledLayer | undefined): void {
    replaceChildren(figures, layer ? figuresTable(layer) : null);
    const trained = layer ? weightsTable(layer) : null;
    weights.hidden = trained === null;
    replaceChildren(weights, trained);
    if (!profile || !layer) return;
    const line = settingsLine(profile);
    settings.textContent = line;
    const at = showSteps(layer, ui.step);
    logarithmic.set(ui.logarithmicCounts);
    const total = profile.settings.steps;
    const show = (part: Figure, picture: Picture | PaintedPicture | null, otherwise: readonly [string, string]) => {
      if (picture) part.show(picture, line, run !== null);
      else part.empty(...otherwise);
    };
    for (const of of tensors) {
      const noun = of === 'activation' ? t('Activation') : t('Gradient');
      const reason =
        layer[of].length || run
          ? t('Too few sampled steps yet.')
          : of === 'gradient'
            ? t('No gradient reaches this layer.')
            : t('Not measured.');
      show(histograms[of], at === null ? null : histogramPicture(layer, of, at, ui.logarithmicCounts), [noun, reason]);
      show(ridges[of], ridgePicture(layer, of), [t('{0} over the steps', noun), reason]);
      show(percentiles[of], percentilesPicture(layer, of, total), [t('{0} percentiles', noun), reason]);
      show(moments[of], momentsPicture(layer, of, total), [t('{0} moments', noun), reason]);
    }
    for (const of of ['mean', 'variance'] as const) {
      const picture = runningPicture(layer, of, total);
      running[of].element.hidden = picture === null;
      if (picture) show(running[of], picture, ['', '']);
    }
  }

  function drawParameters({ model }: Snapshot, norm: LayerFacts['norm']): void {
    const picture = parameterPicture(norm);
    parameters.element.hidden = picture === null;
    if (picture) parameters.show(picture, modelName(model!.path), false);
  }

  /** @returns the step whose histograms are shown: the wanted one, else the sampled step before it */
  function showSteps(layer: ProfiledLayer, wanted: number | null): number | null {
    steps = sampledSteps(layer);
    const upTo = wanted === null ? steps : steps.filter((step) => step <= wanted);
    const index = Math.max(0, upTo.length - 1);
    setAttribute(slider, 'max', Math.max(0, steps.length - 1));
    slider.value = String(index);
    slider.disabled = steps.length < 2;
    const at = steps[index] ?? null;
    sliderText.textContent = at === null ? t('no step') : t('step {0}', at);
    setAttribute(slider, 'aria-valuetext', sliderText.textContent);
    return at;
  }

  /** The last sampled step stays the last one while further ones come. */
  function sliderStep(): number | null {
    const index = Number(slider.value);
    return index >= steps.length - 1 ? null : steps[index];
  }

  function findingItem({ severity, ruleId, message }: Snapshot['findings'][number]): HTMLElement {
    return h(
      'li',
      {},
      severityIcon(severity),
      h('span', {}, ruleLink(ruleId, store), ' ', h('bdi', {}, shown(message))),
    );
  }
}
