import { convolutionOperators } from './convolution';
import { elementwiseOperators } from './elementwise';
import { matrixOperators } from './matrix';
import { normalizationOperators } from './normalization';
import type { OperatorLowering } from './operator';
import { poolingOperators } from './pooling';
import { reductionOperators } from './reduction';
import { resizeOperators } from './resize';
import { shapingOperators } from './shaping';
import { slicingOperators } from './slicing';
import { tensorListOperators } from './tensorList';

const operators: ReadonlyMap<string, OperatorLowering> = new Map(
  [
    convolutionOperators,
    elementwiseOperators,
    matrixOperators,
    normalizationOperators,
    poolingOperators,
    reductionOperators,
    resizeOperators,
    shapingOperators,
    slicingOperators,
    tensorListOperators,
  ].flatMap((table) => Object.entries(table)),
);

/** How an operator of TensorFlow is expressed in ONNX; undefined for operators that are not known. */
export function operatorOf(op: string): OperatorLowering | undefined {
  return operators.get(op);
}
