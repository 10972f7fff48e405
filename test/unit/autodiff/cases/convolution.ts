import { attribute, type Attribute } from '../../../../src/ir/attribute';
import type { GradientCase } from '../../../support/finiteDifferences';

const { ints, int, string } = attribute;

interface Settings {
  readonly [name: string]: number | string | readonly number[];
}

function attributes(settings: Settings): Record<string, Attribute> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, v]) => [
      name,
      typeof v === 'number' ? int(v) : typeof v === 'string' ? string(v) : ints(v),
    ]),
  );
}

function conv(x: number[], w: number[], settings: Settings = {}, nodes?: number): GradientCase {
  return {
    opType: 'Conv',
    name: describe(x, w, settings),
    inputs: [x, w, [w[0]]],
    attributes: attributes(settings),
    nodes,
  };
}

/** The gradient in blocks of channels. */
function inBlocks(channelBlock: number, x: number[], w: number[], settings: Settings = {}): GradientCase {
  const test = conv(x, w, settings);
  return { ...test, name: `${test.name}, in blocks of ${channelBlock}`, channelBlock };
}

function transposed(x: number[], w: number[], settings: Settings = {}, nodes?: number): GradientCase {
  const channels = w[1] * ((settings.group as number) ?? 1);
  return {
    opType: 'ConvTranspose',
    name: describe(x, w, settings),
    inputs: [x, w, [channels]],
    attributes: attributes(settings),
    nodes,
  };
}

function describe(x: number[], w: number[], settings: Settings): string {
  const list = Object.entries(settings).map(([name, v]) => `${name} ${String(v)}`);
  return `${x.join('x')} by ${w.join('x')}${list.length > 0 ? `, ${list.join(', ')}` : ''}`;
}

/** Strides, dilations and pads in all combinations: what is left over, cut off and added differs in each. */
const sweep = [1, 2, 3].flatMap((stride) =>
  [1, 2].flatMap((dilation) =>
    [
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [0, 2, 1, 0],
    ].map((pads) => ({ strides: [stride, stride], dilations: [dilation, dilation], pads })),
  ),
);

export const convolution: readonly GradientCase[] = [
  inBlocks(2, [1, 2, 4, 5], [2, 2, 3, 3], { pads: [1, 1, 1, 1] }),
  inBlocks(2, [4, 4, 3, 4], [6, 4, 3, 2], { pads: [1, 0, 1, 1] }),
  inBlocks(4, [5, 4, 3, 3], [8, 4, 2, 3], { pads: [1, 1, 0, 1] }),
  ...sweep
    .filter(({ dilations }) => dilations[0] === 1)
    .map((settings) => inBlocks(2, [2, 2, 6, 7], [4, 2, 3, 2], settings)),
  ...sweep.map((settings) => inBlocks(2, [2, 4, 6, 7], [4, 1, 3, 2], { ...settings, group: 4 })),
  ...sweep.map((settings) => conv([1, 2, 6, 7], [2, 2, 3, 2], settings)),
  // on transformed tiles
  conv([2, 12, 5, 7], [12, 12, 3, 3], { pads: [1, 1, 1, 1] }),
  conv([8, 12, 4, 3], [12, 12, 3, 3], { pads: [0, 2, 2, 1] }),
  conv([2, 3, 4, 4], [2, 3, 1, 1], {}),
  conv([2, 3, 4, 5], [2, 3, 1, 1], { strides: [2, 2] }),
  conv([1, 2, 3, 3], [2, 2, 1, 1], { pads: [1, 0, 1, 2] }),
  conv([1, 2, 5, 6], [3, 2, 3, 3], { strides: [2, 1], dilations: [1, 2], pads: [1, 2, 1, 2] }),
  conv([1, 1, 3, 3], [1, 1, 2, 2], { pads: [2, 2, 2, 2] }),
  conv([2, 1, 9, 8], [2, 1, 7, 7], { pads: [3, 3, 3, 3] }),
  conv([1, 2, 9, 9], [2, 2, 7, 7], { strides: [2, 2], pads: [3, 3, 3, 3] }),
  conv([1, 1, 12, 12], [2, 1, 3, 3], { pads: [1, 1, 1, 1] }),
  conv([1, 2, 5, 6], [2, 2, 3, 3], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  conv([1, 2, 5, 6], [2, 2, 2, 2], { auto_pad: 'SAME_LOWER' }),
  conv([1, 2, 5, 6], [2, 2, 2, 2], { auto_pad: 'VALID', strides: [2, 3] }),
  conv([2, 4, 4, 5], [6, 2, 3, 3], { group: 2, pads: [1, 1, 1, 1] }),
  conv([1, 6, 5, 5], [3, 2, 3, 3], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv([1, 4, 5, 5], [4, 2, 2, 2], { group: 2, dilations: [2, 2] }),
  conv([2, 4, 3, 3], [4, 2, 1, 1], { group: 2 }),
  conv([2, 3, 4, 5], [3, 1, 3, 3], { group: 3, pads: [1, 1, 1, 1] }),
  conv([2, 3, 5, 6], [3, 1, 3, 3], { group: 3, strides: [2, 2], pads: [1, 1, 1, 1] }),
  conv([1, 2, 6, 6], [2, 1, 3, 3], { group: 2, dilations: [2, 2], strides: [2, 1], pads: [2, 2, 2, 2] }),
  conv([1, 2, 5, 5], [6, 1, 3, 3], { group: 2, pads: [1, 1, 1, 1] }),
  conv([1, 2, 5, 5], [4, 1, 3, 3], { group: 2, strides: [2, 2] }),
  conv([2, 3, 7], [2, 3, 3], { pads: [1, 1] }),
  conv([2, 2, 9], [2, 2, 3], { strides: [2], dilations: [2], pads: [2, 1] }),
  conv([2, 4, 8], [4, 1, 3], { group: 4, strides: [3] }),
  conv([1, 2, 3, 4, 3], [2, 2, 2, 3, 2], { pads: [1, 1, 0, 0, 1, 1] }),
  conv([1, 2, 4, 3, 5], [2, 2, 2, 2, 3], { strides: [2, 1, 2], dilations: [1, 2, 1], pads: [0, 1, 1, 1, 1, 0] }),
  conv([1, 2, 3, 3, 3], [2, 1, 2, 2, 2], { group: 2, strides: [1, 2, 1] }),
  {
    opType: 'Conv',
    name: 'without bias',
    inputs: [
      [1, 2, 4, 4],
      [3, 2, 3, 3],
    ],
  },

  ...[1, 2, 3].flatMap((stride) =>
    [
      [0, 0, 0, 0],
      [1, 0, 2, 1],
    ].map((pads) => transposed([1, 2, 3, 4], [2, 2, 3, 3], { strides: [stride, stride], pads })),
  ),
  transposed([2, 2, 3, 3], [2, 3, 1, 1]),
  transposed([1, 2, 3, 3], [2, 2, 3, 3], { strides: [2, 2], output_padding: [1, 1], pads: [1, 1, 1, 1] }),
  transposed([1, 2, 3, 3], [2, 2, 2, 2], { dilations: [2, 3], strides: [1, 2] }),
  transposed([1, 2, 3, 4], [2, 2, 3, 3], { strides: [2, 2], auto_pad: 'SAME_UPPER' }),
  transposed([1, 2, 3, 4], [2, 2, 3, 3], { strides: [2, 2], auto_pad: 'SAME_LOWER' }),
  transposed([1, 2, 3, 4], [2, 2, 3, 3], { strides: [2, 2], output_shape: [6, 8] }),
  transposed([1, 4, 3, 3], [4, 1, 3, 3], { group: 4, strides: [2, 2], pads: [1, 1, 1, 1] }),
  transposed([1, 4, 3, 3], [4, 3, 2, 2], { group: 2 }),
  transposed([2, 2, 5], [2, 3, 3], { strides: [2], pads: [1, 0] }),
  transposed([1, 2, 2, 3, 2], [2, 1, 2, 2, 3], { strides: [2, 1, 2] }),
];
