import { attribute } from '../../../../src/ir/attribute';
import type { GradientCase } from '../../../support/finiteDifferences';

const { int, ints, float, floats, string } = attribute;
const domain = 'com.microsoft';
const shape = [2, 3, 4];
/** Small weights keep softmax away from its flat ends. */
const small = (shape: readonly number[]) => ({ shape, between: [-1, 1] as const });

/** Attention over two sequences of three words of four features in two heads. */
const attention = (
  name: string,
  more: Partial<GradientCase> & { rest?: GradientCase['inputs'] } = {},
): GradientCase => ({
  opType: 'Attention',
  domain,
  name,
  inputs: [small([2, 3, 4]), small([4, 12]), small([12]), ...(more.rest ?? [])],
  attributes: { num_heads: int(2), ...more.attributes },
  outputs: more.outputs,
  into: more.into,
  mutated: more.mutated ?? false,
});

const multiHead = (name: string, inputs: GradientCase['inputs'], more: Partial<GradientCase> = {}): GradientCase => ({
  opType: 'MultiHeadAttention',
  domain,
  name,
  inputs,
  outputs: more.outputs,
  into: more.into,
  mutated: more.mutated ?? false,
  attributes: { num_heads: int(2), ...more.attributes },
});

const rotary = (name: string, more: Partial<GradientCase>): GradientCase => ({
  opType: 'RotaryEmbedding',
  domain,
  name,
  inputs: [[2, 3, 8], { longs: [1] }, small([6, 2]), small([6, 2])],
  ...more,
});

/** Three words in two sequences, two heads of queries of eight features, as the kernel wants them, and one of keys. */
const grouped = (
  name: string,
  more: Partial<GradientCase> & { first?: GradientCase['inputs'] } = {},
): GradientCase => ({
  opType: 'GroupQueryAttention',
  domain,
  name,
  inputs: more.inputs ?? [small([2, 3, 16]), small([2, 3, 8]), small([2, 3, 8]), null, null, lasts([2, 2]), total(3)],
  attributes: { num_heads: int(2), kv_num_heads: int(1), ...more.attributes },
  outputs: 3,
  into: more.into,
  mutated: more.mutated ?? false,
});
const lasts = (longs: readonly number[]) => ({ longs, dtype: 'int32' as const });
const total = (long: number) => ({ longs: [long], shape: [], dtype: 'int32' as const });

export const microsoft: readonly GradientCase[] = [
  { opType: 'Gelu', domain, name: 'elementwise', inputs: [shape] },
  { opType: 'BiasGelu', domain, name: 'bias', inputs: [shape, [4]] },
  { opType: 'FastGelu', domain, name: 'elementwise', inputs: [shape] },
  { opType: 'FastGelu', domain, name: 'bias', inputs: [shape, [4]] },
  { opType: 'QuickGelu', domain, name: 'elementwise', inputs: [shape] },
  { opType: 'QuickGelu', domain, name: 'alpha', inputs: [shape], attributes: { alpha: float(1.2) } },
  {
    opType: 'FusedConv',
    domain,
    name: 'sum and Sigmoid',
    inputs: [[1, 2, 4, 4], [3, 2, 3, 3], [3], [1, 3, 4, 4]],
    attributes: { activation: string('Sigmoid'), pads: ints([1, 1, 1, 1]) },
  },
  ...(
    [
      ['Relu', []],
      ['LeakyRelu', [0.2]],
      ['HardSigmoid', [0.1, 0.4]],
      ['Clip', [-2, 3]],
      ['', []],
    ] as const
  ).map(([activation, parameters]): GradientCase => ({
    opType: 'FusedConv',
    domain,
    name: activation === '' ? 'no activation' : activation,
    inputs: [
      [1, 2, 4, 3],
      [2, 2, 2, 2],
    ],
    attributes: {
      ...(activation !== '' && { activation: string(activation) }),
      ...(parameters.length > 0 && { activation_params: floats(parameters) }),
    },
  })),
  {
    opType: 'FusedGemm',
    domain,
    name: 'LeakyRelu',
    inputs: [[3, 4], [2, 4], [2]],
    attributes: {
      transB: int(1),
      alpha: float(0.5),
      beta: float(2),
      activation: string('LeakyRelu'),
      activation_alpha: float(0.1),
    },
  },
  {
    opType: 'FusedMatMul',
    domain,
    name: 'both transposed, scaled',
    inputs: [
      [2, 4, 3],
      [2, 5, 4],
    ],
    attributes: { transA: int(1), transB: int(1), alpha: float(0.5) },
  },
  {
    opType: 'TransposeMatMul',
    domain,
    name: 'left transposed',
    inputs: [
      [4, 3],
      [4, 2],
    ],
    attributes: { transA: int(1) },
  },
  {
    opType: 'FusedMatMul',
    domain,
    name: 'a matrix on the right',
    inputs: [
      [2, 3, 4],
      [4, 2],
    ],
  },
  {
    opType: 'SkipLayerNormalization',
    domain,
    name: 'all inputs, sum read',
    inputs: [[2, 3, 4], [2, 3, 4], [4], [4], [4]],
    outputs: 4,
    into: [0, 3],
    attributes: { epsilon: float(0.01) },
  },
  {
    opType: 'SkipLayerNormalization',
    domain,
    name: 'without shift and bias, skip broadcast',
    inputs: [[2, 3, 4], [3, 4], [4]],
  },
  {
    opType: 'SkipSimplifiedLayerNormalization',
    domain,
    name: 'bias, sum read',
    inputs: [[2, 3, 4], [2, 3, 4], [4], [4]],
    outputs: 4,
    leftOut: [1, 2],
    into: [0, 3],
    attributes: { epsilon: float(0.01) },
  },
  { opType: 'SimplifiedLayerNormalization', name: 'last axis', inputs: [[2, 3, 4], [4]] },
  {
    opType: 'SimplifiedLayerNormalization',
    name: 'last two axes',
    inputs: [
      [2, 3, 4],
      [3, 4],
    ],
    attributes: { axis: int(1), epsilon: float(0.1) },
  },
  {
    opType: 'EmbedLayerNormalization',
    domain,
    name: 'segments and mask',
    inputs: [
      { longs: [0, 2, 2, 1, 3, 0], shape: [2, 3], dtype: 'int32' },
      { longs: [0, 0, 1, 0, 1, 1], shape: [2, 3], dtype: 'int32' },
      [4, 4],
      [5, 4],
      [2, 4],
      [4],
      [4],
      { longs: [1, 1, 1, 1, 1, 0], shape: [2, 3], dtype: 'int32' },
    ],
    outputs: 2,
    into: [0],
    attributes: { epsilon: float(0.01) },
  },
  {
    opType: 'EmbedLayerNormalization',
    domain,
    name: 'positions stated, sum read',
    inputs: [
      { longs: [0, 2, 2, 1], shape: [2, 2], dtype: 'int32' },
      null,
      [4, 3],
      [5, 3],
      null,
      [3],
      [3],
      null,
      { longs: [4, 0, 1, 2], shape: [2, 2], dtype: 'int32' },
    ],
    outputs: 3,
    into: [0, 2],
  },
  attention('no mask', { mutated: true }),
  attention('unidirectional', { attributes: { unidirectional: int(1) } }),
  attention('lengths', { rest: [{ longs: [3, 2], dtype: 'int32' }] }),
  attention('ends and starts', { rest: [{ longs: [3, 2, 1, 0], dtype: 'int32' }] }),
  attention('ones and zeros', { rest: [{ longs: [1, 1, 1, 1, 0, 1], shape: [2, 3], dtype: 'int32' }] }),
  attention('a mask per query, scale', {
    rest: [{ longs: [1, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 1], shape: [2, 3, 3], dtype: 'int32' }],
    attributes: { scale: float(0.4) },
  }),
  attention('past and present', { rest: [null, small([2, 2, 2, 1, 2])], outputs: 2, into: [0, 1] }),
  attention('unidirectional with past', {
    rest: [null, small([2, 2, 2, 2, 2])],
    outputs: 2,
    into: [0, 1],
    attributes: { unidirectional: int(1) },
  }),
  attention('scores shifted', { rest: [null, null, small([2, 2, 3, 3])] }),
  {
    opType: 'Attention',
    domain,
    name: 'values of another width',
    inputs: [small([1, 3, 4]), small([4, 14]), small([14])],
    attributes: { num_heads: int(2), qkv_hidden_sizes: ints([4, 4, 6]) },
    mutated: false,
  },
  multiHead('three inputs', [small([2, 3, 4]), small([2, 3, 4]), small([2, 3, 4])], { mutated: true }),
  multiHead('bias, other keys and widths', [small([2, 2, 4]), small([2, 3, 4]), small([2, 3, 6]), small([14])]),
  multiHead('keys and values by heads', [small([2, 2, 4]), small([2, 2, 3, 2]), small([2, 2, 3, 2])]),
  multiHead('keys and values by heads, bias, lengths', [
    ...[small([2, 2, 4]), small([2, 2, 3, 2]), small([2, 2, 3, 2]), small([12])],
    { longs: [3, 2], dtype: 'int32' },
  ]),
  multiHead('padding, scores shifted', [
    small([2, 3, 4]),
    small([2, 3, 4]),
    small([2, 3, 4]),
    null,
    { longs: [1, 1, 0, 1, 1, 1], shape: [2, 3], dtype: 'int32' },
    small([1, 2, 3, 3]),
  ]),
  multiHead(
    'past and present, unidirectional',
    [small([1, 2, 4]), small([1, 2, 4]), small([1, 2, 4]), null, null, null, small([1, 2, 1, 2]), small([1, 2, 1, 2])],
    { outputs: 3, into: [0, 1, 2], attributes: { unidirectional: int(1) } },
  ),
  rotary('halves', { attributes: { num_heads: int(2) }, mutated: false }),
  rotary('interleaved', { attributes: { interleaved: int(1) } }),
  rotary('a part, positions stated', {
    inputs: [[2, 2, 3, 6], { longs: [0, 1, 2, 5, 3, 1], shape: [2, 3] }, small([6, 2]), small([6, 2])],
    attributes: { rotary_embedding_dim: int(4), num_heads: int(2) },
  }),
  grouped('prompt', { mutated: true }),
  grouped('prompt, padded', {
    inputs: [small([2, 3, 16]), small([2, 3, 8]), small([2, 3, 8]), null, null, lasts([1, 2]), total(3)],
    into: [0, 1, 2],
  }),
  grouped('queries, keys and values in one, scale and softcap', {
    inputs: [small([2, 3, 32]), null, null, null, null, lasts([2, 2]), total(3)],
    attributes: { scale: float(0.7), softcap: float(1.5) },
  }),
  grouped('past and present', {
    inputs: [
      ...[small([1, 2, 16]), small([1, 2, 8]), small([1, 2, 8]), small([1, 1, 3, 8]), small([1, 1, 3, 8])],
      ...[lasts([4]), total(5)],
    ],
    into: [0, 1, 2],
  }),
  grouped('pasts of several lengths, one word, turned', {
    inputs: [
      ...[small([2, 1, 32]), small([2, 1, 16]), small([2, 1, 16]), small([2, 1, 3, 16]), small([2, 1, 3, 16])],
      ...[lasts([1, 3]), total(4), small([6, 8]), small([6, 8])],
    ],
    attributes: { do_rotary: int(1) },
  }),
  grouped('turned in pairs, packed', {
    inputs: [small([2, 3, 64]), null, null, null, null, lasts([2, 2]), total(3), small([6, 8]), small([6, 8])],
    attributes: { do_rotary: int(1), rotary_interleaved: int(1) },
  }),
  grouped('turned in part, positions stated', {
    inputs: [
      ...[small([1, 3, 64]), small([1, 3, 32]), small([1, 3, 32]), null, null, lasts([2]), total(3)],
      ...[small([8, 8]), small([8, 8]), { longs: [2, 3, 4], shape: [1, 3] }],
    ],
    attributes: { do_rotary: int(1) },
  }),
  grouped('a window', { attributes: { local_window_size: int(2) } }),
  grouped('a window over the past', {
    inputs: [
      ...[small([2, 1, 16]), small([2, 1, 8]), small([2, 1, 8]), small([2, 1, 3, 8]), small([2, 1, 3, 8])],
      ...[lasts([3, 2]), total(4)],
    ],
    attributes: { local_window_size: int(2) },
  }),
  grouped('scores shifted', {
    inputs: [
      ...[small([2, 3, 16]), small([2, 3, 8]), small([2, 3, 8]), null, null, lasts([2, 2]), total(3)],
      ...[null, null, null, small([2, 1, 3, 3])],
    ],
  }),
  grouped('scores shifted, with past', {
    inputs: [
      ...[small([2, 1, 16]), small([2, 1, 8]), small([2, 1, 8]), small([2, 1, 3, 8]), small([2, 1, 3, 8])],
      ...[lasts([3, 3]), total(4), null, null, null, small([1, 2, 1, 4])],
    ],
  }),
  grouped('a share for nothing', { attributes: { smooth_softmax: int(1) } }),
  grouped('a share for nothing by head', {
    inputs: [
      ...[small([2, 3, 16]), small([2, 3, 8]), small([2, 3, 8]), null, null, lasts([2, 2]), total(3)],
      ...[null, null, null, null, small([2])],
    ],
  }),
];
