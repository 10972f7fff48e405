import { later } from '../texts/say';
import type { AxisLetter, NormType } from '../protocol/facts';

export const normNames: Readonly<Record<NormType, string>> = {
  batch: later`Batch normalization`,
  layer: later`Layer normalization`,
  instance: later`Instance normalization`,
  group: later`Group normalization`,
  rms: later`RMS normalization`,
  'local-response': later`Local response normalization`,
  'mean-variance': later`Mean-variance normalization`,
  lp: later`Lp normalization`,
};

export const axisNames: Readonly<Record<AxisLetter, string>> = {
  N: later`batch`,
  C: later`channels`,
  D: later`depth`,
  H: later`height`,
  W: later`width`,
  L: later`steps`,
  F: later`features`,
};
