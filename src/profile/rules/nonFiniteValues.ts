import type { ProfiledLayer, StepStatistics } from '../../protocol/profile';
import { say } from '../../texts/say';
import type { MeasuredRule } from '../measuredRule';
import { onThese, otherTools } from '../findingWords';

/** Roles whose outputs are never infinite on purpose, as masked attention scores are. */
const ALWAYS_FINITE: ReadonlySet<ProfiledLayer['role']> = new Set(['linear', 'norm', 'recurrent']);

export const nonFiniteValues: MeasuredRule = {
  meta: {
    id: 'non-finite-values',
    severity: 'error',
    title: 'Values that are not finite',
    whatItDoes:
      'Reports the first step, and on it the first layer, whose output or gradient holds NaN, or infinity where a layer computes ' +
      'sums: linear layers, norms and recurrent layers. Activations come before gradients, as they are computed. Minus infinity in ' +
      'masked attention scores is no finding.',
    why:
      'A NaN spreads to everything that is computed from it and, with the next update, to all weights: the run is lost from that step on. ' +
      'The usual causes are a learning rate that is too large, a logarithm or a division at zero, and an epsilon that is zero in float16.',
    insteadDo:
      'Choose a smaller learning rate or clip the gradients, look at the layer that is named and at its inputs on the step before, and check the data ' +
      'for NaNs. A norm before the layer bounds what it sees.',
    otherTools: 'SageMaker Debugger (ExplodingTensor) reports any NaN or infinity; it names the tensor.',
    references: [
      {
        title: 'Amazon SageMaker Debugger, built-in rules: ExplodingTensor',
        url: 'https://docs.aws.amazon.com/sagemaker/latest/dg/debugger-built-in-rules.html',
      },
      { title: 'Ioffe & Szegedy 2015, Batch Normalization, section 3.3', url: 'https://arxiv.org/abs/1502.03167' },
    ],
  },

  check(profile) {
    const { layers, loss } = profile;
    const found = firstAmong(layers, 'activation') ?? undefined;
    const inGradient = firstAmong([...layers].reverse(), 'gradient');
    const lossStep = loss.findIndex((l) => typeof l === 'string');
    const first = [found, inGradient].reduce((a, b) => (b && (!a || b.step < a.step) ? b : a), undefined);
    const tools = otherTools([{ tool: 'SageMaker Debugger', condition: say`any NaN or infinity`, holds: true }]);
    if (first === undefined || (lossStep >= 0 && lossStep < first.step)) {
      if (lossStep < 0) return [];
      const message = say`The loss is ${loss[lossStep]} at step ${lossStep}, ${onThese(profile)}. ${tools}`;
      return [{ layer: null, message }];
    }
    const { layer, step, of, value } = first;
    const what =
      of === 'activation'
        ? say`The output of ${layer.name}`
        : say`The gradient with respect to the output of ${layer.name}`;
    const message = say`${what} holds ${value} from step ${step} on, ${onThese(profile)}. ${tools}`;
    return [{ layer: layer.id, message }];
  },
};

interface Place {
  readonly layer: ProfiledLayer;
  readonly of: 'activation' | 'gradient';
  readonly step: number;
  readonly value: string;
}

/** The earliest step on which a layer of the list is not finite, and the first such layer on it. */
function firstAmong(layers: readonly ProfiledLayer[], of: Place['of']): Place | undefined {
  let first: Place | undefined;
  for (const layer of layers) {
    const infinite = of === 'gradient' || ALWAYS_FINITE.has(layer.role);
    for (const at of layer[of]) {
      if (first !== undefined && at.step >= first.step) break;
      const value = nonFinite(at, infinite);
      if (value !== undefined) {
        first = { layer, of, step: at.step, value };
        break;
      }
    }
  }
  return first;
}

/** RMS and deviation are no witnesses: squares overflow long before values do. */
function nonFinite({ mean, min, max }: StepStatistics, infinite: boolean): string | undefined {
  const words = [mean, min, max].filter((f) => typeof f === 'string');
  return words.includes('NaN') ? 'NaN' : infinite ? words[0] : undefined;
}
