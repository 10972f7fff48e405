import type { AxisLetter, NormType } from '../protocol/facts';

export const normNames: Readonly<Record<NormType, string>> = {
  batch: 'Batch normalization',
  layer: 'Layer normalization',
  instance: 'Instance normalization',
  group: 'Group normalization',
  rms: 'RMS normalization',
  'local-response': 'Local response normalization',
  'mean-variance': 'Mean-variance normalization',
  lp: 'Lp normalization',
};

export const axisNames: Readonly<Record<AxisLetter, string>> = {
  N: 'batch',
  C: 'channels',
  D: 'depth',
  H: 'height',
  W: 'width',
  L: 'steps',
  F: 'features',
};
