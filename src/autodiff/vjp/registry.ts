import { Abs } from './Abs';
import { Acos } from './Acos';
import { Acosh } from './Acosh';
import { Add } from './Add';
import { Asin } from './Asin';
import { Asinh } from './Asinh';
import { Atan } from './Atan';
import { Atanh } from './Atanh';
import { AveragePool } from './AveragePool';
import { BatchNormalization } from './BatchNormalization';
import { BatchNormalizationTraining } from './BatchNormalizationTraining';
import { Cast } from './Cast';
import { CastLike } from './CastLike';
import { Celu } from './Celu';
import { Clip } from './Clip';
import { Concat } from './Concat';
import { Conv } from './Conv';
import { ConvTranspose } from './ConvTranspose';
import { Cos } from './Cos';
import { Cosh } from './Cosh';
import { CumSum } from './CumSum';
import { DepthToSpace } from './DepthToSpace';
import { Div } from './Div';
import { Dropout } from './Dropout';
import { Einsum } from './Einsum';
import { Elu } from './Elu';
import { Erf } from './Erf';
import { Exp } from './Exp';
import { Expand } from './Expand';
import { Flatten } from './Flatten';
import { Gather } from './Gather';
import { GatherElements } from './GatherElements';
import { GatherND } from './GatherND';
import { Gemm } from './Gemm';
import { GlobalAveragePool } from './GlobalAveragePool';
import { GlobalMaxPool } from './GlobalMaxPool';
import { GroupNormalization } from './GroupNormalization';
import { HardSigmoid } from './HardSigmoid';
import { HardSwish } from './HardSwish';
import { Identity } from './Identity';
import { InstanceNormalization } from './InstanceNormalization';
import { LRN } from './LRN';
import { LayerNormalization } from './LayerNormalization';
import { LeakyRelu } from './LeakyRelu';
import { Log } from './Log';
import { LogSoftmax } from './LogSoftmax';
import { MatMul } from './MatMul';
import { Max } from './Max';
import { MaxPool } from './MaxPool';
import { Mean } from './Mean';
import { Min } from './Min';
import { Mish } from './Mish';
import { Mod } from './Mod';
import { Mul } from './Mul';
import { Neg } from './Neg';
import { OneHot } from './OneHot';
import { PRelu } from './PRelu';
import { Pad } from './Pad';
import { Pow } from './Pow';
import { Reciprocal } from './Reciprocal';
import { ReduceL1 } from './ReduceL1';
import { ReduceL2 } from './ReduceL2';
import { ReduceLogSum } from './ReduceLogSum';
import { ReduceLogSumExp } from './ReduceLogSumExp';
import { ReduceMax } from './ReduceMax';
import { ReduceMean } from './ReduceMean';
import { ReduceMin } from './ReduceMin';
import { ReduceProd } from './ReduceProd';
import { ReduceSum } from './ReduceSum';
import { ReduceSumSquare } from './ReduceSumSquare';
import { Relu } from './Relu';
import { Reshape } from './Reshape';
import { Resize } from './Resize';
import { ReverseSequence } from './ReverseSequence';
import { RoiAlign } from './RoiAlign';
import { RoundStraightThrough } from './RoundStraightThrough';
import { ScatterElements } from './ScatterElements';
import { ScatterND } from './ScatterND';
import { Selu } from './Selu';
import { Shrink } from './Shrink';
import { Sigmoid } from './Sigmoid';
import { Sin } from './Sin';
import { Sinh } from './Sinh';
import { Slice } from './Slice';
import { Softmax } from './Softmax';
import { Softplus } from './Softplus';
import { Softsign } from './Softsign';
import { SpaceToDepth } from './SpaceToDepth';
import { Split } from './Split';
import { Sqrt } from './Sqrt';
import { Squeeze } from './Squeeze';
import { Sub } from './Sub';
import { Sum } from './Sum';
import { Tan } from './Tan';
import { Tanh } from './Tanh';
import { ThresholdedRelu } from './ThresholdedRelu';
import { Tile } from './Tile';
import { TopK } from './TopK';
import { Transpose } from './Transpose';
import { Trilu } from './Trilu';
import { Unsqueeze } from './Unsqueeze';
import { Where } from './Where';
import type { MutableNode } from '../../ir/mutableGraph';
import type { GradientRule } from '../call';

/** One rule per operator of the default domain, each in the file of its name. */
const operators = {
  Abs,
  Acos,
  Acosh,
  Add,
  Asin,
  Asinh,
  Atan,
  Atanh,
  AveragePool,
  BatchNormalization,
  Cast,
  CastLike,
  Celu,
  Clip,
  Concat,
  Conv,
  ConvTranspose,
  Cos,
  Cosh,
  CumSum,
  DepthToSpace,
  Div,
  Dropout,
  Einsum,
  Elu,
  Erf,
  Exp,
  Expand,
  Flatten,
  Gather,
  GatherElements,
  GatherND,
  Gemm,
  GlobalAveragePool,
  GlobalMaxPool,
  GroupNormalization,
  HardSigmoid,
  HardSwish,
  Identity,
  InstanceNormalization,
  LRN,
  LayerNormalization,
  LeakyRelu,
  Log,
  LogSoftmax,
  MatMul,
  Max,
  MaxPool,
  Mean,
  Min,
  Mish,
  Mod,
  Mul,
  Neg,
  OneHot,
  PRelu,
  Pad,
  Pow,
  Reciprocal,
  ReduceL1,
  ReduceL2,
  ReduceLogSum,
  ReduceLogSumExp,
  ReduceMax,
  ReduceMean,
  ReduceMin,
  ReduceProd,
  ReduceSum,
  ReduceSumSquare,
  Relu,
  Reshape,
  Resize,
  ReverseSequence,
  RoiAlign,
  ScatterElements,
  ScatterND,
  Selu,
  Shrink,
  Sigmoid,
  Sin,
  Sinh,
  Slice,
  Softmax,
  Softplus,
  Softsign,
  SpaceToDepth,
  Split,
  Sqrt,
  Squeeze,
  Sub,
  Sum,
  Tan,
  Tanh,
  ThresholdedRelu,
  Tile,
  TopK,
  Transpose,
  Trilu,
  Unsqueeze,
  Where,
};

/** Operators of other domains. */
const privateOperators = {
  'normscope.BatchNormalizationTraining': BatchNormalizationTraining,
  'normscope.RoundStraightThrough': RoundStraightThrough,
};

/** Gradient rules by operator; operators outside the default domain as `domain.opType`. */
export const rules: ReadonlyMap<string, GradientRule> = new Map<string, GradientRule>(
  Object.entries({ ...operators, ...privateOperators }),
);

/** Operators with floating-point outputs whose derivative is zero wherever it exists, or is held at zero: the scale of DynamicQuantizeLinear. */
const zeroGradient: ReadonlySet<string> = new Set([
  'Bernoulli',
  'Ceil',
  'ConstantOfShape',
  'DynamicQuantizeLinear',
  'EyeLike',
  'Floor',
  'Hardmax',
  'Multinomial',
  'RandomNormalLike',
  'RandomUniformLike',
  'Round',
  'Sign',
]);

/** The rule of a node, 'zero' when no gradient ever passes it, undefined when there is none. */
export function findRule({ domain, opType }: MutableNode): GradientRule | 'zero' | undefined {
  if (domain === '' && zeroGradient.has(opType)) return 'zero';
  return rules.get(domain === '' ? opType : `${domain}.${opType}`);
}
