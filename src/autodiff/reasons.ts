import { later } from '../texts/say';
const unrolled = later`it was not unrolled: its sizes are not known, or its steps are too many`;
const integers = later`quantized integers carry no gradient`;
const form = later`this form of it is not covered: sizes must be known and its heads divide them, its inputs be neither packed nor quantized; export it without fusion`;

/** Why operators without a gradient rule have none, where there is more to say than that; other domains as `domain.opType`. */
export const reasons: ReadonlyMap<string, string> = new Map([
  ['GRU', unrolled],
  ['LSTM', unrolled],
  ['RNN', unrolled],
  ['DequantizeLinear', integers],
  ['DynamicQuantizeLinear', integers],
  ['com.microsoft.Attention', form],
  ['com.microsoft.GroupQueryAttention', form],
  ['com.microsoft.MultiHeadAttention', form],
  ['com.microsoft.RotaryEmbedding', form],
]);
