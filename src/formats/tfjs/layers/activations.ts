import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { isObject, member, stringMember } from '../jsonAccess';
import { NotLowered, type LayerScope, type TensorValue } from '../layerScope';
import type { LayerLowering } from './lowering';

/** One elementwise operator, or several, the last of which is the activation's node. */
type Lowering = (scope: LayerScope, x: TensorValue, part: string | undefined) => TensorValue;

function single(opType: string, attributes: Parameters<LayerScope['emit']>[2] = {}): Lowering {
  return (scope, x, part) => scope.emit(opType, [x], attributes, { shape: x.shape, part });
}

/** An intermediate step of an activation. */
function step(part: string | undefined, name: string): string {
  return part === undefined ? name : `${part}/${name}`;
}

function clip(min: number | undefined, max: number): Lowering {
  return (scope, x, part) => {
    const bounds = [
      min === undefined ? '' : scope.scalar(min, step(part, 'min')),
      scope.scalar(max, step(part, 'max')),
    ];
    return scope.emit('Clip', [x, ...bounds], {}, { shape: x.shape, part });
  };
}

/** x * Phi(x) with the error function (Hendrycks & Gimpel 2016); ONNX has its own operator only from opset 20 on. */
const gelu: Lowering = (scope, x, part) => {
  const { shape } = x;
  const scaled = scope.emit(
    'Div',
    [x, scope.scalar(Math.SQRT2, step(part, 'sqrt2'))],
    {},
    { shape, part: step(part, 'div') },
  );
  const erf = scope.emit('Erf', [scaled], {}, { shape, part: step(part, 'erf') });
  const shifted = scope.emit('Add', [erf, scope.scalar(1, step(part, 'one'))], {}, { shape, part: step(part, 'add') });
  const product = scope.emit('Mul', [x, shifted], {}, { shape, part: step(part, 'mul') });
  return scope.emit('Mul', [product, scope.scalar(0.5, step(part, 'half'))], {}, { shape, part });
};

/** GELU with the hyperbolic tangent in place of the error function. */
const geluTanh: Lowering = (scope, x, part) => {
  const { shape } = x;
  const cube = scope.emit('Pow', [x, scope.scalar(3, step(part, 'three'))], {}, { shape, part: step(part, 'pow') });
  const scaled = scope.emit(
    'Mul',
    [cube, scope.scalar(0.044715, step(part, 'c'))],
    {},
    { shape, part: step(part, 'mul') },
  );
  const sum = scope.emit('Add', [x, scaled], {}, { shape, part: step(part, 'add') });
  const factor = scope.scalar(Math.sqrt(2 / Math.PI), step(part, 'sqrt2pi'));
  const inner = scope.emit('Mul', [sum, factor], {}, { shape, part: step(part, 'mul_1') });
  const tanh = scope.emit('Tanh', [inner], {}, { shape, part: step(part, 'tanh') });
  const shifted = scope.emit(
    'Add',
    [tanh, scope.scalar(1, step(part, 'one'))],
    {},
    { shape, part: step(part, 'add_1') },
  );
  const product = scope.emit('Mul', [x, shifted], {}, { shape, part: step(part, 'mul_2') });
  return scope.emit('Mul', [product, scope.scalar(0.5, step(part, 'half'))], {}, { shape, part });
};

const swish: Lowering = (scope, x, part) => {
  const gate = scope.emit('Sigmoid', [x], {}, { shape: x.shape, part: step(part, 'sigmoid') });
  return scope.emit('Mul', [x, gate], {}, { shape: x.shape, part });
};

/**
 * Activation functions by their Keras names (tfjs-layers, activations.ts).
 * hard_sigmoid is clip(0.2 x + 0.5, 0, 1), the definition of Keras 1 and 2, which tfjs keeps.
 */
const activations: ReadonlyMap<string, Lowering> = new Map([
  ['linear', single('Identity')],
  ['relu', single('Relu')],
  ['relu6', clip(0, 6)],
  ['elu', single('Elu', { alpha: attribute.float(1) })],
  ['selu', single('Selu')],
  ['sigmoid', single('Sigmoid')],
  ['hard_sigmoid', single('HardSigmoid', { alpha: attribute.float(0.2), beta: attribute.float(0.5) })],
  ['tanh', single('Tanh')],
  ['softplus', single('Softplus')],
  ['softsign', single('Softsign')],
  ['exponential', single('Exp')],
  ['softmax', single('Softmax', { axis: attribute.int(-1) })],
  ['log_softmax', single('LogSoftmax', { axis: attribute.int(-1) })],
  ['gelu', gelu],
  ['gelu_new', geluTanh],
  ['mish', single('Mish')],
  ['swish', swish],
  ['silu', swish],
  // of Keras 3 alone; the defaults of those that take a number
  ['hard_silu', single('HardSwish')],
  ['hard_swish', single('HardSwish')],
  ['leaky_relu', single('LeakyRelu', { alpha: attribute.float(0.2) })],
  ['celu', single('Celu', { alpha: attribute.float(1) })],
  ['hard_tanh', clip(-1, 1)],
  ['soft_shrink', single('Shrink', { lambd: attribute.float(0.5), bias: attribute.float(0.5) })],
  ['hard_shrink', single('Shrink', { lambd: attribute.float(0.5) })],
]);

/** The name of an activation: a string, or an object whose class or config names it (custom and Keras 3 forms). */
export function activationName(value: unknown): string {
  if (value === undefined || value === null) return 'linear';
  if (typeof value === 'string') return snakeCase(value);
  if (isObject(value)) {
    const config = member(value, 'config');
    const named = typeof config === 'string' ? config : stringMember(value, 'class_name');
    if (named !== undefined) return snakeCase(named);
  }
  throw new NotLowered(say`its activation is neither a name nor an object`);
}

/** tfjs writes hardSigmoid where Keras writes hard_sigmoid. */
function snakeCase(name: string): string {
  return name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
}

/** The activation written in a layer's own settings, as a node of its own named `layer/relu`. */
export function fusedActivation(scope: LayerScope, x: TensorValue): TensorValue {
  const name = activationName(member(scope.config, 'activation'));
  return name === 'linear' ? x : activationOf(name)(scope, x, name);
}

/** An activation by its Keras name (see `activationName`). */
export function activationOf(name: string): Lowering {
  const lowering = activations.get(name);
  if (lowering === undefined) throw new NotLowered(say`its activation ${name.slice(0, 80)} is not known`);
  return lowering;
}

const activation: LayerLowering = (scope, [x]) => {
  if (x === undefined) throw new NotLowered(say`it has no input`);
  return [activationOf(activationName(member(scope.config, 'activation')))(scope, x, undefined)];
};

const relu: LayerLowering = (scope, [x]) => {
  scope.ignored('negative_slope', [0]);
  scope.ignored('threshold', [0]);
  return [(scope.has('max_value') ? clip(0, scope.number('max_value', 0)) : single('Relu'))(scope, x, undefined)];
};

const leakyRelu: LayerLowering = (scope, [x]) => {
  const alpha = scope.has('alpha') ? scope.number('alpha', 0.3) : scope.number('negative_slope', 0.3);
  return [single('LeakyRelu', { alpha: attribute.float(alpha) })(scope, x, undefined)];
};

const elu: LayerLowering = (scope, [x]) => [
  single('Elu', { alpha: attribute.float(scope.number('alpha', 1)) })(scope, x, undefined),
];

const thresholdedRelu: LayerLowering = (scope, [x]) => [
  single('ThresholdedRelu', { alpha: attribute.float(scope.number('theta', 1)) })(scope, x, undefined),
];

/** The slopes have the shape of one sample, with 1 on the axes that share them; they broadcast from the right as in ONNX. */
const prelu: LayerLowering = (scope, [x]) => {
  const input = scope.shaped(x);
  const shared = scope.has('shared_axes') ? scope.integers('shared_axes', 0) : [];
  const dims = input.shape.slice(1).map((size, i) => (shared.includes(i + 1) ? 1 : size));
  const alpha = scope.weight('alpha', dims);
  return [scope.emit('PRelu', [input, alpha.name], {}, { shape: input.shape })];
};

const softmax: LayerLowering = (scope, [x]) => {
  const input = scope.shaped(x);
  const rank = input.shape.length;
  const axes = scope.integers('axis', -1).map((a) => (a < 0 ? a + rank : a));
  if (axes.some((a) => a < 0 || a >= rank)) throw new NotLowered(say`its axis is not one of the ${rank} of its input`);
  const { shape } = input;
  if (axes.length === 1) return [scope.emit('Softmax', [input], { axis: attribute.int(axes[0]) }, { shape })];
  const reduced = shape.map((size, i) => (axes.includes(i) ? 1 : size));
  const list = scope.integersConstant(axes, 'axes');
  const total = scope.emit('ReduceLogSumExp', [input, list], {}, { shape: reduced, part: 'log_sum_exp' });
  const difference = scope.emit('Sub', [input, total], {}, { shape, part: 'sub' });
  return [scope.emit('Exp', [difference], {}, { shape })];
};

export const activationLayers: Readonly<Record<string, LayerLowering>> = {
  Activation: activation,
  ReLU: relu,
  LeakyReLU: leakyRelu,
  ELU: elu,
  ThresholdedReLU: thresholdedRelu,
  PReLU: prelu,
  Softmax: softmax,
};
