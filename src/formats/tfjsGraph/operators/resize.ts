import { attribute, type Attribute } from '../../../ir/attribute';
import { float32Tensor } from '../../../ir/tensor';
import type { NodeScope } from '../nodeScope';
import type { OperatorLowering } from './operator';
import { inside } from './window';

/** Where TensorFlow's older resizing looks, and how half a pixel is rounded (nearest: floor((i + 0.5) * scale)). */
function coordinates(scope: NodeScope, mode: 'linear' | 'nearest'): Record<string, Attribute> {
  const aligned = scope.flag('align_corners', false);
  const half = scope.flag('half_pixel_centers', false);
  const transformation = aligned ? 'align_corners' : half ? 'half_pixel' : 'asymmetric';
  const rounding = aligned || half ? 'round_prefer_ceil' : 'floor';
  return {
    mode: attribute.string(mode),
    coordinate_transformation_mode: attribute.string(transformation),
    ...(mode === 'nearest' ? { nearest_mode: attribute.string(rounding) } : {}),
  };
}

/** ResizeBilinear, ResizeNearestNeighbor: images `[N, H, W, C]` to a size `[h, w]`, constant or computed. */
function resize(mode: 'linear' | 'nearest'): OperatorLowering {
  return (scope) => {
    const x = scope.ranked(scope.x(0), 4);
    const stated = scope.constant(1)?.atHand;
    const { value, restore } = inside(scope, x);
    const [batch, channels, h, w] = value.shape;
    const attributes = coordinates(scope, mode);
    const sizes = stated?.length === 2 ? stated : [null, null];
    const shape = [batch, channels, ...sizes];
    const scales = [h, w].map((n, i) => (n === null ? undefined : (sizes[i] ?? NaN) / n));
    if (scales.every((s): s is number => s !== undefined && Number.isInteger(s) && s > 0)) {
      const tensor = attribute.tensor(float32Tensor('', [4], [1, 1, ...scales]));
      const factors = scope.emit('Constant', [], { value: tensor }, { shape: [4], part: 'scales' });
      return [restore(scope.emit('Resize', [value, '', factors], attributes, { shape }))];
    }
    const axes = { axes: attribute.ints([2, 3]) };
    return [
      restore(scope.emit('Resize', [value, '', '', scope.int64(1, 'size')], { ...attributes, ...axes }, { shape })),
    ];
  };
}

export const resizeOperators: Readonly<Record<string, OperatorLowering>> = {
  ResizeBilinear: resize('linear'),
  ResizeNearestNeighbor: resize('nearest'),
};
