import { say } from '../../texts/say';
import { onThese, percent } from '../findingWords';
import { figure } from '../../rules/words';
import type { MeasuredRule } from '../measuredRule';
import { lastSteps, medianFigure } from '../series';

export const trainEvalGap: MeasuredRule = {
  meta: {
    id: 'train-eval-gap',
    severity: 'warning',
    title: 'Batch norm behaves differently in training and in evaluation',
    whatItDoes:
      'Reports a batch norm whose output with the running statistics differs from that with the batch’s own, on the same batches, by more than half a standard deviation (RMS) ' +
      'in more than 10 % of its channels over the last steps. Silent while the running statistics still hold more than 5 % of what they were before the run: with a ' +
      'momentum of 0.99 they need 300 steps.',
    why:
      'What was trained is not what is evaluated. Batches that are too small make the batch statistics noisy, a momentum near 1 makes the running ones late, and a ' +
      'dropout before the norm shifts the variance between training and evaluation.',
    insteadDo:
      'Use larger batches, or a norm that does not depend on them (GroupNormalization, LayerNormalization); a momentum that suits the number of steps; ' +
      'no dropout before batch norms; or estimate the running statistics anew after training (precise batch norm).',
    otherTools:
      'TheDeepChecker compares activations in training and in evaluation (similarity below 0.75); that figure is not computed here.',
    references: [
      {
        title: 'Wu & Johnson 2021, Rethinking “Batch” in BatchNorm, section 3',
        url: 'https://arxiv.org/abs/2105.07576',
      },
      {
        title: 'Li et al. 2018, Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift',
        url: 'https://arxiv.org/abs/1801.05134',
      },
    ],
  },

  needsOwnData: true,

  check(profile, { evaluationGap: { channels, initialWeight } }) {
    return profile.layers.flatMap((layer) => {
      const all = layer.statistics ?? [];
      const settled = all.filter((s) => s.initialWeight !== undefined && s.initialWeight <= initialWeight);
      const last = lastSteps(all);
      if (last.length === 0 || settled.length < last.length) return [];
      const gap = medianFigure(last.map((s) => s.evaluationGap));
      if (!(gap > channels)) return [];
      const { batchMean, batchVariance, runningMean, runningVariance } = last[last.length - 1];
      const moments = (mean: unknown, variance: unknown) =>
        say`mean ${figure(Number(mean))} and variance ${figure(Number(variance))}`;
      const message =
        say`${percent(gap)} of the channels of ${layer.name} differ by more than half a standard deviation between running and batch statistics over the last steps ` +
        say`(channel average: running ${moments(runningMean.mean, runningVariance.mean)}, batch ${moments(batchMean.mean, batchVariance.mean)}), ${onThese(profile)}. ` +
        say`Other tools: TheDeepChecker compares the two by a similarity (< 0.75) that is not computed here.`;
      return [{ layer: layer.id, message }];
    });
  },
};
