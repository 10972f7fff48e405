import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { member } from '../jsonAccess';
import { NotLowered, type LayerScope, type Shape, type TensorValue } from '../layerScope';
import type { LayerLowering } from './lowering';
import { moveToAxis1 } from './spatial';

/** Norms of Keras that tfjs does not have. */

/** Keras' default of all but UnitNormalization. */
const GROUP_EPSILON = 1e-3;

function axisOf(scope: LayerScope, rank: number): number {
  const [stated, ...others] = scope.integers('axis', -1);
  const axis = stated < 0 ? stated + rank : stated;
  if (others.length > 0 || axis < 1 || axis >= rank)
    throw new NotLowered(say`its axis is not one of the ${rank} of its input`);
  return axis;
}

/**
 * GroupNormalization (Wu and He 2018; ONNX's own has a scale for each group before opset 21): the groups become the channels of an
 * InstanceNormalization, then each channel is scaled and shifted.
 */
const groupNormalization: LayerLowering = (scope, [x]) => {
  const input = scope.shaped(x);
  const axis = axisOf(scope, input.shape.length);
  const channels = input.shape[axis];
  const stated = scope.number('groups', 32);
  const groups = stated === -1 ? channels : stated;
  if (channels === null || groups === null) throw new NotLowered(say`the number of its channels is not known`);
  if (!Number.isSafeInteger(groups) || groups < 1 || channels % groups !== 0)
    throw new NotLowered(say`its groups do not divide its channels`);
  const { value, restore } = moveToAxis1(scope, input, axis);
  const sizes = scope.emit('Shape', [value], {}, { shape: [value.shape.length], dtype: 'int64', part: 'sizes' });
  const grouped = scope.emit(
    'Reshape',
    [value, scope.integersConstant([0, groups, -1], 'groups')],
    {},
    {
      shape: [value.shape[0], groups, null],
      part: 'grouped',
    },
  );
  const parts = [scope.filled(1, [groups], 'ones'), scope.filled(0, [groups], 'zeros')];
  const epsilon = { epsilon: attribute.float(scope.number('epsilon', GROUP_EPSILON)) };
  const normed = scope.emit('InstanceNormalization', [grouped, ...parts], epsilon, {
    shape: grouped.shape,
    part: 'normed',
  });
  const [hasScale, hasShift] = [scope.flag('scale', true), scope.flag('center', true)];
  const form = { regroup: (dims: readonly number[]) => [...dims, ...value.shape.slice(2).map(() => 1)] };
  let y = scope.emit(
    'Reshape',
    [normed, sizes],
    {},
    { shape: value.shape, part: hasScale || hasShift ? 'joined' : undefined },
  );
  if (hasScale) {
    const gamma = scope.weight('gamma', [channels], form).name;
    y = scope.emit('Mul', [y, gamma], {}, { shape: value.shape, part: hasShift ? 'scaled' : undefined });
  }
  if (hasShift) y = scope.emit('Add', [y, scope.weight('beta', [channels], form).name], {}, { shape: value.shape });
  return [restore(y)];
};

/** RMSNormalization (Zhang and Sennrich 2019): divided by the root of the mean square, times a scale. */
const rmsNormalization: LayerLowering = (scope, [x]) => {
  const input = scope.shaped(x);
  const { shape } = input;
  const axis = axisOf(scope, shape.length);
  const size = shape[axis];
  const reduced: Shape = shape.map((n, i) => (i === axis ? 1 : n));
  const squares = scope.emit('Pow', [input, scope.scalar(2, 'two')], {}, { shape, part: 'squares' });
  const mean = scope.emit(
    'ReduceMean',
    [squares, scope.integersConstant([axis], 'axes')],
    {},
    { shape: reduced, part: 'mean' },
  );
  const epsilon = scope.scalar(scope.number('epsilon', 1e-6), 'epsilon');
  const sum = scope.emit('Add', [mean, epsilon], {}, { shape: reduced, part: 'sum' });
  const root = scope.emit('Sqrt', [sum], {}, { shape: reduced, part: 'root' });
  const normed = scope.emit('Div', [input, root], {}, { shape, part: 'normed' });
  const form = { regroup: (dims: readonly number[]) => [...dims, ...shape.slice(axis + 1).map(() => 1)] };
  return [scope.emit('Mul', [normed, scope.weight('scale', [size], form).name], {}, { shape })];
};

/** Divided by the Euclidean norm over the axes, the squared norm at least 1e-12. */
const unitNormalization: LayerLowering = (scope, [x]) => {
  const { shape, ...value } = scope.shaped(x);
  const axes = scope.integers('axis', -1).map((a) => (a < 0 ? a + shape.length : a));
  if (axes.some((a) => a < 0 || a >= shape.length)) throw new NotLowered(say`its axis is not one of its input`);
  const reduced = shape.map((n, i) => (axes.includes(i) ? 1 : n));
  const input: TensorValue = { ...value, shape };
  const list = scope.integersConstant(axes, 'axes');
  const squares = scope.emit('ReduceSumSquare', [input, list], {}, { shape: reduced, part: 'squares' });
  const bounded = scope.emit('Max', [squares, scope.scalar(1e-12, 'least')], {}, { shape: reduced, part: 'bounded' });
  const norm = scope.emit('Sqrt', [bounded], {}, { shape: reduced, part: 'norm' });
  return [scope.emit('Div', [input, norm], {}, { shape })];
};

/** Normalization, a layer of data: less the mean and divided by the root of the variance that the data had, at least 1e-7. */
const dataNormalization: LayerLowering = (scope, [x]) => {
  const input = scope.shaped(x);
  const { shape } = input;
  const stated = member(scope.config, 'axis');
  const isWhole = stated === undefined || stated === null || (Array.isArray(stated) && stated.length === 0);
  const axes = !isWhole ? scope.integers('axis', -1).map((a) => (a < 0 ? a + shape.length : a)) : [];
  if (axes.some((a) => a < 0 || a >= shape.length)) throw new NotLowered(say`its axis is not one of its input`);
  const dims = axes.map((a) => shape[a]);
  const spread = { regroup: () => shape.map((n, i) => (axes.includes(i) ? (n ?? 1) : 1)) };
  const statistic = (name: string) => {
    const numbers = numbersOf(member(scope.config, name));
    if (numbers === undefined) return scope.weight(name, dims, spread).name;
    const count = axes.reduce((n, a) => n * (shape[a] ?? 0), 1);
    if (numbers.length === 1) return scope.scalar(numbers[0], name);
    if (axes.length !== 1 || axes[0] !== shape.length - 1 || numbers.length !== count) {
      throw new NotLowered(say`its ${name} does not fit its input`);
    }
    return scope.vector(numbers, name);
  };
  const [mean, variance] = [statistic('mean'), statistic('variance')];
  const inverts = scope.flag('invert', false);
  const root = scope.emit('Sqrt', [variance], {}, { shape: undefined, dtype: 'float32', part: 'root' });
  const divisor = scope.emit('Max', [root, scope.scalar(1e-7, 'least')], {}, { shape: undefined, part: 'deviation' });
  if (inverts) {
    const scaled = scope.emit('Mul', [input, divisor], {}, { shape, part: 'scaled' });
    return [scope.emit('Add', [scaled, mean], {}, { shape })];
  }
  const centred = scope.emit('Sub', [input, mean], {}, { shape, part: 'centred' });
  return [scope.emit('Div', [centred, divisor], {}, { shape })];
};

/** Numbers in nested lists, one behind the other. */
function numbersOf(value: unknown, depth = 0): number[] | undefined {
  if (typeof value === 'number') return [value];
  if (!Array.isArray(value) || depth > 8 || value.length === 0 || value.length > 4096) return undefined;
  const parts = value.map((v: unknown) => numbersOf(v, depth + 1));
  return parts.every((p) => p !== undefined) ? parts.flat() : undefined;
}

export const kerasNormLayers: Readonly<Record<string, LayerLowering>> = {
  GroupNormalization: groupNormalization,
  RMSNormalization: rmsNormalization,
  UnitNormalization: unitNormalization,
  Normalization: dataNormalization,
};
