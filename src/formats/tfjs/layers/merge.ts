import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type LayerScope, type Shape, type TensorValue } from '../layerScope';
import type { LayerLowering } from './lowering';
import { operandsOf } from './operations';

type Ranked = TensorValue & { shape: Shape };

/** Inputs of fewer axes get new ones of size 1 after the batch, as in tfjs-layers' Merge. */
function sameRank(scope: LayerScope, inputs: readonly TensorValue[]): readonly TensorValue[] {
  if (inputs.length < 2) throw new NotLowered(say`it needs two inputs at least`);
  if (inputs.some((x) => x.shape === undefined)) return inputs;
  const ranks = inputs.map((x) => x.shape!.length);
  const rank = Math.max(...ranks);
  return inputs.map((x, i) => {
    const missing = rank - ranks[i];
    if (missing === 0) return x;
    if (ranks[i] === 0) throw new NotLowered(say`one of its inputs has no axes`);
    const axes = Array.from({ length: missing }, (_, k) => k + 1);
    const list = scope.integersConstant(axes, `axes_${i}`);
    const shape = [x.shape![0], ...axes.map(() => 1), ...x.shape!.slice(1)];
    return scope.emit('Unsqueeze', [x, list], {}, { shape, part: `unsqueeze_${i}` });
  });
}

export function broadcast(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a === undefined || b === undefined) return undefined;
  return a.map((size, i) => {
    const other = b[i];
    if (size === 1) return other;
    if (other === 1 || size === other) return size;
    if (size === null || other === null) return size ?? other;
    throw new NotLowered(say`its inputs do not fit together: one has ${size} elements on an axis, another ${other}`);
  });
}

/** One operator between each input and the result of those before it; the last is the layer's main node. */
function chain(opType: string, last?: string): LayerLowering {
  return (scope, inputs) => {
    const stated = operandsOf(scope, inputs);
    if (stated.length === 2 && stated.length > inputs.length && last === undefined) {
      return [scope.emit(opType, stated, {}, { shape: inputs[0]?.shape })];
    }
    const operands = sameRank(scope, inputs);
    let result = operands[0];
    for (let i = 1; i < operands.length; i++) {
      const part = i === operands.length - 1 ? last : `${opType.toLowerCase()}_${i}`;
      result = scope.emit(
        opType,
        [result, operands[i]],
        {},
        { shape: broadcast(result.shape, operands[i].shape), part },
      );
    }
    return [result];
  };
}

const sum = chain('Add', 'sum');

const average: LayerLowering = (scope, inputs) => {
  const [total] = sum(scope, inputs);
  return [scope.emit('Mul', [total, scope.scalar(1 / inputs.length, 'weight')], {}, { shape: total.shape })];
};

const concatenate: LayerLowering = (scope, inputs) => {
  if (inputs.length === 0) throw new NotLowered(say`it has no input`);
  const values = inputs.map((x) => scope.shaped(x));
  const rank = values[0].shape.length;
  if (values.some((x) => x.shape.length !== rank)) throw new NotLowered(say`its inputs have different numbers of axes`);
  const stated = scope.integers('axis', -1)[0];
  const axis = stated < 0 ? stated + rank : stated;
  if (axis < 0 || axis >= rank) throw new NotLowered(say`its axis is not one of the ${rank} of its inputs`);
  const sizes = values.map((x) => x.shape[axis]);
  const size = sizes.every((s): s is number => s !== null) ? sizes.reduce((a, b) => a + b, 0) : null;
  const shape = values[0].shape.map((s, i) =>
    i === axis ? size : (values.map((x) => x.shape[i]).find((d) => d !== null) ?? s),
  );
  return [scope.emit('Concat', values, { axis: attribute.int(axis) }, { shape })];
};

/** x divided by its Euclidean norm over one axis, the squared norm at least Keras' epsilon 1e-7. */
function normalized(scope: LayerScope, x: Ranked, axis: number, part: string): Ranked {
  const { shape } = x;
  const reduced = shape.map((s, i) => (i === axis ? 1 : s));
  const axes = scope.integersConstant([axis], `${part}/axes`);
  const squares = scope.emit('ReduceSumSquare', [x, axes], {}, { shape: reduced, part: `${part}/squares` });
  const floor = scope.scalar(1e-7, `${part}/epsilon`);
  const bounded = scope.emit('Max', [squares, floor], {}, { shape: reduced, part: `${part}/max` });
  const norm = scope.emit('Sqrt', [bounded], {}, { shape: reduced, part: `${part}/norm` });
  return { ...scope.emit('Div', [x, norm], {}, { shape, part }), shape };
}

/** Products over one axis of each input, for each sample (tfjs-layers, batchDot). */
const dot: LayerLowering = (scope, inputs) => {
  if (inputs.length !== 2) throw new NotLowered(say`it needs two inputs`);
  let [x, y] = inputs.map((v) => scope.shaped(v)) as [Ranked, Ranked];
  const ranks = [x.shape.length, y.shape.length];
  if (ranks.some((r) => r < 2 || r > 3)) throw new NotLowered(say`its inputs do not have two or three axes`);
  const stated = scope.integers('axes', -1);
  const axes = ranks.map((rank, i) => {
    const axis = stated[stated.length === 1 ? 0 : i];
    return axis < 0 ? axis + rank : axis;
  });
  if (axes.some((a, i) => a < 1 || a >= ranks[i])) throw new NotLowered(say`its axes are not axes of its inputs`);
  if (scope.flag('normalize', false)) {
    x = normalized(scope, x, axes[0], 'x');
    y = normalized(scope, y, axes[1], 'y');
  }
  if (ranks[0] === 2 && ranks[1] === 2) {
    const product = scope.emit('Mul', [x, y], {}, { shape: x.shape, part: 'mul' });
    return [scope.emit('ReduceSum', [product, scope.integersConstant([1], 'axes')], {}, { shape: [x.shape[0], 1] })];
  }
  // [batch, free, contracted] times [batch, contracted, free]
  const left = ranks[0] === 2 ? unsqueezed(scope, x, 1, 'left') : swapped(scope, x, axes[0] === 2, 'left');
  const right = ranks[1] === 2 ? unsqueezed(scope, y, 2, 'right') : swapped(scope, y, axes[1] === 1, 'right');
  const shape = [left.shape[0], left.shape[1], right.shape[2]];
  if (ranks[0] === 3 && ranks[1] === 3) return [scope.emit('MatMul', [left, right], {}, { shape })];
  const product = scope.emit('MatMul', [left, right], {}, { shape, part: 'matmul' });
  const dropped = ranks[0] === 2 ? 1 : 2;
  const axis = scope.integersConstant([dropped], 'axes');
  return [scope.emit('Squeeze', [product, axis], {}, { shape: shape.filter((_, i) => i !== dropped) })];
};

function unsqueezed(scope: LayerScope, x: Ranked, axis: number, part: string): Ranked {
  const shape = [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)];
  const axes = scope.integersConstant([axis], `${part}/axes`);
  return { ...scope.emit('Unsqueeze', [x, axes], {}, { shape, part }), shape };
}

function swapped(scope: LayerScope, x: Ranked, inOrder: boolean, part: string): Ranked {
  if (inOrder) return x;
  const shape = [x.shape[0], x.shape[2], x.shape[1]];
  return { ...scope.emit('Transpose', [x], { perm: attribute.ints([0, 2, 1]) }, { shape, part }), shape };
}

export const mergeLayers: Readonly<Record<string, LayerLowering>> = {
  Add: chain('Add'),
  Subtract: chain('Sub'),
  Multiply: chain('Mul'),
  // as keras.ops calls them
  Divide: chain('Div'),
  TrueDivide: chain('Div'),
  Maximum: chain('Max'),
  Minimum: chain('Min'),
  Average: average,
  Concatenate: concatenate,
  Dot: dot,
};
