import { later } from '../texts/say';
const unrolled = later`it was not unrolled: its sizes are not known, or its steps are too many`;
const integers = later`quantized integers carry no gradient`;
const form = later`this form of it is not covered: sizes must be known and its heads divide them, its inputs be neither packed nor quantized; export it without fusion`;
const chosen = later`how many elements it keeps is decided while it runs`;
const experts = later`which experts see a word is decided while it runs, inside of it; export it without fusion`;
const packed = later`it runs on graphics processors alone; export it without packing`;

/** Why operators without a gradient rule have none, where there is more to say than that; other domains as `domain.opType`. */
export const reasons: ReadonlyMap<string, string> = new Map([
  ['GRU', unrolled],
  ['LSTM', unrolled],
  ['RNN', unrolled],
  ['Compress', chosen],
  ['Det', later`its gradient needs the inverse of the matrix, for which ONNX has no operator`],
  ['MaxRoiPool', later`it does not tell where its maxima lie, as MaxPool does; RoiAlign has a gradient`],
  ['DequantizeLinear', integers],
  ['DynamicQuantizeLinear', integers],
  ['com.microsoft.Attention', form],
  ['com.microsoft.GroupQueryAttention', form],
  ['com.microsoft.MoE', experts],
  ['com.microsoft.MultiHeadAttention', form],
  ['com.microsoft.PackedAttention', packed],
  ['com.microsoft.PackedMultiHeadAttention', packed],
  ['com.microsoft.QMoE', experts],
  ['com.microsoft.RotaryEmbedding', form],
  ['STFT', later`its step and the sizes of its signal and window must be known`],
]);
