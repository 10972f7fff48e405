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

/** What the file says about a layer, as a list of terms. */
export function layerFacts(
  layer: LayerFacts,
  profiled: ProfiledLayer | undefined,
  link: (id: string) => HTMLElement,
): HTMLElement {
  const { norm, linear } = layer;
  const facts: [string, Child][] = [
    ['Kind', h('span', {}, name(layer.kind), ` (${roleWords[layer.role].toLowerCase()})`)],
    ['Output', shown(formatShape(layer.outputShape))],
  ];
  if (layer.activation && layer.activation !== layer.kind) facts.push(['Function', name(layer.activation)]);
  if (linear) {
    facts.push(['Bias', linear.hasBias ? 'yes' : 'no'], ['Normalized', normalizationWords[linear.normalization]]);
  }
  if (norm) {
    const { scale, shift } = norm.affine;
    const affine =
      scale && shift ? 'scale and shift' : scale ? 'scale only' : shift ? 'shift only' : 'neither scale nor shift';
    facts.push(
      ['Norm', `${normTypeWords[norm.type]}, ${normFormWords[norm.form]}`],
      ['Statistics', axesSentence(norm)],
      ['Placement', h('span', {}, placementWords[norm.placement], norm.chain && ': ', norm.chain && name(norm.chain))],
      ['Epsilon', norm.epsilon === null ? missing : formatSetting(norm.epsilon)],
      ['Momentum', momentumSentence(norm)],
      ['Affine', norm.channels === null ? affine : `${affine}, ${counted(norm.channels, 'channel')}`],
    );
    if (norm.groups !== null) facts.push(['Groups', String(norm.groups)]);
    if (norm.linear !== null) facts.push(['Linear layer', link(norm.linear)]);
    if (norm.activation !== null) facts.push(['Activation', link(norm.activation)]);
  }
  if (layer.inputs.length) {
    const few = layer.inputs.slice(0, 4).map((id) => link(id));
    const more = layer.inputs.length > 4 && ` and ${layer.inputs.length - 4} more`;
    facts.push(['After', h('span', { class: 'links' }, ...few, more)]);
  }
  if (profiled) facts.push(['Depth', `${profiled.depth} (weighted layers from the input)`]);
  return h(
    'dl',
    { class: 'facts', testId: 'layer-facts' },
    ...facts.map(([term, value]) => h('div', {}, h('dt', {}, term), h('dd', {}, value))),
  );
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
    h('caption', {}, step === undefined ? 'No step yet' : `Step ${step}`),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('td', {}),
        h('th', { attributes: { scope: 'col' } }, 'Activation'),
        h('th', { attributes: { scope: 'col' } }, 'Gradient'),
      ),
    ),
    h(
      'tbody',
      {},
      figures('RMS', 'rms'),
      figures('Mean', 'mean'),
      figures('Std', 'std'),
      figures('Min', 'min'),
      figures('Max', 'max'),
      row('Zeros', share(a?.zeroFraction), share(g?.zeroFraction)),
      a?.saturatedFraction !== undefined && row('Saturated', share(a.saturatedFraction), missing),
    ),
  );
}

/** Each parameter at its last step. */
export function weightsTable({ weights }: ProfiledLayer): HTMLElement | null {
  if (!weights?.length) return null;
  const last = new Map(weights.map((entry) => [entry.parameter, entry]));
  const head = ['Parameter', 'RMS', 'Gradient RMS', 'Update ratio'];
  return h(
    'table',
    { class: 'figures-table weights-table', testId: 'layer-weights' },
    h('caption', {}, `Parameters at step ${weights.at(-1)!.step}`),
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
