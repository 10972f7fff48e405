import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type LayerScope, type TensorValue } from '../layerScope';
import { activationOf } from './activations';
import type { LayerLowering } from './lowering';

/** Operations that stand in a functional model of Keras 3 like layers (`keras.ops`). */

const activated =
  (name: string): LayerLowering =>
  (scope, [x]) => {
    if (x === undefined) throw new NotLowered(say`it has no input`);
    return [activationOf(name)(scope, x, undefined)];
  };

const elementwise =
  (opType: string): LayerLowering =>
  (scope, [x]) => {
    if (x === undefined) throw new NotLowered(say`it has no input`);
    return [scope.emit(opType, [x], {}, { shape: x.shape })];
  };

/** Comparisons of Keras 3, with numbers too. */
const compared =
  (opType: string, isDenied = false): LayerLowering =>
  (scope, inputs) => {
    const operands = operandsOf(scope, inputs);
    if (operands.length !== 2) throw new NotLowered(say`it needs two operands`);
    const shape = operands.find((x) => x.shape?.length !== 0)?.shape;
    const part = isDenied ? 'equal' : undefined;
    const y = scope.emit(opType, operands, {}, { shape, dtype: 'bool', part });
    return [isDenied ? scope.emit('Not', [y], {}, { shape }) : y];
  };

/** LayerScale (Touvron et al. 2021) of Keras' ConvNeXt: each channel times a weight. */
const layerScale: LayerLowering = (scope, [x]) => {
  const { shape, ...value } = scope.shaped(x);
  const gamma = scope.weight('gamma', [scope.size('projection_dim')]);
  return [scope.emit('Mul', [{ ...value, shape }, gamma.name], {}, { shape })];
};

/** Means, sums and so on over axes, or over all. */
const reduced =
  (opType: string): LayerLowering =>
  (scope, [x]) => {
    const { shape, ...value } = scope.shaped(x);
    const stated = scope.has('axis') ? scope.integers('axis', 0) : shape.map((_, i) => i);
    const axes = stated.map((a) => (a < 0 ? a + shape.length : a));
    if (axes.some((a) => a < 0 || a >= shape.length)) throw new NotLowered(say`its axis is not one of its input`);
    const keeps = scope.flag('keepdims', false);
    const result = keeps ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i));
    const inputs = [{ ...value, shape }, scope.integersConstant(axes, 'axes')];
    return [scope.emit(opType, inputs, { keepdims: attribute.int(Number(keeps)) }, { shape: result })];
  };

/** The tensors and numbers of a call in their order; numbers become scalars. */
export function operandsOf(scope: LayerScope, inputs: readonly TensorValue[]): readonly TensorValue[] {
  const stated = scope.layer.calls[0]?.operands;
  if (stated === undefined || stated.filter((n) => n === undefined).length !== inputs.length) return inputs;
  let next = 0;
  return stated.map((n, i) =>
    n === undefined ? inputs[next++] : { name: scope.scalar(n, `number_${i}`), shape: [], dtype: 'float32' as const },
  );
}

export const operationLayers: Readonly<Record<string, LayerLowering>> = {
  Relu: activated('relu'),
  Relu6: activated('relu6'),
  Sigmoid: activated('sigmoid'),
  Silu: activated('silu'),
  Gelu: activated('gelu'),
  Tanh: activated('tanh'),
  Softplus: activated('softplus'),
  Selu: activated('selu'),
  Absolute: elementwise('Abs'),
  Exp: elementwise('Exp'),
  Log: elementwise('Log'),
  Negative: elementwise('Neg'),
  Sqrt: elementwise('Sqrt'),
  LayerScale: layerScale,
  Equal: compared('Equal'),
  NotEqual: compared('Equal', true),
  Greater: compared('Greater'),
  Less: compared('Less'),
  Mean: reduced('ReduceMean'),
  Sum: reduced('ReduceSum'),
  Max: reduced('ReduceMax'),
  Min: reduced('ReduceMin'),
};
