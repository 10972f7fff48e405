import { count, figure } from '../../rules/words';
import { listedNames, onThese, otherTools } from '../findingWords';
import type { MeasuredRule } from '../measuredRule';
import { lastSteps, medianFigure } from '../series';

export const updateRatio: MeasuredRule = {
  meta: {
    id: 'update-ratio',
    severity: 'information',
    title: 'Steps that are too small or too large for the weights',
    whatItDoes:
      'Reports layers whose weights change per step by less than 1e-5 or more than 0.1 of their norm, as a median over the last steps. The change is the one the ' +
      'optimizer made: for plain gradient descent lr * norm(gradient) / norm(weights). Biases, scales and shifts, which start at 0 or 1, are not judged.',
    why:
      'A weight that moves by a hundred-thousandth of itself per step does not learn in the time a training has; one that moves by a tenth forgets what it learnt. ' +
      'About 1e-3 is usual.',
    insteadDo:
      'Change the learning rate when most layers are outside on the same side. When single layers are, look at their initialisation and at the gradient against depth.',
    otherTools:
      'DeepDiagnosis has the same limits, 1e-5 and 1e-1. SageMaker Debugger (WeightUpdateRatio): 1e-8 and 10.',
    references: [
      {
        title: 'Wardat et al. 2022, DeepDiagnosis: Automatically Diagnosing Faults and Recommending Actionable Fixes',
        url: 'https://doi.org/10.1145/3510003.3510071',
      },
      {
        title: 'Amazon SageMaker Debugger, built-in rules: WeightUpdateRatio',
        url: 'https://docs.aws.amazon.com/sagemaker/latest/dg/debugger-built-in-rules.html',
      },
    ],
  },

  check(profile, { updateRatio: { least, most } }) {
    const judged = profile.layers.flatMap((layer) => {
      const weights = layer.weights?.filter((w) => w.kind === 'weight' || w.kind === 'recurrent') ?? [];
      const steps = lastSteps([...new Set(weights.map((w) => w.step))]);
      const last = weights.filter((w) => steps.includes(w.step));
      const ratio = medianFigure(last.map((w) => w.updateRatio));
      return Number.isNaN(ratio) ? [] : [{ layer, ratio }];
    });
    const outside = judged.filter(({ ratio }) => ratio < least || ratio > most);
    if (outside.length === 0) return [];
    const ratios = outside.map((o) => o.ratio);
    const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
    const range = low === high ? figure(low) : `${figure(low)} to ${figure(high)}`;
    const layers = outside.map((o) => o.layer);
    const message =
      `The weights of ${layers.length} of ${count(judged.length, 'layer')} change per step by ${range} of their norm, outside ${figure(least)}..${figure(most)} ` +
      `(${listedNames(layers)}), ${onThese(profile)}. ` +
      otherTools([
        { tool: 'DeepDiagnosis', condition: 'outside 1e-5..0.1', holds: low < 1e-5 || high > 0.1 },
        { tool: 'SageMaker Debugger', condition: 'outside 1e-8..10', holds: low < 1e-8 || high > 10 },
      ]);
    return [{ layer: null, layers: layers.map((l) => l.id), message }];
  },
};
