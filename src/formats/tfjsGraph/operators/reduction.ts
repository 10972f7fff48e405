import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type Shape, type TensorValue } from '../../tfjs/layerScope';
import type { NodeScope, ShapedValue } from '../nodeScope';
import type { OperatorLowering } from './operator';
import { inside } from './window';

/** Axes counted from the front where the rank is known. */
function axesOf(scope: NodeScope, x: TensorValue): number[] {
  const rank = x.shape?.length;
  const axes = scope.numbers(1, 'axes').map((a) => (a < 0 && rank !== undefined ? a + rank : a));
  if (rank !== undefined && axes.some((a) => a < 0 || a >= rank)) throw new NotLowered(say`it has no such axis`);
  return axes;
}

function reducedShape(shape: Shape | undefined, axes: readonly number[], keeps: boolean): Shape | undefined {
  if (shape === undefined) return undefined;
  return keeps ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i));
}

function reduction(opType: string): OperatorLowering {
  return (scope) => {
    const x = scope.x(0);
    const axes = axesOf(scope, x);
    const keeps = scope.flag('keep_dims', false);
    const attributes = { keepdims: attribute.int(Number(keeps)) };
    const isPool = !keeps && scope.isInside(x) && isSpatial(axes, x.shape);
    if (isPool) {
      // global pooling, where the operators have the image
      const { value } = inside(scope, x as ShapedValue);
      const own = axes.map((_, i) => i + 2);
      const shape = value.shape.slice(0, 2);
      return [scope.emit(opType, [value, scope.integersConstant(own, 'axes')], attributes, { shape })];
    }
    const shape = reducedShape(x.shape, axes, keeps);
    return [scope.emit(opType, [x, scope.integersConstant(axes, 'axes')], attributes, { shape })];
  };
}

function isSpatial(axes: readonly number[], shape: Shape | undefined): boolean {
  if (shape === undefined || axes.length !== shape.length - 2) return false;
  return shape.every((_, i) => axes.includes(i) === (i > 0 && i < shape.length - 1));
}

function argument(opType: 'ArgMax' | 'ArgMin'): OperatorLowering {
  return (scope) => {
    const x = scope.x(0);
    const [axis] = axesOf(scope, x);
    const attributes = { axis: attribute.int(axis ?? 0), keepdims: attribute.int(0) };
    const shape = reducedShape(x.shape, [axis ?? 0], false);
    return [scope.cast(scope.emit(opType, [x], attributes, { shape, dtype: 'int64', part: 'index' }), 'int32')];
  };
}

/** All, Any: the least and the greatest of truths. */
function truths(opType: 'ReduceMin' | 'ReduceMax'): OperatorLowering {
  return (scope) => {
    const x = scope.x(0);
    const axes = axesOf(scope, x);
    const keeps = scope.flag('keep_dims', false);
    const numbers = scope.cast(x, 'int32', 'numbers');
    const inputs = [numbers, scope.integersConstant(axes, 'axes')];
    const shape = reducedShape(x.shape, axes, keeps);
    const attributes = { keepdims: attribute.int(Number(keeps)), noop_with_empty_axes: attribute.int(1) };
    return [scope.cast(scope.emit(opType, inputs, attributes, { shape, part: 'number' }), 'bool')];
  };
}

export const reductionOperators: Readonly<Record<string, OperatorLowering>> = {
  Mean: reduction('ReduceMean'),
  Sum: reduction('ReduceSum'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  EuclideanNorm: reduction('ReduceL2'),
  All: truths('ReduceMin'),
  Any: truths('ReduceMax'),
};
