import type { LayerFacts } from '../../src/protocol/facts';
import type { Figure, ProfiledLayer } from '../../src/protocol/profile';
import { h, name, type Child } from '../dom';
import { shown } from '../shown';
import { counted, formatFigure, formatSetting, formatShape, formatShare, missing } from '../format';
import {
  axesSentence,
  momentumSentence,
  normalizationWords,
  normFormWords,
  normTypeWords,
  placementWords,
  roleWords,
} from '../words';
import { t } from '../texts/texts';

/** What the file says about a layer, as a list of terms. */
export function layerFacts(
  layer: LayerFacts,
  profiled: ProfiledLayer | undefined,
  link: (id: string) => HTMLElement,
): HTMLElement {
  const { norm, linear } = layer;
  const facts: [string, Child][] = [
    [t('Kind'), h('span', {}, name(layer.kind), ` (${roleWords[layer.role].toLowerCase()})`)],
    [t('Output'), shown(formatShape(layer.outputShape))],
  ];
  if (layer.activation && layer.activation !== layer.kind) facts.push([t('Function'), name(layer.activation)]);
  if (linear) {
    facts.push(
      [t('Bias'), linear.hasBias ? t('yes') : t('no')],
      [t('Normalized'), normalizationWords[linear.normalization]],
    );
  }
  if (norm) {
    const { scale, shift } = norm.affine;
    const affine =
      scale && shift
        ? t('scale and shift')
        : scale
          ? t('scale only')
          : shift
            ? t('shift only')
            : t('neither scale nor shift');
    facts.push(
      [t('Norm'), `${normTypeWords[norm.type]}, ${normFormWords[norm.form]}`],
      [t('Statistics'), axesSentence(norm)],
      [
        t('Placement'),
        h('span', {}, placementWords[norm.placement], ...(norm.chain ? [': ', ...chainParts(norm.chain)] : [])),
      ],
      [t('Epsilon'), norm.epsilon === null ? missing : formatSetting(norm.epsilon)],
      [t('Momentum'), momentumSentence(norm)],
      [t('Affine'), norm.channels === null ? affine : `${affine}, ${counted(norm.channels, 'channel')}`],
    );
    if (norm.groups !== null) facts.push([t('Groups'), String(norm.groups)]);
    if (norm.linear !== null) facts.push([t('Linear layer'), link(norm.linear)]);
    if (norm.activation !== null) facts.push([t('Activation'), link(norm.activation)]);
  }
  if (layer.inputs.length) {
    const few = layer.inputs.slice(0, 4).map((id) => link(id));
    const more = layer.inputs.length > 4 && t(' and {0} more', layer.inputs.length - 4);
    facts.push([t('Input from'), h('span', { class: 'links' }, ...few, more)]);
  }
  if (profiled) facts.push([t('Depth'), t('{0} (weighted layers from the input)', profiled.depth)]);
  return h(
    'dl',
    { class: 'facts', testId: 'layer-facts' },
    ...facts.map(([term, value]) => h('div', {}, h('dt', {}, term), h('dd', {}, value))),
  );
}

/** "Conv -> BatchNormalization -> Relu" with the arrows of the placements, broken between its layers only. */
function chainParts(chain: string): Child[] {
  return chain.split(' -> ').flatMap((part, i) => (i === 0 ? [name(part)] : [' → ', name(part)]));
}

/** The last step's figures side by side: output and gradient. */
export function figuresTable({ activation, gradient }: ProfiledLayer): HTMLElement {
  const [a, g] = [activation.at(-1), gradient.at(-1)];
  const step = (a ?? g)?.step;
  const row = (label: string, first: string, second: string) =>
    h('tr', {}, h('th', { attributes: { scope: 'row' } }, label), h('td', {}, first), h('td', {}, second));
  const figures = (label: string, key: 'rms' | 'mean' | 'std' | 'min' | 'max') =>
    row(label, formatFigure(a?.[key]), formatFigure(g?.[key]));
  const share = (value: Figure | undefined) => (value === undefined ? missing : formatShare(value));
  return h(
    'table',
    { class: 'figures-table', testId: 'layer-figures' },
    h('caption', {}, step === undefined ? t('No step yet') : t('Step {0}', step)),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('td', {}),
        h('th', { attributes: { scope: 'col' } }, t('Activation')),
        h('th', { attributes: { scope: 'col' } }, t('Gradient')),
      ),
    ),
    h(
      'tbody',
      {},
      figures('RMS', 'rms'),
      figures(t('Mean'), 'mean'),
      figures(t('Std'), 'std'),
      figures(t('Min'), 'min'),
      figures(t('Max'), 'max'),
      row(t('Zeros'), share(a?.zeroFraction), share(g?.zeroFraction)),
      a?.saturatedFraction !== undefined && row(t('Saturated'), share(a.saturatedFraction), missing),
    ),
  );
}

/** Each parameter at its last step. */
export function weightsTable({ weights }: ProfiledLayer): HTMLElement | null {
  if (!weights?.length) return null;
  const last = new Map(weights.map((entry) => [entry.parameter, entry]));
  const head = [t('Parameter'), 'RMS', t('Gradient RMS'), t('Update ratio')];
  return h(
    'table',
    { class: 'figures-table weights-table', testId: 'layer-weights' },
    h('caption', {}, t('Parameters at step {0}', weights.at(-1)!.step)),
    h('thead', {}, h('tr', {}, ...head.map((text) => h('th', { attributes: { scope: 'col' } }, text)))),
    h(
      'tbody',
      {},
      ...[...last.values()].map(({ parameter, rms, gradientRms, updateRatio }) =>
        h(
          'tr',
          {},
          h('th', { attributes: { scope: 'row' } }, name(parameter)),
          ...[rms, gradientRms, updateRatio].map((value) => h('td', {}, formatFigure(value))),
        ),
      ),
    ),
  );
}
