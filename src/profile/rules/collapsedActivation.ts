import type { ProfiledLayer } from '../../protocol/profile';
import { figure } from '../../rules/words';
import { say } from '../../texts/say';
import { onThese, otherTools } from '../findingWords';
import type { MeasuredRule } from '../measuredRule';
import { isGateOrOutput, lastSteps, medianFigure, readersOf } from '../series';

const JUDGED: ReadonlySet<ProfiledLayer['role']> = new Set(['norm', 'activation', 'recurrent']);
/** Make numbers small by themselves: probabilities of many classes. */
const NORMALIZING: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax']);

export const collapsedActivation: MeasuredRule = {
  meta: {
    id: 'collapsed-activation',
    severity: 'warning',
    title: 'Collapsed activation',
    whatItDoes:
      'Reports a norm or an activation (or recurrent layer) whose output hardly depends on the sample any more over the last steps: its standard deviation over samples is less than a ' +
      'thousandth of that of what was measured before it, and less than a thousandth of its own RMS, so that small weights alone are no finding. Softmax, gates and outputs do not count.',
    why:
      'All samples look alike to the layers behind it: they can only learn the mean of the targets. Saturated activations do it, norms over a single element (which give ' +
      'their shift for every input), and a bias that outweighs everything else.',
    insteadDo:
      'Look at the layer’s input and parameters; put a norm with more than one element per statistic before it, or start with other weights.',
    otherTools: 'TheDeepChecker: standard deviation over all values outside 0.5 to 2.',
    references: [
      {
        title: 'Ben Braiek & Khomh 2023, Testing Feedforward Neural Networks Training Programs (TheDeepChecker)',
        url: 'https://doi.org/10.1145/3529318',
      },
      { title: 'Wu & He 2018, Group Normalization', url: 'https://arxiv.org/abs/1803.08494' },
    ],
  },

  needsOwnData: true,

  check(profile, { collapsed: least }) {
    const readers = readersOf(profile.layers);
    const byId = new Map(profile.layers.map((l) => [l.id, l]));
    return profile.layers.flatMap((layer) => {
      if (!JUDGED.has(layer.role) || NORMALIZING.has(layer.activationFunction ?? '')) return [];
      const own = overSamples(layer);
      const inputs = measuredBefore(layer, byId).filter((std) => std > 0);
      if (Number.isNaN(own) || inputs.length === 0 || isGateOrOutput(layer, readers)) return [];
      const input = Math.max(...inputs);
      const last = lastSteps(layer.activation);
      const rms = medianFigure(last.map((a) => a.rms));
      if (!(own < least * input) || own > least * rms) return [];
      const std = medianFigure(last.map((a) => a.std));
      const message =
        say`The output of ${layer.name} differs between samples by a standard deviation of ${figure(own)} (its RMS is ${figure(rms)}), ` +
        say`what was measured before it by ${figure(input)}, over the last steps, ${onThese(profile)}. ` +
        otherTools([
          {
            tool: 'TheDeepChecker',
            condition: say`std over all values ${figure(std)} outside 0.5..2`,
            holds: std < 0.5 || std > 2,
          },
        ]);
      return [{ layer: layer.id, message }];
    });
  },
};

/** Standard deviation over samples at the end of the run; NaN where it is not measured. */
function overSamples({ activation }: ProfiledLayer): number {
  return medianFigure(lastSteps(activation).map((a) => a.sampleStd));
}

/** The deviations over samples of the nearest judged layers before this one: what a linear layer does shows behind it. */
function measuredBefore(layer: ProfiledLayer, byId: ReadonlyMap<string, ProfiledLayer>): number[] {
  const deviations: number[] = [];
  const seen = new Set(layer.inputs);
  // the set grows while it is walked
  for (const id of seen) {
    const before = byId.get(id)!;
    const deviation = JUDGED.has(before.role) ? overSamples(before) : NaN;
    if (Number.isNaN(deviation)) for (const input of before.inputs ?? []) seen.add(input);
    else deviations.push(deviation);
  }
  return deviations;
}
