import { say } from '../../texts/say';
import { numbersOf, parametersOf } from '../normParameters';
import type { Rule } from '../rule';
import { figure } from '../words';

export const negativeVariance: Rule = {
  meta: {
    id: 'negative-variance',
    severity: 'error',
    title: 'Negative running variance',
    whatItDoes: 'Reports a batch norm that has a running variance below 0 in any channel.',
    why:
      'A variance is a mean of squares and never negative. Below minus epsilon the norm takes the square root of a negative number and gives out NaN; ' +
      'between that and 0 it divides by less than the square root of epsilon. Such values come from parameters in the wrong order (mean and ' +
      'variance exchanged), from a variance computed as E[x^2] - E[x]^2 in low precision, or from quantized or averaged checkpoints.',
    insteadDo:
      'Check the order scale, shift, mean, variance in the conversion. Otherwise estimate the statistics again by running training data through the model.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
exchanged (float[N,3,8,8] x) => (float[N,2,8,8] y)
<float[2,3,3,3] w, float[2] scale = {1, 1}, float[2] shift = {0, 0}, float[2] mean = {1.5, 2}, float[2] variance = {0.5, -0.3}>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)  # finding
  y = Relu(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
in_order (float[N,3,8,8] x) => (float[N,2,8,8] y)
<float[2,3,3,3] w, float[2] scale = {1, 1}, float[2] shift = {0, 0}, float[2] mean = {0.5, -0.3}, float[2] variance = {1.5, 2}>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    references: [
      {
        title: 'Ioffe & Szegedy 2015, Batch Normalization, algorithm 1',
        url: 'https://arxiv.org/abs/1502.03167',
      },
      {
        title: 'Chan, Golub & LeVeque 1983, Algorithms for Computing the Sample Variance',
        url: 'https://doi.org/10.1080/00031305.1983.10483115',
      },
    ],
  },

  isLocal: true,

  needs(view) {
    return view.layers.flatMap((l) => parametersOf(l, ['variance']));
  },

  check(context) {
    for (const layer of context.view.layers) {
      const variance = numbersOf(layer, 'variance', context);
      const first = variance?.findIndex((v) => v < 0) ?? -1;
      if (variance === undefined || first < 0) continue;
      const negative = variance.filter((v) => v < 0);
      const lowest = negative.reduce((a, b) => Math.min(a, b));
      const epsilon = layer.norm?.epsilon;
      const effect =
        epsilon === undefined
          ? ''
          : lowest + epsilon < 0
            ? say`: with epsilon ${figure(epsilon)} it has no square root`
            : say`: with epsilon ${figure(epsilon)} it still has a square root`;
      context.report({
        layer,
        message:
          say`The running variance of ${layer.kind} is negative in ${negative.length} of ${variance.length} channels (first: channel ${first}, lowest ${figure(lowest)}${effect}). ` +
          say`A variance cannot be negative: the file is damaged or its parameters are exchanged.`,
      });
    }
  },
};
