import { conv } from './convolution';
import { addDims, broadcastShapes, type Dims } from './dims';
import { sameType, tensorFact, type InferenceNode, type InferenceRules } from './inferenceNode';
import { matMul } from './matrix';
import { layerNormalization } from './normalization';
import { quantizationRules } from './quantization';

/** Operators of com.microsoft that ONNX Runtime's optimizer and exporters leave in files (ContribOperators.md). */
export const contribRules: InferenceRules = {
  Gelu: (n) => [sameType(n.fact(0))],
  FastGelu: (n) => [sameType(n.fact(0))],
  QuickGelu: (n) => [sameType(n.fact(0))],
  BiasGelu: (n) => [sameType(n.fact(0))],
  BiasSoftmax: (n) => [sameType(n.fact(0))],
  BiasDropout: (n) => [sameType(n.fact(0)), tensorFact('bool', n.shape(0))],
  GroupNorm: (n) => [sameType(n.fact(0))],
  QuantizeLinear: quantizationRules.QuantizeLinear,
  DequantizeLinear: quantizationRules.DequantizeLinear,
  QLinearAdd: (n) => [tensorFact(n.dtype(0), broadcastShapes([n.shape(0), n.shape(3)]))],
  QLinearMul: (n) => [tensorFact(n.dtype(0), broadcastShapes([n.shape(0), n.shape(3)]))],
  QLinearSigmoid: (n) => [sameType(n.fact(0))],
  QLinearLeakyRelu: (n) => [sameType(n.fact(0))],
  FusedConv: (n) => [conv(n, 0, 1, n.dtype(0) ?? n.dtype(1))],
  FusedMatMul: fusedMatMul,
  TransposeMatMul: fusedMatMul,
  FusedGemm: (n) => {
    const [a, b] = [n.shape(0), n.shape(1)];
    return [tensorFact(n.dtype(0), [a?.[n.int('transA', 0) ? 1 : 0] ?? null, b?.[n.int('transB', 0) ? 0 : 1] ?? null])];
  },
  MatMulIntegerToFloat: (n) => [matMul(n, 0, 1, n.dtype(2) ?? 'float32')],
  DynamicQuantizeMatMul: (n) => [matMul(n, 0, 1, 'float32')],
  MatMulNBits: (n) => [tensorFact(n.dtype(0), n.shape(0) && [...n.shape(0)!.slice(0, -1), n.number('N') ?? null])],
  GatherBlockQuantized: (n) => {
    // rows of a table, which may stand packed in bytes
    const [table, indices, scales] = [n.shape(0), n.shape(1), n.shape(2)];
    const block = n.int('block_size', 128);
    const width = typeof scales?.[1] === 'number' ? scales[1] * block : null;
    const isRows = table?.length === 2 && n.int('gather_axis', 0) === 0;
    return [tensorFact(n.dtype(2), isRows ? indices && [...indices, width] : undefined)];
  },
  LayerNormalization: layerNormalization,
  SimplifiedLayerNormalization: layerNormalization,
  SkipLayerNormalization: skipLayerNormalization,
  SkipSimplifiedLayerNormalization: skipLayerNormalization,
  EmbedLayerNormalization: (n) => {
    const ids = n.shape(0);
    const width = n.shape(2)?.[1] ?? null;
    const rows = ids?.length === 2 ? ids : [null, null];
    const embedded = tensorFact(n.dtype(2), [...rows, width]);
    return [embedded, tensorFact('int32', [rows[0]]), embedded];
  },
  Attention: (n) => {
    // The value's width is a third of the joint weight's unless the sizes of q, k and v are stated.
    const [x, w] = [n.shape(0), n.shape(1)];
    const sizes = n.ints('qkv_hidden_sizes');
    const width = sizes?.[2] ?? (typeof w?.[1] === 'number' ? w[1] / 3 : null);
    const y = tensorFact(n.dtype(0), x?.length === 3 ? [x[0], x[1], width] : undefined);
    const past = n.shape(4);
    const present = past?.length === 5 && x?.length === 3 ? past.with(3, addDims(past[3], x[1])) : undefined;
    return [y, tensorFact(n.dtype(0), present)];
  },
  MultiHeadAttention: (n) => {
    // queries, keys and values [batch, length, width]; the packed forms are left open
    const [q, k, v] = [n.shape(0), n.shape(1), n.shape(2)];
    const dtype = n.dtype(0);
    const heads = n.number('num_heads') ?? null;
    if (q?.length === 3 && k?.length === 4 && v?.length === 4) {
      // by heads already
      const width = typeof v[3] === 'number' && heads ? v[3] * heads : null;
      return [tensorFact(dtype, [q[0], q[1], width]), tensorFact(dtype, k), tensorFact(dtype, v)];
    }
    if (q?.length !== 3 || k?.length !== 3 || v?.length !== 3) return [tensorFact(dtype)];
    const present = (x: Dims, past: Dims | undefined) =>
      tensorFact(dtype, [
        x[0],
        heads,
        past?.length === 4 ? addDims(past[2], x[1]) : x[1],
        typeof x[2] === 'number' && heads ? x[2] / heads : null,
      ]);
    return [tensorFact(dtype, [q[0], q[1], v[2]]), present(k, n.shape(6)), present(v, n.shape(7))];
  },
  GroupQueryAttention: groupQueryAttention,
  RotaryEmbedding: (n) => [sameType(n.fact(0))],
};

/** transA and transB exchange the last two axes. */
function fusedMatMul(n: InferenceNode) {
  const flip = (i: number, flag: string) => {
    const s = n.shape(i);
    return s && s.length > 1 && n.int(flag, 0) ? [...s.slice(0, -2), s[s.length - 1], s[s.length - 2]] : s;
  };
  const [a, b] = [flip(0, 'transA'), flip(1, 'transB')];
  if (!a || !b || a.length < 2 || b.length < 2 || n.int('transBatchA', 0) || n.int('transBatchB', 0))
    return [tensorFact(n.dtype(0))];
  const lead = broadcastShapes([a.slice(0, -2), b.slice(0, -2)])!;
  return [tensorFact(n.dtype(0), [...lead, a[a.length - 2], b[b.length - 1]])];
}

/** Queries alone or queries, keys and values in one; the states that are handed on are as long as the longest sequence. */
function groupQueryAttention(n: InferenceNode) {
  const [x, past] = [n.shape(0), n.shape(3)];
  const dtype = n.dtype(0);
  const [heads, keyHeads] = [n.int('num_heads', 0), n.int('kv_num_heads', 0)];
  if (x?.length !== 3 || heads < 1 || keyHeads < 1) return [tensorFact(dtype)];
  const parts = n.has(1) ? heads : heads + 2 * keyHeads;
  const size = typeof x[2] === 'number' && x[2] % parts === 0 ? x[2] / parts : null;
  const longest = n.fact(6)?.data?.[0];
  const before = past?.length === 4 ? past[2] : 0;
  const whole = typeof longest === 'number' && typeof before === 'number' ? Math.max(longest, before) : undefined;
  const present = tensorFact(dtype, [x[0], keyHeads, whole ?? addDims(before, x[1]), size]);
  return [tensorFact(dtype, [x[0], x[1], size === null ? null : heads * size]), present, present];
}

/** The third output is the sum that was normalized. */
function skipLayerNormalization(n: InferenceNode) {
  const x = n.shape(0);
  const statistics = tensorFact(
    'float32',
    x?.map((d, i) => (i < x.length - 1 ? d : 1)),
  );
  const y = sameType(n.fact(0));
  return [y, statistics, statistics, y];
}
