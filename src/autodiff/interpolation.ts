import { weightMatrix, type AxisMatrix } from './axisMatrix';
import type { Call } from './call';
import { NoGradient } from './noGradient';
import { range } from './shapes';

type Coordinate = (o: number, input: number, output: number, scale: number) => number;

/** Where output position `o` lies on the input axis (ONNX Resize, coordinate_transformation_mode). */
const coordinates: ReadonlyMap<string, Coordinate> = new Map<string, Coordinate>([
  ['half_pixel', (o, _, __, scale) => (o + 0.5) / scale - 0.5],
  ['pytorch_half_pixel', (o, _, output, scale) => (output > 1 ? (o + 0.5) / scale - 0.5 : 0)],
  ['align_corners', (o, input, output) => (output > 1 ? (o * (input - 1)) / (output - 1) : 0)],
  ['asymmetric', (o, _, __, scale) => o / scale],
  [
    'half_pixel_symmetric',
    (o, input, output, scale) => {
      const center = input / 2;
      return center * (1 - output / (scale * input)) + (o + 0.5) / scale - 0.5;
    },
  ],
]);

const roundings: ReadonlyMap<string, (at: number) => number> = new Map([
  ['round_prefer_floor', (at: number) => Math.ceil(at - 0.5)],
  ['round_prefer_ceil', (at: number) => Math.floor(at + 0.5)],
  ['floor', Math.floor],
  ['ceil', Math.ceil],
]);

/** The linear map of one axis of a Resize node from `input` to `output` positions. */
export function interpolation(call: Call, input: number, output: number, scale: number): AxisMatrix {
  const transformation = call.string('coordinate_transformation_mode', 'half_pixel');
  const coordinate = coordinates.get(transformation);
  if (!coordinate) throw new NoGradient(`coordinate_transformation_mode ${transformation}`);
  const clamp = (i: number) => Math.min(Math.max(i, 0), input - 1);
  const at = (o: number) => coordinate(o, input, output, scale);
  const mode = call.string('mode', 'nearest');
  if (mode === 'nearest') {
    const round = roundings.get(call.string('nearest_mode', 'round_prefer_floor')) ?? Math.floor;
    return weightMatrix(output, input, (o) => [[clamp(round(at(o))), 1]]);
  }
  if (mode === 'linear') {
    return weightMatrix(output, input, (o) => {
      const place = clamp(at(o));
      const low = Math.floor(place);
      return [
        [low, 1 - (place - low)],
        [clamp(low + 1), place - low],
      ];
    });
  }
  if (mode !== 'cubic') throw new NoGradient(`mode ${mode}`);
  const a = call.float('cubic_coeff_a', -0.75);
  const excludeOutside = call.int('exclude_outside', 0) !== 0;
  return weightMatrix(output, input, (o) => {
    const low = Math.floor(at(o));
    const taps = range(4).map((i) => ({ place: low - 1 + i, weight: cubic(Math.abs(at(o) - (low - 1 + i)), a) }));
    if (!excludeOutside) return taps.map(({ place, weight }) => [clamp(place), weight]);
    const inside = taps.filter(({ place }) => place >= 0 && place < input);
    const total = inside.reduce((sum, { weight }) => sum + weight, 0);
    return inside.map(({ place, weight }) => [place, weight / total]);
  });
}

/** The cubic convolution kernel (Keys 1981) at a distance of 0 to 2. */
function cubic(distance: number, a: number): number {
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  if (distance < 2) return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
  return 0;
}

/** True when every input position is copied to a block of `rows / columns` output positions. */
export function isBlockCopy({ rows, columns, values }: AxisMatrix): boolean {
  const factor = rows / columns;
  return (
    Number.isInteger(factor) &&
    values.every((v, i) => v === (Math.floor(Math.floor(i / columns) / factor) === i % columns ? 1 : 0))
  );
}
