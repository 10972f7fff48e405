import { say } from '../texts/say';
import { weightMatrix, type AxisMatrix } from './axisMatrix';
import type { Call } from './call';
import { NoGradient } from './noGradient';
import { range } from './shapes';

type Coordinate = (o: number, input: number, output: number, scale: number) => number;

const f = Math.fround;

/**
 * Where output position `o` lies on the input axis (ONNX Resize, coordinate_transformation_mode), in float32 as the runtime computes it:
 * halves decide which element is the nearest.
 */
const coordinates: ReadonlyMap<string, Coordinate> = new Map<string, Coordinate>([
  ['half_pixel', (o, _, __, scale) => f(f((o + 0.5) / scale) - 0.5)],
  ['pytorch_half_pixel', (o, _, output, scale) => (output > 1 ? f(f((o + 0.5) / scale) - 0.5) : 0)],
  ['align_corners', (o, input, output) => (output > 1 ? f((o * (input - 1)) / (output - 1)) : 0)],
  ['asymmetric', (o, _, __, scale) => f(o / scale)],
  [
    'half_pixel_symmetric',
    (o, input, output, scale) => {
      const offset = f((input / 2) * f(1 - f(output / f(scale * input))));
      return f(f(offset + f((o + 0.5) / scale)) - 0.5);
    },
  ],
]);

const roundings: ReadonlyMap<string, (at: number) => number> = new Map([
  ['round_prefer_floor', (at: number) => Math.ceil(at - 0.5)],
  ['round_prefer_ceil', (at: number) => Math.floor(at + 0.5)],
  ['floor', Math.floor],
  ['ceil', Math.ceil],
]);

/** The part of an axis that is read, from 0 for its first element to 1 for its last (tf_crop_and_resize). */
export type Region = readonly [start: number, end: number];

function within([start, end]: Region, o: number, input: number, output: number): number {
  if (output <= 1) return f(0.5 * f(f(start + end) * (input - 1)));
  return f(f(start * (input - 1)) + f(f(o * f(f(end - start) * (input - 1))) / (output - 1)));
}

/**
 * The linear map of one axis of a Resize node from `input` to `output` positions.
 * @param region of tf_crop_and_resize: positions outside of the axis have a value of their own, and no gradient
 */
export function interpolation(
  call: Call,
  input: number,
  output: number,
  scale: number,
  region: Region | undefined,
): AxisMatrix {
  const at = (o: number) =>
    region ? within(region, o, input, output) : coordinateOf(call)(o, input, output, f(scale));
  const map = interpolated(call, input, output, scale, at);
  if (region === undefined) return map;
  const isOutside = (row: number) => at(row) < 0 || at(row) > input - 1;
  return { ...map, values: map.values.map((v, i) => (isOutside(Math.floor(i / input)) ? 0 : v)) };
}

function coordinateOf(call: Call): Coordinate {
  const transformation = call.string('coordinate_transformation_mode', 'half_pixel');
  const coordinate = coordinates.get(transformation);
  if (!coordinate) throw new NoGradient(say`coordinate_transformation_mode ${transformation}`);
  return coordinate;
}

function interpolated(call: Call, input: number, output: number, scale: number, at: (o: number) => number): AxisMatrix {
  const clamp = (i: number) => Math.min(Math.max(i, 0), input - 1);
  const mode = call.string('mode', 'nearest');
  if (call.int('antialias', 0) !== 0 && mode !== 'nearest') return antialiased(call, mode, input, output, at, scale);
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
  if (mode !== 'cubic') throw new NoGradient(say`mode ${mode}`);
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

/**
 * Linear and cubic interpolation whose kernel is as wide as an output element when the picture shrinks (Resize, opset 18; as Pillow
 * does): the weights of all input elements under it, as shares of one.
 */
function antialiased(
  call: Call,
  mode: string,
  input: number,
  output: number,
  at: (o: number) => number,
  scale: number,
): AxisMatrix {
  const a = call.float('cubic_coeff_a', -0.75);
  const narrow = Math.min(scale, 1);
  const support = (mode === 'cubic' ? 2 : 1) / narrow;
  const kernel = (distance: number) => (mode === 'cubic' ? cubic(distance, a) : Math.max(1 - distance, 0));
  const excludeOutside = call.int('exclude_outside', 0) !== 0;
  return weightMatrix(output, input, (o) => {
    const center = at(o) + 0.5;
    const first = Math.floor(center - support + 0.5);
    const taps = range(Math.floor(center + support + 0.5) - first)
      .map((i) => ({ place: first + i, weight: kernel(Math.abs(first + i - center + 0.5) * narrow) }))
      .filter(({ place }) => !excludeOutside || (place >= 0 && place < input));
    const total = taps.reduce((sum, { weight }) => sum + weight, 0);
    return taps.map(({ place, weight }) => [Math.min(Math.max(place, 0), input - 1), weight / total]);
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
