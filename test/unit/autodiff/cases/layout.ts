import { attribute } from '../../../../src/ir/attribute';
import type { GradientCase } from '../../../support/finiteDifferences';

const { int, ints, string, float } = attribute;
const shape = [2, 3, 4];

export const layout: readonly GradientCase[] = [
  fourier('of real numbers', 1, {}),
  fourier('of complex numbers, along the last axis', 2, { axis: 2 }),
  fourier('the half that is not mirrored, of fewer numbers than there are', 1, { onesided: 1 }, 4),
  fourier('of more numbers than there are', 2, { axis: -2 }, 6),
  fourier('backwards', 2, { inverse: 1 }),
  {
    opType: 'STFT',
    name: 'windows that overlap',
    inputs: [[2, 9, 1], { longs: [2], shape: [] }, { shape: [4], between: [0.2, 1] }],
  },
  {
    opType: 'STFT',
    name: 'of complex numbers, no window',
    inputs: [[1, 9, 2], { longs: [3], shape: [] }, null, { longs: [5], shape: [] }],
    attributes: { onesided: int(0) },
  },
  {
    opType: 'Compress',
    name: 'along an axis',
    inputs: [shape, { bools: [1, 0, 1] }],
    attributes: { axis: int(-2) },
  },
  { opType: 'Compress', name: 'elements in their order', inputs: [[2, 3], { bools: [0, 1, 1, 0, 1] }] },
  { opType: 'Reshape', name: 'sizes', inputs: [shape, { longs: [0, -1] }], nodes: 1 },
  { opType: 'Reshape', name: 'sizes computed', inputs: [shape, { longs: [6, 4], computed: true }], nodes: 1 },
  { opType: 'Flatten', name: 'axis 1', inputs: [shape], nodes: 1 },
  { opType: 'Flatten', name: 'axis 0', inputs: [shape], attributes: { axis: int(0) }, nodes: 1 },
  { opType: 'Squeeze', name: 'axes', inputs: [[2, 1, 3], { longs: [1] }], nodes: 1 },
  { opType: 'Unsqueeze', name: 'axes', inputs: [[2, 3], { longs: [0, -1] }], nodes: 1 },
  { opType: 'Transpose', name: 'reversed', inputs: [shape], nodes: 1 },
  { opType: 'Transpose', name: 'rotated', inputs: [shape], attributes: { perm: ints([2, 0, 1]) }, nodes: 1 },
  { opType: 'Expand', name: 'new and old axes', inputs: [[3, 1], { longs: [2, 3, 4] }], nodes: 4 },
  { opType: 'Expand', name: 'shape of its own is larger', inputs: [[3, 4], { longs: [1, 4] }], nodes: 0 },
  {
    opType: 'Concat',
    name: 'three parts',
    inputs: [
      [2, 1],
      [2, 3],
      [2, 2],
    ],
    attributes: { axis: int(1) },
    nodes: 1,
  },
  {
    opType: 'Concat',
    name: 'a constant among them',
    inputs: [[1, 2], { constant: [1, 2], shape: [1, 2] }, [2, 2]],
    attributes: { axis: int(-2) },
    nodes: 2,
  },
  {
    opType: 'Split',
    name: 'all parts',
    inputs: [[2, 6], { longs: [1, 2, 3] }],
    attributes: { axis: int(1) },
    outputs: 3,
    into: [0, 1, 2],
    nodes: 1,
  },
  {
    opType: 'Split',
    name: 'one part',
    inputs: [[6, 2]],
    attributes: { num_outputs: int(3) },
    outputs: 3,
    into: [1],
    nodes: 3,
  },
  { opType: 'Slice', name: 'a range', inputs: [shape, { longs: [1] }, { longs: [3] }, { longs: [2] }], nodes: 1 },
  {
    opType: 'Slice',
    name: 'all axes, to the end',
    inputs: [[3, 4], { longs: [1, -2] }, { longs: [1000, 1000] }],
    nodes: 1,
  },
  {
    opType: 'Slice',
    name: 'steps',
    inputs: [[5, 7], { longs: [0, 1] }, { longs: [5, 6] }, { longs: [0, 1] }, { longs: [2, 3] }],
    nodes: 4,
  },
  {
    opType: 'Slice',
    name: 'steps to the edge',
    inputs: [[5, 6], { longs: [0, 0] }, { longs: [5, 6] }, { longs: [0, 1] }, { longs: [2, 2] }],
    nodes: 4,
  },
  {
    opType: 'Slice',
    name: 'backwards',
    inputs: [[5], { longs: [-1] }, { longs: [-1000] }, { longs: [0] }, { longs: [-1] }],
    nodes: 1,
  },
  {
    opType: 'Slice',
    name: 'backwards with steps',
    inputs: [[2, 6], { longs: [4] }, { longs: [0] }, { longs: [1] }, { longs: [-2] }],
  },
  { opType: 'Gather', name: 'rows, some twice', inputs: [[5, 3], { longs: [1, 4, 1, -1], shape: [2, 2] }], nodes: 3 },
  {
    opType: 'Gather',
    name: 'inner axis',
    inputs: [[2, 4, 3], { longs: [3, 0, 3] }],
    attributes: { axis: int(1) },
    nodes: 5,
  },
  {
    opType: 'Gather',
    name: 'one constant index',
    inputs: [[2, 4, 3], { longs: [-3], shape: [] }],
    attributes: { axis: int(1) },
    nodes: 2,
  },
  {
    opType: 'Gather',
    name: 'one computed index',
    inputs: [[2, 4, 3], { longs: [2], shape: [], computed: true }],
    attributes: { axis: int(-2) },
  },
  {
    opType: 'GatherElements',
    name: 'labels',
    inputs: [[3, 5], { longs: [4, 0, 4], shape: [3, 1] }],
    attributes: { axis: int(1) },
    nodes: 2,
  },
  {
    opType: 'GatherElements',
    name: 'elements taken twice',
    inputs: [[3, 2], { longs: [0, 0, 2, -1], shape: [2, 2] }],
    nodes: 2,
  },
  { opType: 'GatherND', name: 'points', inputs: [[3, 4], { longs: [0, 1, 2, 3, 0, 1], shape: [3, 2] }], nodes: 2 },
  { opType: 'GatherND', name: 'rows', inputs: [[3, 4], { longs: [2, 0, 2], shape: [3, 1] }], nodes: 2 },
  {
    opType: 'GatherND',
    name: 'two batch axes',
    inputs: [[2, 1, 4, 3], { longs: [3, 0, 3, 1, 0, 2], shape: [2, 1, 3, 1] }],
    attributes: { batch_dims: int(2) },
  },
  ...['none', 'add', 'mul', 'max', 'min'].flatMap((reduction): GradientCase[] => {
    const floats = (shape: readonly number[]) => ({ shape, distinct: true });
    return [
      {
        opType: 'ScatterElements',
        name: `reduction ${reduction}`,
        inputs: [floats([3, 4]), { longs: [2, 0, -1, 1, 0, 3], shape: [2, 3] }, floats([2, 3])],
        attributes: { axis: int(1), reduction: string(reduction) },
        mutated: reduction !== 'mul',
      },
      {
        opType: 'ScatterND',
        name: `rows, reduction ${reduction}`,
        inputs: [floats([4, 2, 3]), { longs: [2, 0], shape: [2, 1] }, floats([2, 2, 3])],
        attributes: { reduction: string(reduction) },
        mutated: reduction !== 'mul',
      },
    ];
  }),
  ...['add', 'mul', 'max'].flatMap((reduction): GradientCase[] => {
    const floats = (shape: readonly number[]) => ({ shape, distinct: true });
    return [
      {
        opType: 'ScatterElements',
        name: `places more than once, reduction ${reduction}`,
        inputs: [floats([3, 2]), { longs: [1, 0, 1, 2, 1, 0], shape: [3, 2] }, floats([3, 2])],
        attributes: { reduction: string(reduction) },
        mutated: false,
      },
      {
        opType: 'ScatterND',
        name: `points more than once, reduction ${reduction}`,
        inputs: [floats([2, 3]), { longs: [1, 2, 0, 1, 1, 2], shape: [3, 2] }, floats([3])],
        attributes: { reduction: string(reduction) },
        mutated: false,
      },
    ];
  }),
  ...['ScatterND', 'ScatterElements'].map((opType): GradientCase => ({
    opType,
    name: 'factors, 0 among them',
    inputs: [[3], { longs: [1, 2], shape: opType === 'ScatterND' ? [2, 1] : [2] }, { shape: [2], values: [0, 0.7] }],
    attributes: { reduction: string('mul') },
  })),
  {
    opType: 'ReverseSequence',
    name: 'time first',
    inputs: [[4, 2, 2], { longs: [3, 2] }],
    nodes: 1,
  },
  {
    opType: 'ReverseSequence',
    name: 'batch first',
    inputs: [[2, 4, 2], { longs: [4, 2] }],
    attributes: { batch_axis: int(0), time_axis: int(1) },
  },
  {
    opType: 'TopK',
    name: 'the largest',
    inputs: [{ shape: [2, 5], distinct: true }, { longs: [2] }],
    outputs: 2,
    into: [0],
    nodes: 2,
  },
  {
    opType: 'TopK',
    name: 'the smallest of another axis',
    inputs: [{ shape: [4, 2], distinct: true }, { longs: [3] }],
    attributes: { axis: int(0), largest: int(0) },
    outputs: 2,
    into: [0],
  },
  ...['edge', 'reflect'].map((mode): GradientCase => ({
    opType: 'Pad',
    name: `a long axis, ${mode}`,
    inputs: [[1, 270, 1], { longs: [0, 3, 0, 0, 2, 0] }],
    attributes: { mode: string(mode) },
    mutated: false,
  })),
  { opType: 'Pad', name: 'constant', inputs: [[2, 3], { longs: [1, 0, 2, 3] }], nodes: 1 },
  { opType: 'Pad', name: 'cut and padded', inputs: [[3, 4], { longs: [-1, 2, 1, -1] }], nodes: 1 },
  { opType: 'Pad', name: 'axes', inputs: [[2, 3], { longs: [2, 1] }, null, { longs: [-1] }], nodes: 1 },
  {
    opType: 'Pad',
    name: 'reflect',
    inputs: [[1, 1, 4, 5], { longs: [0, 0, 2, 1, 0, 0, 1, 3] }],
    attributes: { mode: string('reflect') },
  },
  { opType: 'Pad', name: 'edge', inputs: [[3, 4], { longs: [0, 2, 1, 1] }], attributes: { mode: string('edge') } },
  { opType: 'Tile', name: 'two axes', inputs: [[2, 3], { longs: [2, 3] }], nodes: 6 },
  { opType: 'DepthToSpace', name: 'DCR', inputs: [[1, 8, 2, 3]], attributes: { blocksize: int(2) }, nodes: 1 },
  {
    opType: 'DepthToSpace',
    name: 'CRD',
    inputs: [[1, 8, 2, 3]],
    attributes: { blocksize: int(2), mode: string('CRD') },
    nodes: 3,
  },
  { opType: 'SpaceToDepth', name: 'blocks', inputs: [[1, 2, 4, 6]], attributes: { blocksize: int(2) }, nodes: 1 },
  { opType: 'Trilu', name: 'upper', inputs: [[3, 4]], nodes: 1 },
  {
    opType: 'Trilu',
    name: 'lower with offset',
    inputs: [[2, 3, 3], { longs: [-1], shape: [] }],
    attributes: { upper: int(0) },
  },
  { opType: 'Dropout', name: 'inference', inputs: [shape], nodes: 0 },
  {
    opType: 'Dropout',
    name: 'training',
    inputs: [[4, 8], { constant: [0.3] }, { bools: [1], shape: [] }],
    attributes: { seed: int(7) },
    random: true,
    nodes: 3,
  },
  {
    opType: 'Dropout',
    name: 'training with the mask as an output',
    inputs: [[4, 4], null, { bools: [1], shape: [] }],
    attributes: { seed: int(3) },
    outputs: 2,
    random: true,
  },
  ...resize(
    [1, 2, 3, 4],
    [1, 1, 2, 3],
    { mode: string('nearest'), coordinate_transformation_mode: string('asymmetric'), nearest_mode: string('floor') },
    'nearest, whole factors',
  ),
  ...resize([1, 1, 3, 4], [1, 1, 1.5, 2.3], { mode: string('nearest') }, 'nearest, broken factors'),
  ...resize(
    [1, 2, 5, 4],
    [1, 1, 0.6, 0.5],
    { mode: string('nearest'), nearest_mode: string('ceil') },
    'nearest, smaller',
  ),
  ...resize([1, 2, 3, 4], [1, 1, 2, 2], { mode: string('linear') }, 'linear'),
  ...resize(
    [1, 2, 3, 4],
    [1, 1, 2, 1.7],
    { mode: string('linear'), coordinate_transformation_mode: string('align_corners') },
    'linear, corners aligned',
  ),
  ...resize(
    [1, 2, 3, 4],
    [1, 1, 2, 2],
    { mode: string('linear'), coordinate_transformation_mode: string('asymmetric') },
    'linear, asymmetric',
  ),
  ...resize(
    [1, 1, 4, 5],
    [1, 1, 2, 1.6],
    { mode: string('cubic'), coordinate_transformation_mode: string('pytorch_half_pixel') },
    'cubic',
  ),
  ...resize(
    [1, 1, 4, 5],
    [1, 1, 2, 2],
    { mode: string('cubic'), cubic_coeff_a: float(-0.5), exclude_outside: int(1) },
    'cubic without the outside',
  ),
  ...['zeros', 'border', 'reflection'].flatMap((padding) => [
    ...sampled('bilinear', padding, 0),
    ...sampled('bilinear', padding, 1),
    ...sampled('bicubic', padding, 0),
    ...sampled('nearest', padding, 1),
  ]),
  {
    opType: 'OneHot',
    name: 'values',
    inputs: [{ longs: [0, 2, -1, 7], shape: [2, 2] }, { longs: [3], shape: [] }, [2]],
    attributes: { axis: int(1) },
  },
  { opType: 'OneHot', name: 'last axis', inputs: [{ longs: [1, 0] }, { longs: [2], shape: [] }, [2]] },
  ...resize(
    [1, 1, 9, 11],
    [1, 1, 1.6, 0.7],
    {
      mode: string('nearest'),
      nearest_mode: string('round_prefer_ceil'),
      coordinate_transformation_mode: string('asymmetric'),
    },
    'nearest, halves that float32 decides',
  ),
  ...resize(
    [1, 1, 9, 11],
    [1, 1, 2.5, 0.3],
    {
      mode: string('nearest'),
      nearest_mode: string('ceil'),
      coordinate_transformation_mode: string('half_pixel_symmetric'),
    },
    'nearest, half pixels about the middle',
  ),
  ...resize([1, 2, 9, 7], [1, 1, 0.35, 1.6], { mode: string('linear'), antialias: int(1) }, 'linear, antialiased'),
  ...resize(
    [1, 1, 6, 7],
    [1, 1, 0.5, 0.6],
    {
      mode: string('cubic'),
      antialias: int(1),
      exclude_outside: int(1),
      coordinate_transformation_mode: string('align_corners'),
    },
    'cubic, antialiased, without the outside',
  ),
  ...(['nearest', 'linear', 'cubic'] as const).map((mode): GradientCase => ({
    opType: 'Resize',
    name: `${mode}, of a region that reaches beyond the picture`,
    inputs: [
      [1, 1, 5, 5],
      { constant: [0, 0, -0.2, 0.3, 1, 1, 0.8, 1.4], shape: [8], float32: true },
      null,
      { longs: [1, 1, 4, 7] },
    ],
    attributes: {
      mode: string(mode),
      coordinate_transformation_mode: string('tf_crop_and_resize'),
      extrapolation_value: float(2),
    },
  })),
  { opType: 'Resize', name: 'sizes', inputs: [[1, 2, 3, 4], null, null, { longs: [1, 2, 6, 8] }], nodes: 2 },
];

function resize(
  input: number[],
  scales: number[],
  attributes: GradientCase['attributes'],
  name: string,
): GradientCase[] {
  return [
    {
      opType: 'Resize',
      name,
      inputs: [input, null, { constant: scales.map(Math.fround), shape: [4], float32: true }],
      attributes,
    },
  ];
}

/** A transform along an axis of [2, 5, 4, parts]. */
function fourier(name: string, parts: number, settings: Record<string, number>, length?: number): GradientCase {
  return {
    opType: 'DFT',
    name,
    inputs: [[2, 5, 4, parts], ...(length === undefined ? [] : [{ longs: [length], shape: [] }])],
    attributes: Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, int(value)])),
  };
}

/** Places keep away from the borders of pixels and of the picture, at which samples have a kink. */
function sampled(mode: string, padding: string, aligned: number): GradientCase[] {
  const kinks = aligned === 1 ? [1 / 3, 1, 5 / 3] : [0.25, 0.75, 1, 1.25, 1.75];
  const places = { shape: [2, 2, 3, 2], between: [-1.6, 1.6] as const, awayFrom: kinks.flatMap((k) => [-k, k]) };
  const constant = [0.3, -0.9, 1.2, 0.1, -0.4, 0.6, -1.3, 0.2, 0.9, -0.5, 0.05, 1.4];
  return [
    {
      opType: 'GridSample',
      name: `${mode}, ${padding}${aligned === 1 ? ', corners aligned' : ''}`,
      // which pixel is nearest does not change with the place
      inputs: [
        [2, 2, 4, 4],
        mode === 'nearest' ? { constant: [...constant, ...constant], shape: [2, 2, 3, 2] } : places,
      ],
      attributes: { mode: string(mode), padding_mode: string(padding), align_corners: int(aligned) },
      mutated: mode === 'bilinear' && padding === 'border',
    },
  ];
}
