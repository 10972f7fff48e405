import type { ProfiledLayer, WeightStatistics } from '../../protocol/profile';
import { figure } from '../../rules/words';
import { count, say } from '../../texts/say';
import { fromFigure } from '../figure';
import { listedNames, onThese, otherTools } from '../findingWords';
import type { MeasuredFinding, MeasuredRule, MeasuredThresholds, Measurements } from '../measuredRule';
import { lastSteps, medianFigure } from '../series';

export const updateRatio: MeasuredRule = {
  meta: {
    id: 'update-ratio',
    severity: 'information',
    title: 'Steps that are too small or too large for the weights',
    whatItDoes:
      'Reports layers whose weights change per step by less than 1e-5 or more than 0.1 of their norm, as a median over the last steps; and runs ' +
      'that blew up before they calmed down: a step of more than 0.1 after which the loss was over ten times that of the first step. The change is the one the ' +
      'optimizer made: for plain gradient descent lr * norm(gradient) / norm(weights). Biases, scales and shifts, which start at 0 or 1, are not judged.',
    why:
      'A weight that moves by a hundred-thousandth of itself per step does not learn in the time a training has; one that moves by a tenth forgets what it learnt. ' +
      'About 1e-3 is usual. A first step of 0.15 is not rare with Adam and does no harm by itself, so that it is judged by what it did to the loss.',
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

  check(profile, thresholds) {
    const atEnd = lastStepsOutside(profile, thresholds);
    const isLarge = atEnd?.high !== undefined && atEnd.high > thresholds.updateRatio.most;
    const early = isLarge ? undefined : blowUp(profile, thresholds);
    return [atEnd?.finding, early].filter((f) => f !== undefined);
  },
};

function lastStepsOutside(
  profile: Measurements,
  { updateRatio: { least, most } }: MeasuredThresholds,
): { finding: MeasuredFinding; high: number } | undefined {
  const judged = profile.layers.flatMap((layer) => {
    const weights = judgedWeights(layer);
    const steps = lastSteps([...new Set(weights.map((w) => w.step))]);
    const last = weights.filter((w) => steps.includes(w.step));
    const ratio = medianFigure(last.map((w) => w.updateRatio));
    return Number.isNaN(ratio) ? [] : [{ layer, ratio }];
  });
  const outside = judged.filter(({ ratio }) => ratio < least || ratio > most);
  if (outside.length === 0) return undefined;
  const ratios = outside.map((o) => o.ratio);
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
  const range = low === high ? figure(low) : say`${figure(low)} to ${figure(high)}`;
  const layers = outside.map((o) => o.layer);
  const message =
    say`The weights of ${layers.length} of ${count(judged.length, 'layer')} change per step by ${range} of their norm, outside ${figure(least)}..${figure(most)} ` +
    `(${listedNames(layers)}), ${onThese(profile)}. ${incumbents(low, high)}`;
  return { finding: { layer: null, layers: layers.map((l) => l.id), message }, high };
}

/** The first step that was too large and that the loss paid for, in a run whose last steps may be small. */
function blowUp(
  profile: Measurements,
  { updateRatio: { most, lossGrowth } }: MeasuredThresholds,
): MeasuredFinding | undefined {
  const loss = profile.loss.map(fromFigure);
  const worst = loss.reduce((at, value, i) => (value > loss[at] ? i : at), 0);
  if (!(loss[worst] > lossGrowth * loss[0])) return undefined;
  const sizes = profile.layers.flatMap((layer) => {
    const before = judgedWeights(layer).filter((w) => w.step < worst && fromFigure(w.updateRatio) > most);
    return before.map((w) => ({ layer, step: w.step, ratio: fromFigure(w.updateRatio) }));
  });
  if (sizes.length === 0) return undefined;
  const step = sizes.reduce((first, s) => Math.min(first, s.step), Infinity);
  const layers = [...new Set(sizes.map((s) => s.layer))];
  const high = sizes.reduce((largest, s) => Math.max(largest, s.ratio), 0);
  const message =
    say`The run blew up: from step ${step} on the weights of ${count(layers.length, 'layer')} changed per step by up to ${figure(high)} of their norm, more than ${figure(most)} ` +
    say`(${listedNames(layers)}), and the loss rose from ${figure(loss[0])} to ${figure(loss[worst])} at step ${worst}, ${onThese(profile)}. ` +
    `${say`What was measured afterwards is of the network that this left.`} ${incumbents(high, high)}`;
  return { layer: null, layers: layers.map((l) => l.id), message };
}

function judgedWeights({ weights = [] }: ProfiledLayer): readonly WeightStatistics[] {
  return weights.filter((w) => w.kind === 'weight' || w.kind === 'recurrent');
}

function incumbents(low: number, high: number): string {
  return otherTools([
    { tool: 'DeepDiagnosis', condition: say`outside 1e-5..0.1`, holds: low < 1e-5 || high > 0.1 },
    { tool: 'SageMaker Debugger', condition: say`outside 1e-8..10`, holds: low < 1e-8 || high > 10 },
  ]);
}
