import type { ProfiledLayer } from '../../protocol/profile';
import { figure } from '../../rules/words';
import { say } from '../../texts/say';
import { fromFigure } from '../figure';
import { onThese, otherTools, percent } from '../findingWords';
import type { MeasuredRule, Measurements } from '../measuredRule';
import { isGateOrOutput, lastSteps, medianFigure, readersOf } from '../series';

export const saturatedActivation: MeasuredRule = {
  meta: {
    id: 'saturated-activation',
    severity: 'warning',
    title: 'Saturated activation',
    whatItDoes:
      'Reports a Tanh with more than half of its values beyond 0.97 in size, or a Sigmoid with more than half of them outside 0.015 to 0.985, over the last steps. ' +
      'Gates (an activation that only scales other values) and activations at an output are meant to saturate and do not count.',
    why:
      'In its flat ends an activation passes less than 6 % of the gradient of its steep middle (1 - 0.97^2 for Tanh, 4 * 0.985 * 0.015 for Sigmoid), and what its input ' +
      'does hardly shows in its output.',
    insteadDo:
      'Put a norm between the linear layer and the activation, initialise with smaller weights (Glorot), choose a smaller learning rate, or an activation that ' +
      'does not saturate.',
    otherTools:
      'SageMaker Debugger (SaturatedActivation): inputs beyond +-9.5. DeepDiagnosis: beyond +-5. TheDeepChecker: saturation rho above 0.85, ' +
      'the mean distance from the middle relative to the largest; computed from the histogram here.',
    references: [
      {
        title:
          'Glorot & Bengio 2010, Understanding the Difficulty of Training Deep Feedforward Neural Networks, section 3',
        url: 'https://proceedings.mlr.press/v9/glorot10a.html',
      },
      {
        title: 'Rakitianskaia & Engelbrecht 2015, Measuring Saturation in Neural Networks',
        url: 'https://doi.org/10.1109/SSCI.2015.202',
      },
      {
        title: 'Amazon SageMaker Debugger, built-in rules: SaturatedActivation',
        url: 'https://docs.aws.amazon.com/sagemaker/latest/dg/debugger-built-in-rules.html',
      },
    ],
  },

  needsOwnData: true,

  check(profile, { saturated: most }) {
    const readers = readersOf(profile.layers);
    return profile.layers.flatMap((layer) => {
      const fraction = medianFigure(lastSteps(layer.activation).map((a) => a.saturatedFraction));
      if (!(fraction > most) || isGateOrOutput(layer, readers)) return [];
      const reach = inputReach(layer, profile);
      const rho = saturation(layer);
      const flat = layer.activationFunction === 'Sigmoid' ? say`outside 0.015..0.985` : say`beyond +-0.97`;
      const message =
        say`${percent(fraction)} of the values of ${layer.name} lie ${flat} over the last steps` +
        `${Number.isNaN(reach) ? '' : say`, its inputs reach ${figure(reach)} in size`}, ${onThese(profile)}. ` +
        otherTools([
          { tool: 'SageMaker Debugger', condition: say`inputs beyond 9.5`, holds: reach > 9.5 },
          { tool: 'DeepDiagnosis', condition: say`inputs beyond 5`, holds: reach > 5 },
          { tool: 'TheDeepChecker', condition: `rho ${figure(rho)} > 0.85`, holds: rho > 0.85 },
        ]);
      return [{ layer: layer.id, message }];
    });
  },
};

/** The largest size of what enters the layer at the last step; NaN where that is not measured. */
function inputReach(layer: ProfiledLayer, { layers }: Measurements): number {
  const inputs = layers.filter(({ id }) => layer.inputs?.includes(id)).flatMap((l) => l.activation.at(-1) ?? []);
  if (inputs.length === 0) return NaN;
  return Math.max(...inputs.flatMap(({ min, max }) => [Math.abs(fromFigure(min)), Math.abs(fromFigure(max))]));
}

/** Mean distance from the middle of the range, 1 at its ends, from the last histogram. */
function saturation({ activation, activationFunction }: ProfiledLayer): number {
  const histogram = activation.findLast((a) => a.histogram)?.histogram;
  if (histogram === undefined) return NaN;
  const { edges, counts } = histogram;
  const distance = (y: number) => Math.min(1, Math.abs(activationFunction === 'Sigmoid' ? 2 * y - 1 : y));
  let sum = 0;
  let total = 0;
  counts.forEach((n, i) => {
    sum += n * distance((edges[i] + edges[i + 1]) / 2);
    total += n;
  });
  return sum / total;
}
