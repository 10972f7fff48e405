import { figure } from '../../rules/words';
import { count, say } from '../../texts/say';
import { onThese, otherTools } from '../findingWords';
import { gradientOverDepth, type GradientOverDepth } from '../gradientOverDepth';
import type { MeasuredRule, MeasuredThresholds } from '../measuredRule';

export const vanishingGradient: MeasuredRule = {
  meta: {
    id: 'vanishing-gradient',
    severity: 'warning',
    title: 'Gradients vanish towards the input',
    whatItDoes:
      'Reports a network whose gradient loses more than a factor of two per weighted layer on its way to the input (log10 slope below -0.3: the median over all pairs ' +
      'of layers, which a jump at one of them does not move; over 5 depths and more), or a thousandfold from the last weighted layer to the first, and not only at the last (small weights of a head). Both must hold for the RMS of dLoss/dOutput and for its norm: ' +
      'a pool that spreads a gradient over more elements makes the RMS smaller and loses nothing.',
    why:
      'The first layers learn from what is left of the gradient. Sigmoids leave at most a quarter per layer, dead ReLUs and small weights have the same effect. ' +
      'Absolute limits do not carry over between widths, batches and losses, so the figures compare layers of one network.',
    insteadDo:
      'Put a norm before the saturating activations or replace them by ReLU, GELU or SELU, initialise for the activation (He, Glorot), or add skip connections. ' +
      'Then profile again: the slope should be near 0.',
    otherTools:
      'SageMaker Debugger (VanishingGradient): mean absolute gradient of a weight below 1e-7. AutoTrainer: first / last below 1e-3 and first below 1e-4. ' +
      'DeepDiagnosis: below 1e-7. RMS is taken for the mean absolute value.',
    references: [
      {
        title: 'Glorot & Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Neural Networks',
        url: 'https://proceedings.mlr.press/v9/glorot10a.html',
      },
      {
        title: 'Zhang et al. 2021, AutoTrainer: An Automatic DNN Training Problem Detection and Repair System',
        url: 'https://doi.org/10.1109/ICSE43902.2021.00043',
      },
      {
        title: 'Amazon SageMaker Debugger, built-in rules: VanishingGradient',
        url: 'https://docs.aws.amazon.com/sagemaker/latest/dg/debugger-built-in-rules.html',
      },
    ],
  },

  check(profile, { vanishing }) {
    const measured = gradientOverDepth(profile);
    if (measured === undefined || !vanishes(measured, vanishing)) return [];
    const { first, last, slope, ratio, depths } = measured;
    const weights = Number.isNaN(first.weightRms) ? first.rms : first.weightRms;
    return [
      {
        layer: first.layer.id,
        layers: [first.layer.id, last.layer.id],
        message:
          say`The RMS of dLoss/dOutput falls from ${figure(last.rms)} at ${last.layer.name} to ${figure(first.rms)} at ${first.layer.name} ` +
          say`(first / last ${figure(ratio)}; log10 slope ${figure(slope)} per weighted layer over ${count(depths, 'depth')}), ${onThese(profile)}. ` +
          otherTools([
            { tool: 'SageMaker Debugger', condition: say`gradient of a weight < 1e-7`, holds: weights < 1e-7 },
            {
              tool: 'AutoTrainer',
              condition: say`first / last < 1e-3 and first < 1e-4`,
              holds: ratio < 1e-3 && weights < 1e-4,
            },
            { tool: 'DeepDiagnosis', condition: '< 1e-7', holds: weights < 1e-7 },
          ]),
      },
    ];
  },
};

function vanishes(m: GradientOverDepth, { slope, depths, ratio }: MeasuredThresholds['vanishing']): boolean {
  // a norm that is not known is NaN and does not object
  const bySlope = m.depths >= depths && m.slope < slope && !(m.normSlope >= slope);
  return bySlope || (m.ratio < ratio && m.ratioBeforeHead < ratio && !(m.normRatio >= ratio));
}
