import assert from 'node:assert/strict';
import { openTfjsGraph } from '../../../../src/formats/tfjsGraph/openTfjsGraph';
import {
  assertGraphAgrees,
  f,
  floats,
  graphModel,
  graphNode as n,
  int,
  ints,
  placeholder,
  random,
  type OperatorCase as Case,
  type TestWeight,
} from '../../../support/tfjsGraphs';

const image = placeholder('x', [-1, 6, 7, 4]);
const matrix = placeholder('x', [-1, 5]);
const valid = { strides: [1, 1, 1, 1], padding: 'VALID', data_format: 'NHWC', dilations: [1, 1, 1, 1] };
const same = { ...valid, padding: 'SAME', strides: [1, 2, 2, 1] };
const kernel = random([3, 3, 4, 5], 2);
const positive = (shape: number[], seed: number) =>
  floats(
    shape,
    Array.from(random(shape, seed).values, (v) => 1 + Number(v)),
  );
const norm = { scale: random([4], 3), offset: random([4], 4), mean: random([4], 5), variance: positive([4], 6) };

const unary = (op: string, attr = {}): Case => [op, [matrix, n('y', op, ['x'], attr)]];
/** Operators that want positive numbers get the square of the input and a bit. */
const ofPositive = (op: string): Case => [
  op,
  [matrix, n('s', 'Square', ['x']), n('p', 'AddV2', ['s', 'c']), n('y', op, ['p'])],
  { c: floats([], [0.5]) },
];
const binary = (op: string): Case => [
  op,
  [matrix, placeholder('z', [-1, 5]), n('y', op, ['x', 'z']), n('w', op, ['c', 'y'])],
  { c: positive([5], 1) },
];
const reduced = (op: string, axes: TestWeight, keep: boolean): Case => [
  `${op} over ${[...Array.from(axes.values)].join(', ')}${keep ? ', kept' : ''}`,
  [image, n('c', 'Conv2D', ['x', 'k'], valid), n('y', op, ['c', 'axes'], { keep_dims: keep })],
  { axes, k: kernel },
];
const strided = (
  name: string,
  begin: number[],
  end: number[],
  strides: number[],
  masks: Record<string, number>,
): Case => [
  `StridedSlice: ${name}`,
  [image, n('y', 'StridedSlice', ['x', 'begin', 'end', 'strides'], masks)],
  { begin: ints(...begin), end: ints(...end), strides: ints(...strides) },
];
const fused = (name: string, ops: string[], weights: Record<string, TestWeight>): Case => [
  `_FusedConv2D: ${name}`,
  [
    image,
    n('y', '_FusedConv2D', ['x', 'k', ...Object.keys(weights)], {
      ...same,
      fused_ops: ops,
      num_args: Object.keys(weights).length,
      leakyrelu_alpha: f(0.3),
    }),
    n('z', 'MaxPool', ['y'], { ...valid, ksize: [1, 2, 2, 1] }),
  ],
  { k: kernel, ...weights },
];
const resized = (op: string, size: [number, number], attr = {}): Case => [
  `${op} to ${size.join('x')} ${JSON.stringify(attr)}`,
  [image, n('y', op, ['x', 'size'], { align_corners: false, half_pixel_centers: false, ...attr })],
  { size: ints(...size) },
];

const column = (...values: number[]): TestWeight => ({ dtype: 'int32', shape: [values.length, 1], values });
const pairs = (name: string, ...values: number[]): Record<string, TestWeight> => ({
  [name]: { dtype: 'int32', shape: [values.length / 2, 2], values },
});
const toFloat = { DstT: { type: 1 }, SrcT: { type: 3 } };

const cases: readonly Case[] = [
  ...['Relu', 'Relu6', 'Elu', 'Selu', 'Sigmoid', 'Tanh', 'Softplus', 'Softmax', 'LogSoftmax'].map((op) => unary(op)),
  ...['Abs', 'Ceil', 'Cos', 'Erf', 'Exp', 'Expm1', 'Floor', 'Neg', 'Round', 'Sign', 'Sin', 'Square'].map((op) =>
    unary(op),
  ),
  ...['Log', 'Log1p', 'Reciprocal', 'Rsqrt', 'Sqrt'].map(ofPositive),
  unary('LeakyRelu', { alpha: f(0.3) }),
  ['Prelu', [image, n('y', 'Prelu', ['x', 'a'])], { a: random([1, 1, 4]) }],
  [
    'Prelu after a convolution',
    [image, n('c', 'Conv2D', ['x', 'k'], valid), n('y', 'Prelu', ['c', 'a'])],
    { k: kernel, a: random([5]) },
  ],
  ...['Add', 'AddV2', 'Sub', 'Mul', 'RealDiv', 'Maximum', 'Minimum', 'SquaredDifference', 'DivNoNan', 'FloorMod'].map(
    binary,
  ),
  [
    'comparisons',
    [matrix, placeholder('z', [-1, 5]), n('g', 'Greater', ['x', 'z']), n('y', 'Select', ['g', 'x', 'z'])],
  ],
  ['FloorDiv', [matrix, placeholder('z', [-1, 5]), n('y', 'FloorDiv', ['x', 'z'])]],
  ['AddN', [matrix, n('y', 'AddN', ['x', 'x', 'x'])]],
  ['ClipByValue', [matrix, n('y', 'ClipByValue', ['x', 'a', 'b'])], { a: floats([], [-0.25]), b: floats([], [0.5]) }],

  ['Conv2D', [image, n('y', 'Conv2D', ['x', 'k'], valid)], { k: kernel }],
  ['Conv2D, same, strided', [image, n('y', 'Conv2D', ['x', 'k'], same)], { k: kernel }],
  ['Conv2D, dilated', [image, n('y', 'Conv2D', ['x', 'k'], { ...valid, dilations: [1, 2, 2, 1] })], { k: kernel }],
  [
    'Conv2D with explicit paddings',
    [
      image,
      n('y', 'Conv2D', ['x', 'k'], { ...valid, padding: 'EXPLICIT', explicit_paddings: [0, 0, 1, 2, 0, 1, 0, 0] }),
    ],
    { k: kernel },
  ],
  [
    'Conv2D with a kernel behind an Identity',
    [image, n('i', 'Identity', ['k']), n('y', 'Conv2D', ['x', 'i'], valid)],
    { k: kernel },
  ],
  [
    'Conv2D and BiasAdd',
    [image, n('c', 'Conv2D', ['x', 'k'], valid), n('y', 'BiasAdd', ['c', 'b'])],
    { k: kernel, b: random([5]) },
  ],
  [
    'Conv2D with what a folded norm leaves',
    [
      image,
      n('c', 'Conv2D', ['x', 'k'], valid),
      n('m', 'Mul', ['c', 'g']),
      n('s', 'Sub', ['b', 'm']),
      n('y', 'Relu', ['s']),
    ],
    { k: kernel, g: random([5], 3), b: random([1, 1, 1, 5], 4) },
  ],
  ['DepthwiseConv2dNative', [image, n('y', 'DepthwiseConv2dNative', ['x', 'k'], same)], { k: random([3, 3, 4, 2]) }],
  [
    'FusedDepthwiseConv2dNative',
    [
      image,
      n('y', 'FusedDepthwiseConv2dNative', ['x', 'k', 'b'], { ...valid, fused_ops: ['BiasAdd', 'Relu6'], num_args: 1 }),
    ],
    { k: random([3, 3, 4, 1]), b: random([4]) },
  ],
  fused('bias', ['BiasAdd'], { b: random([5], 3) }),
  fused('bias and Relu', ['BiasAdd', 'Relu'], { b: random([5], 3) }),
  fused('bias and Elu', ['BiasAdd', 'Elu'], { b: random([5], 3) }),
  fused('bias and LeakyRelu', ['BiasAdd', 'LeakyRelu'], { b: random([5], 3) }),
  fused('bias and Prelu', ['BiasAdd', 'Prelu'], { b: random([5], 3), a: random([1, 1, 5], 4) }),
  [
    'Conv2DBackpropInput',
    [
      placeholder('x', [2, 4, 5, 3]),
      n('y', 'Conv2DBackpropInput', ['shape', 'k', 'x'], { ...valid, padding: 'SAME', strides: [1, 2, 2, 1] }),
    ],
    { shape: ints(2, 8, 9, 6), k: random([3, 3, 6, 3]) },
  ],
  [
    'Conv2DBackpropInput, valid',
    [
      placeholder('x', [2, 4, 5, 3]),
      n('y', 'Conv2DBackpropInput', ['shape', 'k', 'x'], { ...valid, strides: [1, 2, 2, 1] }),
    ],
    { shape: ints(2, 10, 12, 6), k: random([3, 3, 6, 3]) },
  ],
  ...['FusedBatchNorm', 'FusedBatchNormV3'].map((op): Case => [
    op,
    [
      image,
      n('y', op, ['x', 'scale', 'offset', 'mean', 'variance'], {
        epsilon: 0.01,
        is_training: false,
        data_format: 'NHWC',
      }),
    ],
    norm,
  ]),
  ['MaxPool', [image, n('y', 'MaxPool', ['x'], { ...same, ksize: [1, 3, 2, 1] })]],
  ['AvgPool', [image, n('y', 'AvgPool', ['x'], { ...same, ksize: [1, 3, 3, 1] })]],
  ['DepthToSpace', [image, n('y', 'DepthToSpace', ['x'], { block_size: 2, data_format: 'NHWC' })]],
  ['LRN', [image, n('y', 'LRN', ['x'], { depth_radius: 1, bias: f(1), alpha: 0.5, beta: 0.75 })]],

  ['MatMul', [matrix, n('y', 'MatMul', ['x', 'w'])], { w: random([5, 3]) }],
  ['MatMul, transposed', [matrix, n('y', 'MatMul', ['x', 'w'], { transpose_b: true })], { w: random([3, 5]) }],
  ['MatMul, 1 for true', [matrix, n('y', 'MatMul', ['x', 'w'], { transpose_b: { b: 1 } })], { w: random([3, 5]) }],
  [
    '_FusedMatMul',
    [matrix, n('y', '_FusedMatMul', ['x', 'w', 'b'], { fused_ops: ['BiasAdd', 'Relu'], num_args: 1 })],
    { w: random([5, 3]), b: random([3]) },
  ],
  ['BatchMatMulV2', [placeholder('x', [2, 3, 5]), n('y', 'BatchMatMulV2', ['x', 'x'], { adj_x: false, adj_y: true })]],

  ...['Mean', 'Sum', 'Max', 'Min'].flatMap((op) => [reduced(op, ints(1, 2), false), reduced(op, ints(1, 2), true)]),
  reduced('Mean', int(-1), false),
  [
    'ArgMax',
    [matrix, n('a', 'ArgMax', ['x', 'axis']), n('y', 'Cast', ['a'], { SrcT: { type: 3 }, DstT: { type: 1 } })],
    { axis: int(-1) },
  ],

  ['Reshape', [image, n('y', 'Reshape', ['x', 'shape'])], { shape: ints(-1, 14, 12) }],
  [
    'Reshape to a computed shape',
    [
      image,
      n('s', 'Shape', ['x']),
      n('b', 'StridedSlice', ['s', 'zero', 'one', 'one'], { shrink_axis_mask: 1 }),
      n('p', 'Pack', ['b', 'rest'], { N: 2, axis: 0 }),
      n('y', 'Reshape', ['x', 'p']),
    ],
    { zero: ints(0), one: ints(1), rest: int(-1) },
  ],
  ['Transpose', [image, n('y', 'Transpose', ['x', 'perm'])], { perm: ints(0, 2, 3, 1) }],
  [
    'ExpandDims and Squeeze',
    [image, n('e', 'ExpandDims', ['x', 'd']), n('r', 'Relu', ['e']), n('y', 'Squeeze', ['r'], { squeeze_dims: [-2] })],
    { d: int(-2) },
  ],
  [
    'ConcatV2',
    [image, n('c', 'Conv2D', ['x', 'k'], { ...valid, padding: 'SAME' }), n('y', 'ConcatV2', ['c', 'x', 'axis'])],
    { k: kernel, axis: int(-1) },
  ],
  [
    'ConcatV2 of convolutions',
    [image, n('c', 'Conv2D', ['x', 'k'], valid), n('r', 'Relu', ['c']), n('y', 'ConcatV2', ['c', 'r', 'axis'])],
    { k: kernel, axis: int(3) },
  ],
  ['Split', [image, n('s', 'Split', ['axis', 'x'], { num_split: 2 }), n('y', 'Sub', ['s', 's:1'])], { axis: int(-1) }],
  [
    'SplitV',
    [image, n('s', 'SplitV', ['x', 'sizes', 'axis'], { num_split: 2 }), n('y', 'Neg', ['s:1'])],
    { sizes: ints(1, -1), axis: int(3) },
  ],
  ['Slice', [image, n('y', 'Slice', ['x', 'begin', 'size'])], { begin: ints(0, 1, 2, 0), size: ints(-1, 3, 2, -1) }],
  strided('plain', [0, 1, 0, 0], [0, 5, -1, 2], [1, 2, 1, 1], { begin_mask: 1, end_mask: 1 }),
  strided('one element', [0, -1, 0, 1], [0, 0, 0, 2], [1, 1, 1, 1], {
    begin_mask: 5,
    end_mask: 5,
    shrink_axis_mask: 2,
  }),
  strided('ellipsis', [0, 1], [0, 3], [1, 1], { ellipsis_mask: 1 }),
  strided('a new axis', [0, 0, 2], [0, 0, 4], [1, 1, 1], { begin_mask: 1, end_mask: 1, new_axis_mask: 2 }),
  [
    'Pad',
    [image, n('y', 'Pad', ['x', 'p'])],
    { p: { dtype: 'int32', shape: [4, 2], values: [0, 0, 1, 2, 0, 3, 0, 0] } },
  ],
  [
    'PadV2 after a convolution',
    [image, n('c', 'Conv2D', ['x', 'k'], valid), n('y', 'PadV2', ['c', 'p', 'v'])],
    { k: kernel, p: { dtype: 'int32', shape: [4, 2], values: [0, 0, 1, 2, 0, 3, 0, 1] }, v: floats([], [0.5]) },
  ],
  [
    'MirrorPad',
    [image, n('c', 'Conv2D', ['x', 'k'], valid), n('y', 'MirrorPad', ['c', 'p'], { mode: 'REFLECT' })],
    { k: kernel, p: { dtype: 'int32', shape: [4, 2], values: [0, 0, 1, 2, 0, 3, 0, 0] } },
  ],
  [
    'Pack and Unpack',
    [
      image,
      n('p', 'Pack', ['x', 'x'], { N: 2, axis: 1 }),
      n('r', 'Relu', ['p']),
      n('u', 'Unpack', ['r'], { num: 2, axis: 1 }),
      n('y', 'Neg', ['u:1']),
    ],
  ],
  ['Tile', [matrix, n('y', 'Tile', ['x', 'm'])], { m: ints(2, 3) }],
  ['GatherV2', [image, n('y', 'GatherV2', ['x', 'i', 'axis'])], { i: ints(2, 0, 1), axis: int(2) }],
  [
    'Fill',
    [matrix, n('v', 'Fill', ['dims', 'value']), n('y', 'Mul', ['x', 'v'])],
    { dims: ints(5), value: floats([], [2]) },
  ],
  resized('ResizeBilinear', [12, 14]),
  resized('ResizeBilinear', [9, 5], { half_pixel_centers: true }),
  resized('ResizeBilinear', [11, 13], { align_corners: true }),
  resized('ResizeNearestNeighbor', [12, 14]),
  resized('ResizeNearestNeighbor', [9, 5], { half_pixel_centers: true }),
  ...['Acos', 'Asin', 'Atanh'].map((op): Case => [
    op,
    [matrix, n('t', 'Tanh', ['x']), n('h', 'Mul', ['t', 'c']), n('y', op, ['h'])],
    { c: floats([], [0.9]) },
  ]),
  ...['Asinh', 'Atan', 'Cosh', 'Sinh', 'Tan'].map((op) => unary(op)),
  [
    'Acosh',
    [matrix, n('s', 'Cosh', ['x']), n('p', 'AddV2', ['s', 'c']), n('y', 'Acosh', ['p'])],
    { c: floats([], [0.5]) },
  ],
  ['Atan2', [matrix, placeholder('z', [-1, 5]), n('y', 'Atan2', ['x', 'z'])]],
  [
    'Atan2 on the axes',
    [matrix, n('zero', 'Sub', ['x', 'x']), n('moved', 'AddV2', ['zero', 'a']), n('y', 'Atan2', ['moved', 'b'])],
    { a: floats([5], [0, 0, 1, -1, 0]), b: floats([5], [0, 2, 0, 0, -2]) },
  ],
  [
    'IsNan, IsInf, IsFinite',
    [
      matrix,
      n('quotient', 'RealDiv', ['x', 'c']),
      ...['IsNan', 'IsInf', 'IsFinite'].flatMap((op) => [
        n(op, op, ['quotient']),
        n(`${op}_y`, 'Cast', [op], { DstT: { type: 1 }, SrcT: { type: 10 } }),
      ]),
      n('i', 'AddV2', ['IsNan_y', 'IsInf_y']),
      n('y', 'Sub', ['IsFinite_y', 'i']),
    ],
    { c: floats([5], [1, 0, 2, Number.NaN, 0]) },
  ],
  ['Mod', [matrix, placeholder('z', [-1, 5]), n('y', 'Mod', ['x', 'z'])]],
  [
    'IdentityN, ShapeN, Rank, Size',
    [
      image,
      n('i', 'IdentityN', ['x', 'x']),
      n('s', 'ShapeN', ['i', 'i:1']),
      n('r', 'Rank', ['x']),
      n('size', 'Size', ['i:1']),
      n('a', 'AddV2', ['s:1', 'r']),
      n('y', 'AddV2', ['a', 'size']),
    ],
  ],
  ['EuclideanNorm', [image, n('y', 'EuclideanNorm', ['x', 'axes'], { keep_dims: false })], { axes: ints(1, 2) }],
  ...['All', 'Any'].map((op): Case => [
    op,
    [
      matrix,
      n('b', 'Less', ['x', 'c']),
      n('a', op, ['b', 'axes'], { keep_dims: true }),
      n('y', 'Select', ['a2', 'x', 'z']),
      n('a2', 'LogicalAnd', ['a', 'b']),
      n('z', 'Neg', ['x']),
    ],
    { c: floats([], [0.4]), axes: ints(1) },
  ]),
  ...[false, true].map((exclusive): Case => [
    `Cumsum${exclusive ? ', exclusive and reversed' : ''}`,
    [matrix, n('y', 'Cumsum', ['x', 'axis'], { exclusive, reverse: exclusive })],
    { axis: int(1) },
  ]),
  ['ReverseV2', [image, n('y', 'ReverseV2', ['x', 'axes'])], { axes: ints(1, -1) }],
  [
    'SpaceToBatchND, a convolution and BatchToSpaceND',
    [
      image,
      n('s', 'SpaceToBatchND', ['x', 'block', 'pads']),
      n('c', 'Conv2D', ['s', 'k'], valid),
      n('y', 'BatchToSpaceND', ['c', 'block', 'crops']),
    ],
    { k: kernel, block: ints(2, 2), ...pairs('pads', 2, 2, 2, 3), ...pairs('crops', 0, 0, 0, 1) },
  ],
  [
    'TopKV2',
    [
      matrix,
      n('t', 'TopKV2', ['x', 'k'], { sorted: true }),
      n('i', 'Cast', ['t:1'], toFloat),
      n('y', 'AddV2', ['t', 'i']),
    ],
    { k: int(3) },
  ],
  [
    'OneHot',
    [
      placeholder('x', [-1, 5], 'int32'),
      n('small', 'FloorMod', ['x', 'c']),
      n('moved', 'Sub', ['small', 'one']),
      n('y', 'OneHot', ['moved', 'depth', 'on', 'off'], { axis: -1 }),
    ],
    { c: int(5), one: int(1), depth: int(3), on: floats([], [2]), off: floats([], [-1]) },
  ],
  [
    'LinSpace',
    [matrix, n('l', 'LinSpace', ['a', 'b', 'c']), n('y', 'AddV2', ['x', 'l'])],
    { a: floats([], [-1]), b: floats([], [2]), c: int(5) },
  ],
  [
    'LowerBound and UpperBound',
    [
      matrix,
      placeholder('z', [-1, 3]),
      n('t', 'TopKV2', ['x', 'k'], { sorted: true }),
      n('sorted', 'ReverseV2', ['t', 'axis']),
      n('l', 'LowerBound', ['sorted', 'z']),
      n('u', 'UpperBound', ['sorted', 'z']),
      n('y', 'AddV2', ['l', 'u']),
    ],
    { k: int(5), axis: ints(1) },
  ],
  [
    'Bincount',
    [placeholder('x', [7], 'int32'), n('m', 'FloorMod', ['x', 'c']), n('y', 'Bincount', ['m', 'size', 'weights'])],
    { c: int(4), size: int(3), weights: random([7]) },
  ],
  [
    'ScatterNd',
    [matrix, n('r', 'Slice', ['x', 'b', 'e']), n('y', 'ScatterNd', ['places', 'r', 'shape'])],
    { b: ints(0, 0), e: ints(2, 5), places: column(3, 3), shape: ints(4, 5) },
  ],
  [
    'TensorScatterUpdate',
    [matrix, n('y', 'TensorScatterUpdate', ['c', 'places', 'r']), n('r', 'Slice', ['x', 'b', 'e'])],
    { c: random([4, 5]), b: ints(0, 0), e: ints(2, 5), places: column(3, 0) },
  ],
  [
    'SparseToDense',
    [placeholder('x', [2]), n('y', 'SparseToDense', ['places', 'shape', 'x', 'd'])],
    { places: { dtype: 'int32', shape: [2, 2], values: [0, 1, 2, 0] }, shape: ints(3, 2), d: floats([], [0.5]) },
  ],
  ...['SparseSegmentSum', 'SparseSegmentMean'].map((op): Case => [
    op,
    [placeholder('x', [4, 5]), n('y', op, ['x', 'rows', 'segments'])],
    { rows: ints(0, 2, 3, 3), segments: ints(0, 0, 1, 2) },
  ]),
  [
    'BroadcastArgs',
    [matrix, n('s', 'Shape', ['x']), n('b', 'BroadcastArgs', ['s', 'o']), n('y', 'BroadcastTo', ['x', 'b'])],
    { o: ints(3, 1, 5) },
  ],
  ...[false, true].map((batch): Case => [
    `MaxPoolWithArgmax${batch ? ' over the batch' : ''}`,
    [
      image,
      n('p', 'MaxPoolWithArgmax', ['x'], { ...same, ksize: [1, 2, 2, 1], include_batch_in_index: batch }),
      n('i', 'Cast', ['p:1'], toFloat),
      n('y', 'AddV2', ['p', 'i']),
    ],
  ]),
  [
    'FakeQuantWithMinMaxVars',
    [matrix, n('y', 'FakeQuantWithMinMaxVars', ['x', 'a', 'b'])],
    { a: floats([], [-1]), b: floats([], [1]) },
  ],
];

describe('operators of graph models: ONNX Runtime gives what tfjs-converter gives', function () {
  this.timeout(20_000);
  for (const [name, nodes, weights] of cases) {
    it(name, async () => {
      const { text, folder } = graphModel(nodes, weights);
      const model = await openTfjsGraph(folder, 'model.json', text);
      assert.deepEqual(model.problems, []);
      await assertGraphAgrees(model, text, async (path) => {
        const source = await folder.open(path);
        return source.read(0, source.size);
      });
    });
  }

  it('says why it does not compute an operator', async () => {
    const [matrixOf, none] = [n('c', 'Complex', ['x', 'x']), n('own', 'MyOwnOperator', ['x'])];
    const { text, folder } = graphModel([matrix, matrixOf, none, n('p', 'Cumprod', ['x', 'x'])]);
    const model = await openTfjsGraph(folder, 'model.json', text);
    assert.deepEqual(
      model.problems.map((p) => p.message),
      [
        'Complex c is not computed: ONNX Runtime has no complex numbers',
        'MyOwnOperator own is not computed: the operator has no equivalent in ONNX that is known here',
        'Cumprod p is not computed: ONNX has no running product before opset 26',
      ],
    );
  });
});
