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

function pool(opType: string, shape: number[], kernel: number[], settings: Settings = {}): GradientCase {
  const list = Object.entries(settings).map(([name, v]) => `, ${name} ${String(v)}`);
  return {
    opType,
    name: `${shape.join('x')} by ${kernel.join('x')}${list.join('')}`,
    // a root of a sum of powers is steep at zero
    inputs: [
      opType === 'MaxPool' ? { shape, distinct: true } : opType === 'LpPool' ? { shape, between: [0.5, 2] } : shape,
    ],
    attributes: attributes({ kernel_shape: kernel, ...settings }),
    nodes: opType === 'MaxPool' ? 12 : opType === 'LpPool' ? undefined : 7,
  };
}

function roiAlign(
  name: string,
  { size = [5, 6], boxes = [0.3, 0.7, 4.2, 3.1, 1.1, 0.2, 5.9, 4.8, 2.2, 1.3, 3.4, 4.1] },
  settings: Settings,
  scale = 1,
): GradientCase {
  return {
    opType: 'RoiAlign',
    name,
    inputs: [[2, 2, ...size], { constant: boxes, shape: [3, 4] }, { longs: [1, 0, 1] }],
    attributes: { ...attributes(settings), spatial_scale: attribute.float(scale) },
  };
}

const both = ['MaxPool', 'AveragePool'].flatMap((opType) => [
  pool(opType, [2, 2, 4, 6], [2, 2], { strides: [2, 2] }),
  pool(opType, [2, 2, 4, 6], [2, 3], { strides: [2, 3] }),
  pool(opType, [1, 2, 5, 5], [2, 2], { strides: [2, 2] }),
  pool(opType, [1, 2, 5, 5], [2, 2], { strides: [2, 2], ceil_mode: 1 }),
  pool(opType, [1, 2, 5, 6], [3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] }),
  pool(opType, [1, 1, 6, 5], [3, 3], { strides: [2, 2], pads: [1, 0, 0, 1], ceil_mode: 1 }),
  pool(opType, [1, 2, 4, 5], [3, 3], { pads: [1, 1, 1, 1] }),
  pool(opType, [1, 2, 4, 5], [2, 2]),
  pool(opType, [1, 1, 7, 7], [2, 2], { strides: [3, 3] }),
  pool(opType, [1, 2, 5, 6], [3, 3], { strides: [2, 2], auto_pad: 'SAME_UPPER' }),
  pool(opType, [1, 2, 5, 6], [2, 2], { auto_pad: 'SAME_LOWER' }),
  pool(opType, [1, 2, 5, 6], [2, 2], { auto_pad: 'VALID', strides: [2, 2] }),
  pool(opType, [2, 2, 7], [3], { strides: [2] }),
  pool(opType, [1, 1, 4, 4, 3], [2, 2, 2], { strides: [2, 2, 1] }),
]);

export const pooling: readonly GradientCase[] = [
  ...both,
  pool('MaxPool', [1, 2, 6, 6], [2, 2], { dilations: [2, 3] }),
  pool('MaxPool', [2, 2, 6], [3], { strides: [3] }),
  // as many windows as would tile the input, and they do not
  pool('MaxPool', [1, 2, 6], [3], { strides: [3], pads: [1, 1] }),
  pool('MaxPool', [1, 2, 4], [2], { strides: [2], pads: [0, 1], dilations: [2] }),
  pool('MaxPool', [1, 2, 2, 4, 3], [2, 2, 3], { strides: [2, 2, 3] }),
  pool('AveragePool', [1, 2, 5, 6], [3, 3], { strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 }),
  pool('AveragePool', [1, 1, 6, 5], [3, 3], {
    strides: [2, 2],
    pads: [1, 0, 0, 1],
    count_include_pad: 1,
    ceil_mode: 1,
  }),
  { opType: 'GlobalAveragePool', name: 'two axes', inputs: [[2, 3, 3, 2]], nodes: 2 },
  { opType: 'GlobalAveragePool', name: 'one axis', inputs: [[2, 3, 5]] },
  { opType: 'GlobalMaxPool', name: 'two axes', inputs: [{ shape: [2, 3, 3, 2], distinct: true }], nodes: 5 },
  pool('LpPool', [1, 2, 5, 6], [2, 3], { strides: [2, 1], p: 2 }),
  pool('LpPool', [2, 1, 5, 5], [2, 2], { pads: [1, 0, 0, 1], p: 3 }),
  pool('LpPool', [1, 2, 7], [3], { dilations: [2], p: 1 }),
  { opType: 'GlobalLpPool', name: 'two axes', inputs: [[2, 3, 3, 2]] },
  {
    opType: 'GlobalLpPool',
    name: 'absolute values',
    inputs: [{ shape: [2, 3, 4], awayFrom: [0] }],
    attributes: { p: int(1) },
  },
  {
    opType: 'MaxUnpool',
    name: 'twice as large',
    inputs: [[1, 2, 2, 2], { longs: [5, 7, 13, 15, 16, 18, 29, 31], shape: [1, 2, 2, 2] }],
    attributes: attributes({ kernel_shape: [2, 2], strides: [2, 2] }),
  },
  {
    opType: 'MaxUnpool',
    name: 'a size stated',
    inputs: [[1, 1, 2, 2], { longs: [6, 8, 16, 18], shape: [1, 1, 2, 2] }, { longs: [1, 1, 5, 5] }],
    attributes: attributes({ kernel_shape: [2, 2], strides: [2, 2] }),
  },
  { opType: 'Col2Im', name: 'blocks that overlap', inputs: [[2, 8, 6], { longs: [3, 4] }, { longs: [2, 2] }] },
  {
    opType: 'Col2Im',
    name: 'strides, dilations, pads and a rest',
    inputs: [[1, 12, 9], { longs: [6, 8] }, { longs: [2, 3] }],
    attributes: attributes({ strides: [2, 2], dilations: [1, 2], pads: [0, 1, 1, 1] }),
  },
  { opType: 'CenterCropPad', name: 'cut and padded', inputs: [[4, 5], { longs: [3, 8] }] },
  {
    opType: 'CenterCropPad',
    name: 'some axes, odd',
    inputs: [[3, 5, 4], { longs: [2, 7] }],
    attributes: attributes({ axes: [1, -1] }),
  },
  roiAlign('two samples a side', {}, { sampling_ratio: 2, output_height: 2, output_width: 3 }),
  roiAlign('as many samples as pixels', {}, { output_height: 2, output_width: 3 }),
  roiAlign(
    'boxes smaller than a pixel, and beyond the picture',
    { size: [3, 4], boxes: [0.5, 0.25, 0.75, 1, -4, -3, 9, 11, 2, 1, 2.5, 7.5] },
    { output_height: 2, output_width: 2 },
  ),
  roiAlign(
    'corners counted as pixels are',
    { boxes: [2, 1, 2.5, 11, 3, 4, 14.5, 9, 0, 0, 8, 8.5] },
    { output_height: 2, output_width: 2, coordinate_transformation_mode: 'output_half_pixel' },
    0.5,
  ),
];
