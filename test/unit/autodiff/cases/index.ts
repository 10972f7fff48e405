import type { GradientCase } from '../../../support/finiteDifferences';
import { convolution } from './convolution';
import { einsumCases } from './einsum';
import { elementwise } from './elementwise';
import { layout } from './layout';
import { matrix } from './matrix';
import { microsoft } from './microsoft';
import { normalization } from './normalization';
import { pooling } from './pooling';
import { recurrentCases } from './recurrent';
import { reductionCases } from './reductions';

/** Every case of every gradient rule. */
export const gradientCases: readonly GradientCase[] = [
  ...elementwise,
  ...reductionCases,
  ...layout,
  ...matrix,
  ...einsumCases,
  ...convolution,
  ...pooling,
  ...normalization,
  ...recurrentCases,
  ...microsoft,
];
