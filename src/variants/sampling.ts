import { attribute } from '../ir/attribute';
import { dataTypeCode, type DataType } from '../ir/dataType';
import type { Rewriter } from './rewriter';

/** A position along one axis that a sample is made of: its index, as a float, and how much it counts; 1 where that is left out. */
interface Tap {
  readonly index: string;
  readonly weight?: string;
}

/** Indices are computed in floats, which are exact up to here. */
export const MOST_PIXELS = 2 ** 24;

/** Keys 1981 with a = -0.75, as a polynomial in the distance: within one pixel, and within two. */
const CUBIC = [
  [1, 0, -2.25, 1.25],
  [3, -6, 3.75, -0.75],
];

/**
 * Samples of pictures between their pixels: for each the weighted sum of the pixels around it, which are gathered, so that gradients reach
 * the pictures through these and the places through the weights.
 * @param pixels [batch, channels, height * width]
 * @param rows, columns what the samples are made of, with indices and weights [batch, 1, count]
 * @returns [batch, channels, count]
 */
export function sampled(
  pixels: string,
  [rows, columns]: readonly (readonly Tap[])[],
  { channels, width, dtype }: { readonly channels: number; readonly width: number; readonly dtype: DataType },
  r: Rewriter,
): string {
  const terms = rows.flatMap((row) =>
    columns.map((column) => {
      const index = r.add('Add', [r.add('Mul', [row.index, r.scalar(width, dtype)]), column.index]);
      const integers = r.add('Cast', [index], { to: attribute.int(dataTypeCode('int64')) });
      const everywhere = r.add('Expand', [integers, r.ints([1, channels, 1])]);
      const taken = r.add('GatherElements', [pixels, everywhere], { axis: attribute.int(2) });
      return [row.weight, column.weight].reduce<string>((v, weight) => (weight ? r.add('Mul', [v, weight]) : v), taken);
    }),
  );
  return terms.length > 1 ? r.add('Sum', terms) : terms[0];
}

/** What the attributes of a node make of places along an axis. */
export class Axis {
  constructor(
    private readonly r: Rewriter,
    private readonly dtype: DataType,
    private readonly mode: string,
    private readonly padding: string,
    private readonly aligned = false,
  ) {}

  /** The pixels along an axis of this size that samples at `place` are made of: from -1 at its first pixel (centre or outer edge) to 1. */
  taps(place: string, size: number): Tap[] {
    const scale = (this.aligned ? size - 1 : size) / 2;
    return this.tapsAt(this.add(this.mul(place, scale), (size - 1) / 2), size);
  }

  /** The same for a position that counts pixels: 0 is the centre of the first. */
  tapsAt(position: string, size: number): Tap[] {
    if (this.mode === 'nearest') return [this.tap(this.r.add('Round', [position]), undefined, size)];
    const moved = this.mode === 'bilinear' ? this.inside(position, size) : position;
    const floor = this.r.add('Floor', [moved]);
    const fraction = this.r.add('Sub', [moved, floor]);
    const rest = this.r.add('Sub', [this.number(1), fraction]);
    if (this.mode === 'bilinear') {
      return [this.tap(floor, rest, size), this.tap(this.add(floor, 1), fraction, size)];
    }
    const [near, far] = CUBIC;
    const weights = [
      this.polynomial(far, this.add(fraction, 1)),
      this.polynomial(near, fraction),
      this.polynomial(near, rest),
      this.polynomial(far, this.add(rest, 1)),
    ];
    return weights.map((weight, i) => this.tap(this.add(floor, i - 1), weight, size));
  }

  /** A pixel, or what stands for one outside of the picture: nothing, or one inside. */
  private tap(index: string, weight: string | undefined, size: number): Tap {
    const { r } = this;
    const within = this.padding === 'reflection' ? this.reflected(index, size) : index;
    const clipped = r.add('Clip', [within, this.number(0), this.number(size - 1)]);
    if (this.padding !== 'zeros') return { index: clipped, weight };
    const exists = r.add('Cast', [r.add('Equal', [clipped, index])], { to: attribute.int(dataTypeCode(this.dtype)) });
    return { index: clipped, weight: weight ? r.add('Mul', [weight, exists]) : exists };
  }

  /** A position outside of the picture moved to its border, or mirrored there. */
  private inside(position: string, size: number): string {
    if (this.padding === 'zeros') return position;
    if (this.padding === 'reflection') return this.reflected(position, size);
    return this.r.add('Clip', [position, this.number(0), this.number(size - 1)]);
  }

  /** Mirrored at the centres of the outer pixels (aligned) or at their edges, as often as it takes. */
  private reflected(position: string, size: number): string {
    const { r } = this;
    const low = this.aligned ? 0 : -0.5;
    const range = size - 1 - 2 * low;
    if (range === 0) return this.mul(position, 0);
    const distance = r.add('Abs', [this.add(position, -low)]);
    const turns = r.add('Floor', [this.mul(distance, 1 / (2 * range))]);
    const once = r.add('Sub', [distance, this.mul(turns, 2 * range)]);
    const fromEnd = r.add('Abs', [this.add(once, -range)]);
    return r.add('Sub', [this.number(low + range), fromEnd]);
  }

  private polynomial(coefficients: readonly number[], x: string): string {
    const [last, ...others] = [...coefficients].reverse();
    return others.reduce((sum, c) => this.add(this.r.add('Mul', [sum, x]), c), this.number(last));
  }

  private add(x: string, amount: number): string {
    return amount === 0 ? x : this.r.add('Add', [x, this.number(amount)]);
  }

  private mul(x: string, factor: number): string {
    return this.r.add('Mul', [x, this.number(factor)]);
  }

  private number(value: number): string {
    return this.r.scalar(value, this.dtype);
  }
}
