import { attribute } from '../../../ir/attribute';
import type { DataType } from '../../../ir/dataType';
import { say } from '../../../texts/say';
import { NotLowered, type Shape, type TensorValue } from '../../tfjs/layerScope';
import type { NodeScope, ShapedValue } from '../nodeScope';
import { activation } from './fused';
import type { OperatorLowering } from './operator';
import { inside, isChannelsLast } from './window';

/** A step of the computation on the way to the node's value, or that value itself. */
type Step = (opType: string, inputs: readonly (TensorValue | string)[], part?: string, dtype?: DataType) => TensorValue;

/** Works on every element of one input; what is made of it has its shape and layout. */
function unary(compute: (x: TensorValue, step: Step, scope: NodeScope) => TensorValue): OperatorLowering {
  return (scope) => {
    const x = scope.x(0);
    const step: Step = (opType, inputs, part, dtype) => {
      const y = scope.emit(opType, inputs, {}, { shape: x.shape, part, dtype });
      return scope.isInside(x) ? scope.markInside(y) : y;
    };
    return [compute(x, step, scope)];
  };
}

const single = (opType: string, dtype?: DataType) => unary((x, step) => step(opType, [x], undefined, dtype));
const activated = (name: string): OperatorLowering => {
  return (scope) => [activation(scope, name, scope.x(0), 1)];
};

/** The result of broadcasting; undefined where a rank is not known. */
export function broadcast(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a === undefined || b === undefined) return undefined;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [
      a[i - rank + a.length] ?? (i < rank - a.length ? 1 : null),
      b[i - rank + b.length] ?? (i < rank - b.length ? 1 : null),
    ];
    if (m === 1) return n;
    return n === 1 || n === null ? m : n;
  });
}

/**
 * Two inputs, broadcast. A constant per channel is applied where the operators have the channels, so that a convolution's
 * bias, or what is left of its norm, stands right behind it.
 */
function binary(compute: (a: TensorValue, b: TensorValue, step: Step) => TensorValue): OperatorLowering {
  return (scope) => {
    for (const [data, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const result = perChannel(scope, data, other, compute);
      if (result !== undefined) return [result];
    }
    return [broadcasting(scope, scope.x(0), scope.x(1), compute)];
  };
}

function broadcasting(
  scope: NodeScope,
  a: TensorValue,
  b: TensorValue,
  compute: (a: TensorValue, b: TensorValue, step: Step) => TensorValue,
): TensorValue {
  const shape = broadcast(a.shape, b.shape);
  const keeps =
    [a, b].every((v) => scope.isInside(v) || v.shape?.length === 0) && [a, b].some((v) => scope.isInside(v));
  return compute(a, b, (opType, inputs, part, dtype) => {
    const y = scope.emit(opType, inputs, {}, { shape, part, dtype });
    return keeps ? scope.markInside(y) : y;
  });
}

function perChannel(
  scope: NodeScope,
  data: 0 | 1,
  other: 0 | 1,
  compute: (a: TensorValue, b: TensorValue, step: Step) => TensorValue,
): TensorValue | undefined {
  const constant = scope.constant(other);
  const x = scope.constant(data) === undefined ? scope.x(data) : undefined;
  if (constant === undefined || x?.shape === undefined || !scope.isInside(x)) return undefined;
  const rank = x.shape.length;
  const { dims } = constant;
  const channels = dims.at(-1) ?? 1;
  if (channels === 1 || dims.length > rank || dims.slice(0, -1).some((d) => d !== 1)) return undefined;
  if (x.shape[rank - 1] !== channels) return undefined;
  return channelwise(scope, x as ShapedValue, other, rank, (value, parameter) => {
    const [a, b] = data === 0 ? [value, parameter] : [parameter, value];
    return compute(a, b, (opType, inputs, part, dtype) =>
      scope.emit(opType, inputs, {}, { shape: value.shape, part, dtype }),
    );
  });
}

function channelwise(
  scope: NodeScope,
  x: ShapedValue,
  parameter: number,
  rank: number,
  compute: (value: TensorValue, parameter: TensorValue) => TensorValue,
): TensorValue {
  const regroup = (dims: readonly number[]) => [dims[dims.length - 1], ...Array.from({ length: rank - 2 }, () => 1)];
  const { value, restore } = inside(scope, x);
  return restore(compute(value, scope.constantAs(scope.constant(parameter)!, { key: `channels ${rank}`, regroup })));
}

const both = (opType: string, dtype?: DataType) => binary((a, b, step) => step(opType, [a, b], undefined, dtype));

/** The bias runs along the channels: the last axis, or axis 1 if the node says so. */
const biasAdd: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const rank = x.shape?.length ?? 2;
  if (isChannelsLast(scope) || rank < 3) return both('Add')(scope);
  const { shape } = scope.shaped(x);
  const constant = scope.constant(1);
  if (constant === undefined) throw new NotLowered(say`its bias is computed`);
  const regroup = (dims: readonly number[]) => [...dims, ...Array.from({ length: rank - 2 }, () => 1)];
  return [scope.emit('Add', [x, scope.constantAs(constant, { key: `channels ${rank}`, regroup })], {}, { shape })];
};

const isFinite = unary((x, step) => {
  const strange = [step('IsNaN', [x], 'is_nan', 'bool'), step('IsInf', [x], 'is_inf', 'bool')];
  return step('Not', [step('Or', strange, 'strange', 'bool')], undefined, 'bool');
});

const isFloat = (x: TensorValue) => x.dtype === 'float32';

/** Rounds towards minus infinity, integers too, where ONNX's Div cuts the fraction off. */
const floorDiv: OperatorLowering = (scope) => {
  const [a, b] = [scope.x(0), scope.x(1)];
  const shape = broadcast(a.shape, b.shape);
  if (isFloat(a)) {
    const quotient = scope.emit('Div', [a, b], {}, { shape, part: 'quotient' });
    return [scope.emit('Floor', [quotient], {}, { shape })];
  }
  const floats = [scope.cast(a, 'float32', 'a'), scope.cast(b, 'float32', 'b')];
  const quotient = scope.emit('Div', floats, {}, { shape, part: 'quotient' });
  return [scope.cast(scope.emit('Floor', [quotient], {}, { shape, part: 'floor' }), 'int32')];
};

/** The remainder has the sign of the divisor. */
const floorMod = binary((a, b, step) => {
  if (!isFloat(a)) return step('Mod', [a, b]);
  const floor = step('Floor', [step('Div', [a, b], 'quotient')], 'floor');
  return step('Sub', [a, step('Mul', [floor, b], 'multiple')]);
});

/** The angle of the point (b, a): of a / b where b is positive, half a turn further where it is negative. */
const atan2: OperatorLowering = (scope) => {
  const [y, x] = [scope.x(0), scope.x(1)];
  const shape = broadcast(y.shape, x.shape);
  const step = (opType: string, inputs: readonly (TensorValue | string)[], part: string, dtype?: DataType) =>
    scope.emit(opType, inputs, {}, { shape, part, dtype });
  const zero = scope.scalar(0, 'zero');
  const angle = step('Atan', [step('Div', [y, x], 'quotient')], 'atan');
  const isBelow = step('Less', [y, zero], 'below', 'bool');
  const half = step(
    'Where',
    [isBelow, scope.scalar(-Math.PI, 'minus_pi'), scope.scalar(Math.PI, 'pi')],
    'half',
    'float32',
  );
  const left = step('Where', [step('Less', [x, zero], 'left', 'bool'), half, zero], 'turn', 'float32');
  // on the axis the quotient of 0 and 0 is no number
  const isOrigin = step(
    'And',
    [step('Equal', [x, zero], 'upright', 'bool'), step('Equal', [y, zero], 'flat', 'bool')],
    'origin',
    'bool',
  );
  const sum = step('Add', [angle, left], 'sum');
  return [scope.emit('Where', [isOrigin, zero, sum], {}, { shape, dtype: 'float32' })];
};

const squaredDifference = binary((a, b, step) => {
  const difference = step('Sub', [a, b], 'difference');
  return step('Mul', [difference, difference]);
});

/** Zero where the divisor is zero. */
const divNoNan: OperatorLowering = (scope) => {
  const [a, b] = [scope.x(0), scope.x(1)];
  const shape = broadcast(a.shape, b.shape);
  const zero = scope.scalar(0, 'zero');
  const isZero = scope.emit('Equal', [b, zero], {}, { shape: b.shape, dtype: 'bool', part: 'is_zero' });
  const quotient = scope.emit('Div', [a, b], {}, { shape, part: 'quotient' });
  return [scope.emit('Where', [isZero, zero, quotient], {}, { shape, dtype: a.dtype })];
};

/** Select broadcasts a condition over the rows in TensorFlow's first version, which ONNX does not. */
const select: OperatorLowering = (scope) => {
  const [condition, a, b] = scope.all(0, 3);
  const isRowwise = scope.layer.className === 'Select' && condition.shape?.length !== a.shape?.length;
  if (isRowwise) throw new NotLowered(say`its condition has another rank than what it selects`);
  const shape = broadcast(condition.shape, broadcast(a.shape, b.shape));
  return [scope.emit('Where', [condition, a, b], {}, { shape, dtype: a.dtype })];
};

const addN: OperatorLowering = (scope) => {
  const inputs = scope.all();
  if (inputs.length === 0) throw new NotLowered(say`it has no inputs`);
  const y = scope.emit('Sum', inputs, {}, { shape: inputs[0].shape });
  return [y];
};

const cast: OperatorLowering = (scope) => {
  const to = scope.string('DstT', '');
  const x = scope.x(0);
  if (to !== 'float32' && to !== 'int32' && to !== 'bool') throw new NotLowered(say`it casts to ${to.slice(0, 40)}`);
  if (x.dtype === 'string') throw new NotLowered(say`it casts from text`);
  const y = scope.cast(x, to);
  return [scope.isInside(x) ? scope.markInside(y) : y];
};

const softmax = (opType: 'Softmax' | 'LogSoftmax'): OperatorLowering => {
  return (scope) => {
    const x = scope.x(0);
    return [scope.emit(opType, [x], { axis: attribute.int(-1) }, { shape: x.shape })];
  };
};

const clipByValue: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const y = scope.emit('Clip', scope.all(0, 3), {}, { shape: x.shape });
  return [scope.isInside(x) ? scope.markInside(y) : y];
};

export const elementwiseOperators: Readonly<Record<string, OperatorLowering>> = {
  Identity: single('Identity'),
  Relu: activated('Relu'),
  Relu6: activated('Relu6'),
  Elu: activated('Elu'),
  Selu: activated('Selu'),
  LeakyRelu: activated('LeakyRelu'),
  Prelu: activated('Prelu'),
  Sigmoid: activated('Sigmoid'),
  Tanh: activated('Tanh'),
  Softplus: activated('Softplus'),
  Softsign: activated('Softsign'),
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),
  Abs: single('Abs'),
  Acos: single('Acos'),
  Acosh: single('Acosh'),
  Asin: single('Asin'),
  Asinh: single('Asinh'),
  Atan: single('Atan'),
  Atanh: single('Atanh'),
  Cosh: single('Cosh'),
  Sinh: single('Sinh'),
  Tan: single('Tan'),
  IsNan: single('IsNaN', 'bool'),
  IsInf: single('IsInf', 'bool'),
  IsFinite: isFinite,
  Ceil: single('Ceil'),
  Cos: single('Cos'),
  Erf: single('Erf'),
  Exp: single('Exp'),
  Floor: single('Floor'),
  Inv: single('Reciprocal'),
  Log: single('Log'),
  LogicalNot: single('Not', 'bool'),
  Neg: single('Neg'),
  Reciprocal: single('Reciprocal'),
  Round: single('Round'),
  Sign: single('Sign'),
  Sin: single('Sin'),
  Sqrt: single('Sqrt'),
  Rsqrt: unary((x, step) => step('Reciprocal', [step('Sqrt', [x], 'sqrt')])),
  Square: unary((x, step) => step('Mul', [x, x])),
  Log1p: unary((x, step, scope) => step('Log', [step('Add', [x, scope.scalar(1, 'one')], 'add')])),
  Expm1: unary((x, step, scope) => step('Sub', [step('Exp', [x], 'exp'), scope.scalar(1, 'one')])),
  Add: both('Add'),
  AddV2: both('Add'),
  AddN: addN,
  BiasAdd: biasAdd,
  Sub: both('Sub'),
  Mul: both('Mul'),
  RealDiv: both('Div'),
  Div: both('Div'),
  DivNoNan: divNoNan,
  FloorDiv: floorDiv,
  FloorMod: floorMod,
  Mod: floorMod,
  Atan2: atan2,
  BitwiseAnd: both('BitwiseAnd'),
  Maximum: both('Max'),
  Minimum: both('Min'),
  Pow: both('Pow'),
  SquaredDifference: squaredDifference,
  Equal: both('Equal', 'bool'),
  Greater: both('Greater', 'bool'),
  GreaterEqual: both('GreaterOrEqual', 'bool'),
  Less: both('Less', 'bool'),
  LessEqual: both('LessOrEqual', 'bool'),
  NotEqual: binary((a, b, step) => step('Not', [step('Equal', [a, b], 'equal', 'bool')], undefined, 'bool')),
  LogicalAnd: both('And', 'bool'),
  LogicalOr: both('Or', 'bool'),
  Select: select,
  SelectV2: select,
  ClipByValue: clipByValue,
  Cast: cast,
};
