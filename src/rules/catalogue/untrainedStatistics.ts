import type { ValueId } from '../../ir/graph';
import type { Layer } from '../../layers/layerView';
import { count, say } from '../../texts/say';
import { isFiller } from '../normParameters';
import type { Rule, RuleContext } from '../rule';

export const untrainedStatistics: Rule = {
  meta: {
    id: 'untrained-statistics',
    severity: 'warning',
    title: 'Running statistics never updated',
    whatItDoes:
      'Reports a batch norm whose running mean is 0 and whose running variance is 1 in every channel, although its scale or shift has been ' +
      'trained. When scale and shift of all batch norms are untouched as well, the model is reported once as untrained (information).',
    why:
      'These are the initial values. A norm that was trained but kept them does not normalize in inference: its statistics were frozen, ' +
      'reset, or lost in a conversion, and the model computes something else than in training.',
    insteadDo:
      'Check that the norm was in training mode while its scale and shift were trained, and that the checkpoint holds its moving mean ' +
      'and variance. Otherwise estimate them again by running training data through the model.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
lost_statistics (float[N,3,8,8] x) => (float[N,2,8,8] y)
<float[2,3,3,3] w, float[2] scale = {0.7, 1.3}, float[2] shift = {0.1, -0.2}, float[2] mean = {0, 0}, float[2] variance = {1, 1}>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)  # finding
  y = Relu(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
trained (float[N,3,8,8] x) => (float[N,2,8,8] y)
<float[2,3,3,3] w, float[2] scale = {0.7, 1.3}, float[2] shift = {0.1, -0.2}, float[2] mean = {0.4, -1.1}, float[2] variance = {2.5, 0.3}>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    references: [
      {
        title: 'Ben Braiek & Khomh 2023, Testing Feedforward Neural Networks Training Programs (TheDeepChecker)',
        url: 'https://arxiv.org/abs/2204.00694',
      },
      {
        title: 'Ioffe & Szegedy 2015, Batch Normalization, section 3.1: population statistics in inference',
        url: 'https://arxiv.org/abs/1502.03167',
      },
    ],
  },

  needs(view) {
    return view.layers.flatMap((l) => (usesStatistics(l) ? parametersOf(l).filter((v) => v !== undefined) : []));
  },

  check(context) {
    const { view, report } = context;
    const states = view.layers.filter(usesStatistics).flatMap((layer) => {
      const state = stateOf(layer, context);
      return state === undefined ? [] : [{ layer, state }];
    });
    for (const { layer, state } of states) {
      if (state !== 'lost') continue;
      report({
        layer,
        message:
          say`The running mean of ${layer.kind} is 0 and its running variance 1 in ${channelsOf(layer)}, although its scale or shift has been trained: ` +
          say`the statistics were never updated, or were lost. In inference it does not normalize.`,
      });
    }
    if (states.length > 0 && states.every(({ state }) => state === 'untouched')) {
      report({
        severity: 'information',
        layers: states.map(({ layer }) => layer),
        message:
          say`Untrained model: ${count(states.length, 'batch norm')} with initial values throughout (mean 0, variance 1, scale 1, shift 0). ` +
          say`What the file computes says nothing about a trained model.`,
      });
    }
  },
};

function usesStatistics(layer: Layer): boolean {
  return layer.norm?.type === 'batch' && ['native', 'fused'].includes(layer.norm.form) && !layer.norm.trainingForm;
}

function parametersOf({ norm }: Layer): readonly (ValueId | undefined)[] {
  const { mean, variance, scale, shift, outerScale, outerShift } = norm!;
  return [mean, variance, scale, shift, outerScale, outerShift];
}

/**
 * 'lost': initial statistics under a trained scale or shift; 'untouched': everything initial; 'trained': statistics of data;
 * undefined when the file does not hold all the numbers, or holds only fillers for them.
 */
function stateOf(layer: Layer, context: RuleContext): 'lost' | 'untouched' | 'trained' | undefined {
  const all = (value: ValueId | undefined, expected: number): boolean | undefined => {
    if (value === undefined) return true;
    if (isFiller(value, context.view)) return undefined;
    const numbers = context.values(value);
    return numbers === undefined || numbers.length === 0 ? undefined : numbers.every((v) => v === expected);
  };
  const [mean, variance, scale, shift, outerScale, outerShift] = parametersOf(layer);
  const initial = [all(mean, 0), all(variance, 1)];
  const untouched = [all(scale, 1), all(shift, 0), all(outerScale, 1), all(outerShift, 0)];
  if (mean === undefined || variance === undefined) return undefined;
  if ([...initial, ...untouched].includes(undefined)) return undefined;
  if (initial.includes(false)) return 'trained';
  return untouched.includes(false) ? 'lost' : 'untouched';
}

function channelsOf({ norm }: Layer): string {
  return norm?.channels === undefined
    ? say`every channel`
    : norm.channels === 1
      ? say`its channel`
      : say`all ${norm.channels} channels`;
}
