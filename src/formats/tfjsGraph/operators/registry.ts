import { convolutionOperators } from './convolution';
import { creationOperators } from './creation';
import { detectionOperators } from './detection';
import { rearrangingOperators } from './rearranging';
import { scatteringOperators } from './scattering';
import { searchingOperators } from './searching';
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
    creationOperators,
    detectionOperators,
    rearrangingOperators,
    scatteringOperators,
    searchingOperators,
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
