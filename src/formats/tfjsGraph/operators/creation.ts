import { attribute } from '../../../ir/attribute';
import { float32Tensor } from '../../../ir/tensor';
import { say } from '../../../texts/say';
import { NotLowered, type Shape, type TensorValue } from '../../tfjs/layerScope';
import { shapeOfNumbers } from '../attributeValues';
import type { NodeScope } from '../nodeScope';
import type { OperatorLowering } from './operator';

/** The shape that an input of sizes states. */
function statedShape(scope: NodeScope, input: number): Shape | undefined {
  const sizes = scope.sizesAt(input);
  return sizes?.every((n): n is number => n !== null) ? shapeOfNumbers(sizes) : sizes;
}

/** OneHot: depth, value where it is on and value where it is off are inputs. */
const oneHot: OperatorLowering = (scope) => {
  const x = scope.x(0);
  const axis = scope.number('axis', -1);
  const depth = scope.sizesAt(1)?.[0] ?? null;
  const [on, off] = [scope.x(2), scope.x(3)];
  const ends = scope.integersConstant([0], 'values/axes');
  const pair = [off, on].map((v, i) =>
    scope.emit('Unsqueeze', [v, ends], {}, { shape: [1], part: i === 0 ? 'off' : 'on' }),
  );
  const values = scope.emit('Concat', pair, { axis: attribute.int(0) }, { shape: [2], part: 'values' });
  const at = axis < 0 && x.shape !== undefined ? x.shape.length + 1 + axis : axis;
  const shape = x.shape && [...x.shape.slice(0, at), depth, ...x.shape.slice(at)];
  // an index out of range is off everywhere; ONNX counts negative ones from the end
  const outside = scope.emit('Less', [x, zeroLike(scope, x)], {}, { shape: x.shape, dtype: 'bool', part: 'negative' });
  const far = scope.cast(scope.x(1), 'int32', 'depth');
  const own = scope.emit('Where', [outside, far, x], {}, { shape: x.shape, dtype: 'int32', part: 'index' });
  return [scope.emit('OneHot', [own, far, values], { axis: attribute.int(axis) }, { shape, dtype: on.dtype })];
};

function zeroLike(scope: NodeScope, x: TensorValue): TensorValue {
  return scope.emit('Sub', [x, x], {}, { shape: x.shape, part: 'zero' });
}

/** LinSpace: the i-th of n numbers is start + i (stop - start) / (n - 1). */
const linSpace: OperatorLowering = (scope) => {
  const ends = [scope.constant(0), scope.constant(1)].map((c) => c?.atHand?.[0]);
  const [count] = scope.numbers(2, say`number of values`);
  const [start, stop] = ends;
  if (start === undefined || stop === undefined) throw new NotLowered(say`its ends are not constants`);
  if (!(count >= 1)) throw new NotLowered(say`it has no values`);
  const places = ['from', 'to', 'by'].map((part, i) => scope.integerScalar([0, count, 1][i], part));
  const indices = scope.emit('Range', places, {}, { shape: [count], dtype: 'int64', part: 'indices' });
  const step = scope.scalar(count === 1 ? 0 : (stop - start) / (count - 1), 'step');
  const offsets = scope.emit(
    'Mul',
    [scope.cast(indices, 'float32', 'floats'), step],
    {},
    { shape: [count], part: 'offsets' },
  );
  return [scope.emit('Add', [offsets, scope.scalar(start, 'start')], {}, { shape: [count] })];
};

/** Ones, Zeros: what tfjs makes of a shape. */
function filledWith(value: number): OperatorLowering {
  return (scope) => {
    const fill = { value: attribute.tensor(float32Tensor('', [1], [value])) };
    return [
      scope.emit('ConstantOfShape', [scope.int64(0, 'shape')], fill, {
        shape: statedShape(scope, 0),
        dtype: 'float32',
      }),
    ];
  };
}

/** Random numbers of a shape that is computed: other numbers of the same distribution. */
function noise(scope: NodeScope, opType: 'RandomUniformLike' | 'RandomNormalLike', part?: string): TensorValue {
  const shape = statedShape(scope, 0);
  const zeros = scope.emit(
    'ConstantOfShape',
    [scope.int64(0, 'shape')],
    {},
    { shape, dtype: 'float32', part: 'zeros' },
  );
  const seed = scope.number('seed', 0);
  return scope.emit(opType, [zeros], seed === 0 ? {} : { seed: attribute.float(seed) }, { shape, part });
}

/** Whole numbers from a minimum up to, not including, a maximum. */
const randomIntegers: OperatorLowering = (scope) => {
  const uniform = noise(scope, 'RandomUniformLike', 'uniform');
  const { shape } = uniform;
  const [low, high] = [scope.cast(scope.x(1), 'float32', 'low'), scope.cast(scope.x(2), 'float32', 'high')];
  const width = scope.emit('Sub', [high, low], {}, { shape: [], part: 'width' });
  const scaled = scope.emit('Mul', [uniform, width], {}, { shape, part: 'scaled' });
  const moved = scope.emit('Add', [scaled, low], {}, { shape, part: 'moved' });
  return [scope.cast(scope.emit('Floor', [moved], {}, { shape, part: 'floor' }), 'int32')];
};

const multinomial: OperatorLowering = (scope) => {
  const x = scope.ranked(scope.x(0), 2);
  const [count] = scope.numbers(1, say`number of samples`);
  if (!(count >= 1)) throw new NotLowered(say`it takes no samples`);
  const attributes = { sample_size: attribute.int(count), dtype: attribute.int(6) };
  return [scope.emit('Multinomial', [x], attributes, { shape: [x.shape[0], count], dtype: 'int32' })];
};

export const creationOperators: Readonly<Record<string, OperatorLowering>> = {
  OneHot: oneHot,
  LinSpace: linSpace,
  Ones: filledWith(1),
  Zeros: filledWith(0),
  RandomUniform: (scope) => [noise(scope, 'RandomUniformLike')],
  RandomStandardNormal: (scope) => [noise(scope, 'RandomNormalLike')],
  RandomUniformInt: randomIntegers,
  Multinomial: multinomial,
};
