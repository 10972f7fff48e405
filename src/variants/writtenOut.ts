import type { ValueType } from '../ir/graph';
import type { MutableNode } from '../ir/mutableGraph';
import { attention, multiHeadAttention } from './attentionForms';
import { compress } from './compress';
import { dft, stft } from './fourier';
import { fastGelu, fusedConv, fusedGemm, fusedMatMul, gelu, quickGelu } from './fusedForms';
import {
  embedLayerNormalization,
  groupNorm,
  simplifiedLayerNormalization,
  skipLayerNormalization,
  skipSimplifiedLayerNormalization,
} from './fusedNormForms';
import { gridSample } from './gridSample';
import { groupQueryAttention } from './groupQueryAttention';
import { lpNormalization, meanVarianceNormalization } from './normForms';
import { quant, quantizedAndBack } from './quantizedForms';
import { gru, lstm, rnn } from './recurrentForms';
import type { Rewriter } from './rewriter';
import { rotaryEmbedding } from './rotaryForms';
import { centerCropPad, col2Im, globalLpPool, lpPool, maxUnpool } from './windowForms';

/**
 * Writes a node out in elementary operators of opset 18: adds what computes its outputs, under their names, and returns true;
 * false leaves the node as it is, because its sizes are not known or it has a form that is not covered.
 * @param types of the values before the pass
 */
export type WrittenOut = (node: MutableNode, r: Rewriter, types: ReadonlyMap<string, ValueType>) => boolean;

/** Operators without a gradient rule of their own that have one in parts; those of other domains as `domain.opType`. */
export const writtenOut: ReadonlyMap<string, WrittenOut> = new Map<string, WrittenOut>([
  ['CenterCropPad', centerCropPad],
  ['Col2Im', col2Im],
  ['Compress', compress],
  ['DFT', dft],
  ['DequantizeLinear', quantizedAndBack],
  ['GRU', gru],
  ['GlobalLpPool', globalLpPool],
  ['GridSample', gridSample],
  ['LSTM', lstm],
  ['LpNormalization', lpNormalization],
  ['LpPool', lpPool],
  ['MaxUnpool', maxUnpool],
  ['MeanVarianceNormalization', meanVarianceNormalization],
  ['RNN', rnn],
  ['SimplifiedLayerNormalization', simplifiedLayerNormalization],
  ['STFT', stft],
  ['com.microsoft.Attention', attention],
  ['com.microsoft.BiasGelu', gelu],
  ['com.microsoft.EmbedLayerNormalization', embedLayerNormalization],
  ['com.microsoft.FastGelu', fastGelu],
  ['com.microsoft.FusedConv', fusedConv],
  ['com.microsoft.FusedGemm', fusedGemm],
  ['com.microsoft.FusedMatMul', fusedMatMul],
  ['com.microsoft.Gelu', gelu],
  ['com.microsoft.GroupNorm', groupNorm],
  ['com.microsoft.GroupQueryAttention', groupQueryAttention],
  ['com.microsoft.MultiHeadAttention', multiHeadAttention],
  ['com.microsoft.QuickGelu', quickGelu],
  ['com.microsoft.RotaryEmbedding', rotaryEmbedding],
  ['com.microsoft.SkipLayerNormalization', skipLayerNormalization],
  ['com.microsoft.SkipSimplifiedLayerNormalization', skipSimplifiedLayerNormalization],
  // the name that FusedMatMul had before
  ['com.microsoft.TransposeMatMul', fusedMatMul],
  ['onnx.brevitas.Quant', quant],
  ['qonnx.custom_op.general.Quant', quant],
]);

export function writtenOutForm({ domain, opType }: MutableNode): WrittenOut | undefined {
  return writtenOut.get(domain === '' ? opType : `${domain}.${opType}`);
}
