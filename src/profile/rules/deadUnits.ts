import { say } from '../../texts/say';
import { fromFigure } from '../figure';
import { listedNames, onThese, otherTools, percent } from '../findingWords';
import type { MeasuredRule } from '../measuredRule';
import { lastSteps, medianFigure } from '../series';

export const deadUnits: MeasuredRule = {
  meta: {
    id: 'dead-units',
    severity: 'warning',
    title: 'Dead ReLU units',
    whatItDoes:
      'Reports ReLU layers with more than half of its units dead at the end of the run: active on less than 1 % of the samples of the last 10 steps (100 samples ' +
      'and more). A unit is a feature of a dense layer or a channel of a convolution; a channel counts as active on a sample when it is positive anywhere.',
    why:
      'A unit that is never positive passes no gradient, so it does not come back by itself: the layer is as narrow as what is left of it. A learning rate that ' +
      'was too large once, or a bias that went far below zero, is enough.',
    insteadDo:
      'Choose a smaller learning rate, put a norm before the ReLU (with a shift of 0 about half of the inputs are positive), initialise for ReLU (He), ' +
      'or use LeakyRelu, ELU or GELU.',
    otherTools:
      'SageMaker Debugger (DyingRelu) has the same limits, 1 % and 50 %. AutoTrainer: more than 70 % of the gradient’s entries are zero.',
    references: [
      {
        title: 'Lu et al. 2019, Dying ReLU and Initialization: Theory and Numerical Examples',
        url: 'https://arxiv.org/abs/1903.06733',
      },
      {
        title: 'Amazon SageMaker Debugger, built-in rules: DyingRelu',
        url: 'https://docs.aws.amazon.com/sagemaker/latest/dg/debugger-built-in-rules.html',
      },
    ],
  },

  needsOwnData: true,

  check(profile, { deadUnits: most }) {
    const found = profile.layers.flatMap((layer) => {
      const dead = fromFigure(layer.activation.at(-1)?.deadUnits ?? NaN);
      return dead > most ? [{ layer, dead }] : [];
    });
    if (found.length === 0) return [];
    const worst = found.reduce((a, b) => (b.dead > a.dead ? b : a));
    const zeros = medianFigure(lastSteps(worst.layer.gradient).map((g) => g.zeroFraction));
    const layers = found.map((f) => f.layer);
    const others = layers.length > 1 ? say`, and more than ${percent(most)} in ${listedNames(layers)}` : '';
    const message =
      say`${percent(worst.dead)} of the units of ${worst.layer.name} are dead (active on less than 1 % of the samples of the last steps)${others}, ${onThese(profile)}. ` +
      otherTools([
        { tool: 'SageMaker Debugger', condition: say`more than 50 %`, holds: worst.dead > 0.5 },
        { tool: 'AutoTrainer', condition: say`more than 70 % of the gradient is zero`, holds: zeros > 0.7 },
      ]);
    return [{ layer: worst.layer.id, layers: layers.map((l) => l.id), message }];
  },
};
