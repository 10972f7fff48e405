import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type TensorValue } from '../../tfjs/layerScope';
import type { NodeScope } from '../nodeScope';
import type { OperatorLowering } from './operator';

/**
 * NonMaxSuppression of boxes `[n, 4]` with scores `[n]`: ONNX's of one image and one class, of whose rows (image, class, box) the last
 * column stays.
 * @param threshold input with the least score, where the operator has one
 */
function selected(scope: NodeScope, threshold: number | undefined, part?: string): TensorValue {
  const [boxes, scores] = [scope.ranked(scope.x(0), 2), scope.ranked(scope.x(1), 1)];
  const axes = scope.integersConstant([0], 'image');
  const both = scope.integersConstant([0, 1], 'image_and_class');
  const own = scope.emit('Unsqueeze', [boxes, axes], {}, { shape: [1, ...boxes.shape], part: 'boxes' });
  const rated = scope.emit('Unsqueeze', [scores, both], {}, { shape: [1, 1, ...scores.shape], part: 'scores' });
  const most = scope.numberAt(2);
  const count = most === undefined ? scope.cast(scope.x(2), 'int64', 'most') : scope.integerScalar(most, 'most');
  const least = threshold === undefined ? [] : [scope.x(threshold)];
  const rows = scope.emit(
    'NonMaxSuppression',
    [own, rated, count, scope.x(3), ...least],
    {},
    {
      shape: [null, 3],
      dtype: 'int64',
      part: 'rows',
    },
  );
  const column = scope.integerScalar(2, 'column');
  const boxOf = { shape: [null], dtype: 'int64', part: 'int64' } as const;
  const indices = scope.emit('Gather', [rows, column], { axis: attribute.int(1) }, boxOf);
  return scope.cast(indices, 'int32', part);
}

/** The indices, and how many there are; zeros behind them up to the number asked for, where the node says so. */
const padded: OperatorLowering = (scope) => {
  const pads = scope.flag('pad_to_max_output_size', false);
  const indices = selected(scope, 4, pads ? 'selected' : undefined);
  const sizes = scope.emit('Shape', [indices], {}, { shape: [1], dtype: 'int64', part: 'count' });
  const count = scope.emit('Squeeze', [sizes], {}, { shape: [], part: 'count/scalar' });
  const valid = scope.cast(count, 'int32', 'valid');
  if (!pads) return [indices, valid];
  const most = scope.numberAt(2);
  if (most === undefined) throw new NotLowered(say`its number of boxes is not a constant`);
  const missing = scope.emit(
    'Sub',
    [scope.integersConstant([most], 'size'), sizes],
    {},
    { shape: [1], dtype: 'int64', part: 'missing' },
  );
  const begin = scope.integersConstant([0], 'begin');
  const pad = scope.emit(
    'Concat',
    [begin, missing],
    { axis: attribute.int(0) },
    { shape: [2], dtype: 'int64', part: 'pads' },
  );
  return [scope.emit('Pad', [indices, pad], {}, { shape: [most] }), valid];
};

/** With the scores, which the soft form lowers: that one is not known to ONNX. */
const withScores: OperatorLowering = (scope) => {
  if (scope.constant(5)?.atHand?.[0] !== 0) throw new NotLowered(say`it lowers scores instead of leaving boxes out`);
  const indices = selected(scope, 4);
  const scores = scope.emit('Gather', [scope.x(1), indices], {}, { shape: [null], part: 'selected_scores' });
  const sizes = scope.emit('Shape', [indices], {}, { shape: [1], dtype: 'int64', part: 'count' });
  const count = scope.emit('Squeeze', [sizes], {}, { shape: [], part: 'count/scalar' });
  return [indices, scores, scope.cast(count, 'int32', 'valid')];
};

export const detectionOperators: Readonly<Record<string, OperatorLowering>> = {
  NonMaxSuppressionV2: (scope) => [selected(scope, undefined)],
  NonMaxSuppressionV3: (scope) => [selected(scope, 4)],
  NonMaxSuppressionV4: padded,
  NonMaxSuppressionV5: withScores,
};
