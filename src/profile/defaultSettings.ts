import type { NormVariantId } from '../protocol/normVariant';
import type { OptimizerName, ProfileSettings } from '../protocol/profile';

/** Learning rates that train most networks of every kind from their first step. */
export const defaultLearningRates: Readonly<Record<OptimizerName, number>> = {
  sgd: 0.01,
  momentum: 0.003,
  adam: 0.003,
};

/** What a profile does unless the user says otherwise. */
export const defaultProfileSettings: ProfileSettings = {
  steps: 40,
  batch: 16,
  optimizer: 'adam',
  lr: defaultLearningRates.adam,
  seed: 1,
  init: 'keep',
  engine: 'auto',
  threads: 0,
};

/** What a comparison compares unless the user says otherwise; the first is what the others are held against. */
export const defaultVariants: readonly NormVariantId[] = ['as-is', 'none', 'batch', 'layer', 'group'];
/** The least that a spread can be told from. */
export const defaultSeeds = 3;
