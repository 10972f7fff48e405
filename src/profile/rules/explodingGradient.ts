import { figure } from '../../rules/words';
import { count, say } from '../../texts/say';
import type { ProfiledLayer } from '../../protocol/profile';
import { onThese, otherTools } from '../findingWords';
import { gradientOverDepth, type GradientOverDepth } from '../gradientOverDepth';
import type { MeasuredFinding, MeasuredRule, Measurements, MeasuredThresholds } from '../measuredRule';

export const explodingGradient: MeasuredRule = {
  meta: {
    id: 'exploding-gradient',
    severity: 'warning',
    title: 'Gradients explode towards the input',
    whatItDoes:
      'Reports a network whose gradient grows by more than 1.4 per weighted layer on its way to the input (log10 slope above 0.15, the median over all pairs of layers, ' +
      'over 10 depths and more), ' +
      'or a thousandfold from the last weighted layer to the first, both in RMS of dLoss/dOutput and in its norm; and gradients that are ' +
      'not finite on a step whose activations are.',
    why:
      'The first layers are thrown about while the last ones hardly move, and the largest learning rate that trains the network falls with its depth. ' +
      'Weights that are too large do it, and so does batch norm before every ReLU of a deep network without skip connections: ' +
      'at initialisation each such layer multiplies the RMS of the gradient by sqrt(pi / (pi - 1)) = 1.21.',
    insteadDo:
      'Add skip connections, initialise for the activation, use fewer norms in a plain network, or clip the gradients. Warm-up of the learning rate ' +
      'helps where only the first steps explode.',
    otherTools:
      'AutoTrainer: first / last above 70. TheDeepChecker: a gradient above 1e6. RMS is taken for the absolute value.',
    references: [
      {
        title: 'Yang et al. 2019, A Mean Field Theory of Batch Normalization, section 4',
        url: 'https://arxiv.org/abs/1902.08129',
      },
      {
        title: 'Pascanu, Mikolov & Bengio 2013, On the Difficulty of Training Recurrent Neural Networks',
        url: 'https://arxiv.org/abs/1211.5063',
      },
      {
        title: 'Zhang et al. 2021, AutoTrainer: An Automatic DNN Training Problem Detection and Repair System',
        url: 'https://doi.org/10.1109/ICSE43902.2021.00043',
      },
    ],
  },

  check(profile, { exploding }) {
    const infinite = firstInfinite(profile);
    if (infinite) return [infinite];
    const measured = gradientOverDepth(profile);
    if (measured === undefined || !explodes(measured, exploding)) return [];
    const { first, last, slope, ratio, depths, layers } = measured;
    return [
      {
        layer: first.layer.id,
        layers: [first.layer.id, last.layer.id],
        message:
          say`The RMS of dLoss/dOutput grows from ${figure(last.rms)} at ${last.layer.name} to ${figure(first.rms)} at ${first.layer.name} ` +
          say`(first / last ${figure(ratio)}; log10 slope ${figure(slope)} per weighted layer over ${count(depths, 'depth')}), ${onThese(profile)}. ` +
          otherTools([
            { tool: 'AutoTrainer', condition: 'first / last > 70', holds: ratio > 70 },
            { tool: 'TheDeepChecker', condition: '> 1e6', holds: layers.some((l) => l.rms > 1e6) },
          ]),
      },
    ];
  },
};

function explodes(m: GradientOverDepth, { slope, depths, ratio }: MeasuredThresholds['exploding']): boolean {
  // a norm that is not known is NaN and does not object
  const bySlope = m.depths >= depths && m.slope > slope && !(m.normSlope <= slope);
  return bySlope || (m.ratio > ratio && !(m.normRatio <= ratio));
}

/** The gradient nearest the loss that is not finite, on the first such step, unless its activations are not either. */
function firstInfinite(profile: Measurements): MeasuredFinding | undefined {
  const { layers } = profile;
  let first: { layer: ProfiledLayer; step: number } | undefined;
  for (const layer of [...layers].reverse()) {
    const at = layer.gradient.find(({ mean }) => typeof mean === 'string');
    if (at && (first === undefined || at.step < first.step)) first = { layer, step: at.step };
  }
  if (first === undefined) return undefined;
  const { layer, step } = first;
  if (layers.some((l) => l.activation.some((a) => a.step <= step && a.mean === 'NaN'))) return undefined;
  return {
    layer: layer.id,
    message:
      say`The gradient at ${layer.name} is not finite at step ${step} while the activations are, ${onThese(profile)}. ` +
      otherTools([
        { tool: 'AutoTrainer', condition: 'first / last > 70', holds: true },
        { tool: 'TheDeepChecker', condition: '> 1e6', holds: true },
      ]),
  };
}
