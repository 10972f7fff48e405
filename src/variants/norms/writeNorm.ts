import { attribute } from '../../ir/attribute';
import type { DataType } from '../../ir/dataType';
import { elementCount, retitled, tensorFromBytes, type Tensor } from '../../ir/tensor';
import { say, type Noun } from '../../texts/say';
import { affine, rootMeanSquare, standardized } from '../normForms';
import type { Rewriter } from '../rewriter';
import { scalarTensor } from '../scalarTensor';
import type { NormSite } from './normSite';

/** Kinds of norm that can be put in the place of another. */
export type NormKind = 'batch' | 'layer' | 'instance' | 'group' | 'rms';

/** What people call them. */
export const normNoun = {
  batch: 'batch norm',
  layer: 'layer norm',
  instance: 'instance norm',
  group: 'group norm',
  rms: 'RMS norm',
} as const satisfies Readonly<Record<NormKind, Noun>>;

/** What a new norm takes over from the one before it. */
export interface NormSettings {
  readonly epsilon: number;
  /** Weight of the old running statistics. */
  readonly momentum: number;
  /** Constants of the graph that are taken over where they hold a number per channel; else they are ones and zeros. */
  readonly scale?: Tensor;
  readonly shift?: Tensor;
}

/** Wu and He 2018: 32 groups. */
const MOST_GROUPS = 32;

/**
 * The number of groups of a group norm: 32, or the largest number below that divides the channels and leaves two of them or
 * more in a group; 1 where there is none.
 */
export function groupsFor(channels: number): number {
  for (let groups = Math.min(MOST_GROUPS, channels >> 1); groups > 1; groups--)
    if (channels % groups === 0) return groups;
  return 1;
}

/** '8 in 16 channels' */
export function groupWords(channels: number): string {
  return say`${groupsFor(channels)} in ${channels} channels`;
}

/** Why a kind of norm cannot normalize a value; undefined where it can. */
export function misfit(kind: NormKind, { kind: site }: NormSite): string | undefined {
  return kind === 'instance' && site === 'vector'
    ? say`an instance norm has nothing to average over in a vector`
    : undefined;
}

/**
 * Writes a norm of the given kind: statistics over
 * - batch: all axes but the channels (Ioffe and Szegedy 2015);
 * - layer: a signal's channels and space, a vector's or a position's features (Ba et al. 2016);
 * - instance: a signal's space, a sequence's positions, for each channel (Ulyanov et al. 2016);
 * - group: the channels of a group, of signals with space (Wu and He 2018; see `groupsFor`);
 * - rms: as layer, not centred (Zhang and Sennrich 2019).
 * Scale and shift (rms: scale alone) are one number per channel.
 *
 * @param output name of the value that the norm computes
 */
export function writeNorm(kind: NormKind, site: NormSite, settings: NormSettings, output: string, r: Rewriter): void {
  const writers = { batch, layer, instance, group, rms };
  writers[kind](site, settings, output, r);
}

type Writer = (site: NormSite, settings: NormSettings, output: string, r: Rewriter) => void;

const batch: Writer = (site, settings, output, r) => {
  const { channels, channelAxis, value, dtype } = site;
  const statistics = (name: string, start: number) =>
    r.tensor(`${output}/${name}`, (n) => filled(n, dtype, [channels], start));
  const write = (x: string, y?: string) =>
    r.add(
      'BatchNormalization',
      [
        x,
        parameter('scale', site, settings.scale, [channels], output, r),
        parameter('shift', site, settings.shift, [channels], output, r),
        statistics('running_mean', 0),
        statistics('running_variance', 1),
      ],
      { epsilon: attribute.float(settings.epsilon), momentum: attribute.float(settings.momentum) },
      y,
    );
  if (channelAxis === 1) write(value, output);
  // all other axes are one for batch statistics
  else restored(r, value, write(r.add('Reshape', [value, r.ints([-1, channels])])), output);
};

const layer: Writer = (site, settings, output, r) => {
  const dims = perChannel(site);
  r.add(
    'LayerNormalization',
    [
      site.value,
      parameter('scale', site, settings.scale, dims, output, r),
      parameter('shift', site, settings.shift, dims, output, r),
    ],
    { axis: attribute.int(ownAxes(site)[0]), epsilon: attribute.float(settings.epsilon) },
    output,
  );
};

const instance: Writer = (site, settings, output, r) => {
  const { channels, rank, channelAxis, value } = site;
  const write = (x: string, y?: string) =>
    r.add(
      'InstanceNormalization',
      [
        x,
        parameter('scale', site, settings.scale, [channels], output, r),
        parameter('shift', site, settings.shift, [channels], output, r),
      ],
      { epsilon: attribute.float(settings.epsilon) },
      y,
    );
  if (channelAxis === 1) write(value, output);
  else channelsSecond(r, rank, value, output, (x) => write(x));
};

const group: Writer = (site, settings, output, r) => {
  const { channels, rank, channelAxis, kind, value, dtype } = site;
  const groups = groupsFor(channels);
  const affinely = (x: string, dims: readonly number[], y?: string) => {
    const scale = parameter('scale', site, settings.scale, dims, output, r);
    return affine(r, x, scale, parameter('shift', site, settings.shift, dims, output, r), y);
  };
  if (kind !== 'signal') {
    // every sample or position by itself
    const leading = ones(rank - 1).map(() => 0);
    const grouped = r.add('Reshape', [value, r.ints([...leading, groups, -1])]);
    const normalized = standardized(r, grouped, [rank], settings.epsilon, dtype);
    restored(r, value, affinely(normalized, [groups, channels / groups]), output);
    return;
  }
  const write = (x: string, y?: string) => {
    const grouped = r.add('Reshape', [x, r.ints([0, groups, -1])]);
    const whole = restored(r, x, standardized(r, grouped, [2], settings.epsilon, dtype));
    return affinely(whole, [channels, ...ones(rank - 2)], y);
  };
  if (channelAxis === 1) write(value, output);
  else channelsSecond(r, rank, value, output, (x) => write(x));
};

const rms: Writer = (site, settings, output, r) => {
  const normalized = rootMeanSquare(r, site.value, ownAxes(site), settings.epsilon, site.dtype);
  r.add('Mul', [normalized, parameter('scale', site, settings.scale, perChannel(site), output, r)], {}, output);
};

/** The axes of one sample's or one position's own values. */
function ownAxes({ kind, rank }: NormSite): number[] {
  const from = kind === 'signal' ? 1 : rank - 1;
  return Array.from({ length: rank - from }, (_, i) => from + i);
}

/** [C], or [C, 1, ...], which lines up with axis 1. */
function perChannel({ channels, channelAxis, rank }: NormSite): number[] {
  return [channels, ...ones(rank - 1 - channelAxis)];
}

const ones = (count: number) => Array.from({ length: count }, () => 1);

/** The value with the shape of another of as many elements. */
function restored(r: Rewriter, like: string, value: string, output?: string): string {
  return r.add('Reshape', [value, r.add('Shape', [like])], {}, output);
}

/** Works on the value with its last axis moved to the second place. */
function channelsSecond(r: Rewriter, rank: number, value: string, output: string, work: (x: string) => string): void {
  const middle = Array.from({ length: rank - 2 }, (_, i) => i + 1);
  const turned = r.add('Transpose', [value], { perm: attribute.ints([0, rank - 1, ...middle]) });
  const back = [0, ...middle.map((axis) => axis + 1), 1];
  r.add('Transpose', [work(turned)], { perm: attribute.ints(back) }, output);
}

/** The constant that is taken over, in the wanted shape, or a new one of ones (scale) or zeros (shift). */
function parameter(
  role: 'scale' | 'shift',
  { dtype }: NormSite,
  old: Tensor | undefined,
  dims: readonly number[],
  output: string,
  r: Rewriter,
): string {
  const fits = old !== undefined && elementCount(old.dims) === elementCount(dims);
  if (fits && old.dims.join() === dims.join()) return old.name;
  return r.tensor(`${output}/${role}`, (name) =>
    fits ? retitled(old, name, dims) : filled(name, dtype, dims, role === 'scale' ? 1 : 0),
  );
}

/** A constant of one number repeated. */
export function filled(name: string, dtype: DataType, dims: readonly number[], value: number): Tensor {
  const one = scalarTensor(name, dtype, value).bytes!;
  const bytes = new Uint8Array(one.length * elementCount(dims));
  for (let at = 0; at < bytes.length; at += one.length) bytes.set(one, at);
  return tensorFromBytes(name, dtype, dims, bytes);
}
