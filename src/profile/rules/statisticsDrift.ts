import type { ProfiledLayer } from '../../protocol/profile';
import { figure } from '../../rules/words';
import { count, say } from '../../texts/say';
import { fromFigure } from '../figure';
import { listedNames, onThese } from '../findingWords';
import type { MeasuredRule } from '../measuredRule';
import { median, medianFigure } from '../series';

/** Steps that a drift is measured over. */
const SPAN = 10;
/** A mean is the median of so many steps: the mean of one batch also says which samples it holds. */
const SMOOTH = 3;

export const statisticsDrift: MeasuredRule = {
  meta: {
    id: 'statistics-drift',
    severity: 'information',
    title: 'Inputs of a layer drift during training',
    whatItDoes:
      'Reports linear and recurrent layers whose input moves its mean by more than one of its standard deviations within 10 steps. The mean is taken over all values, ' +
      'as a median of 3 steps; the graph’s own inputs are not judged.',
    why:
      'The layer behind has to follow its inputs instead of learning. This is the internal covariate shift that batch norm was proposed for; later work ' +
      'found that it explains little of what batch norm does, so the figure is information.',
    insteadDo:
      'If the loss is unsteady, too: a smaller learning rate, warm-up, or a norm before the layer. If it falls, nothing.',
    otherTools: 'None reports it; figure 1 of the batch norm paper draws percentiles 15, 50 and 85 of such an input.',
    references: [
      {
        title: 'Ioffe & Szegedy 2015, Batch Normalization, section 4.1 and figure 1',
        url: 'https://arxiv.org/abs/1502.03167',
      },
      {
        title: 'Santurkar et al. 2018, How Does Batch Normalization Help Optimization?',
        url: 'https://arxiv.org/abs/1805.11604',
      },
    ],
  },

  check(profile, { drift: most }) {
    const byId = new Map(profile.layers.map((l) => [l.id, l]));
    const drifting = profile.layers.flatMap((layer) => {
      if (layer.role !== 'linear' && layer.role !== 'recurrent') return [];
      const drifts = (layer.inputs ?? []).map((id) => largestDrift(byId.get(id)!));
      const drift = Math.max(...drifts.filter((d) => d > most));
      return Number.isFinite(drift) ? [{ layer, drift }] : [];
    });
    if (drifting.length === 0) return [];
    const worst = drifting.reduce((a, b) => (b.drift > a.drift ? b : a));
    const layers = drifting.map((d) => d.layer);
    const message =
      say`The inputs of ${count(layers.length, 'layer')} move their mean by more than a standard deviation in ${SPAN} steps, most that of ${worst.layer.name}: ` +
      say`${figure(worst.drift / SPAN)} standard deviations per step (${listedNames(layers)}), ${onThese(profile)}. Other tools do not report it.`;
    return [{ layer: null, layers: layers.map((l) => l.id), message }];
  },
};

/** How far the mean of a layer's output moves within SPAN steps at most, in its standard deviations; NaN for a short run. */
function largestDrift({ activation }: ProfiledLayer): number {
  const means = activation.slice(SMOOTH - 1).map((_, i) => {
    return median(activation.slice(i, i + SMOOTH).map((a) => fromFigure(a.mean)));
  });
  let largest = NaN;
  for (let i = 0; i + SPAN < means.length; i++) {
    const std = medianFigure(activation.slice(i, i + SPAN + SMOOTH).map((a) => a.std));
    const drift = Math.abs(means[i + SPAN] - means[i]) / std;
    if (std > 0 && !(drift <= largest)) largest = drift;
  }
  return largest;
}
