import type { Graph } from '../../../src/ir/graph';
import { NetworkBuilder } from './networkBuilder';

const WIDTH = 16;
const HEADS = 2;
const LENGTH = 16;
const VOCABULARY = 40;

interface AttentionOptions {
  readonly bias?: boolean;
  /** Norm of the queries and keys of each head. */
  readonly headNorm?: (n: NetworkBuilder, x: string) => string;
}

/** Scaled dot-product attention of several heads, as exporters write it. */
function attention(n: NetworkBuilder, x: string, { bias = true, headNorm }: AttentionOptions = {}): string {
  const size = WIDTH / HEADS;
  const head = (perm: readonly number[], norm?: AttentionOptions['headNorm']) => {
    const split = n.reshape(n.dense(x, WIDTH, { bias }), [0, 0, HEADS, size], size);
    return n.transpose(norm ? norm(n, split) : split, perm, size);
  };
  const scores = n.scaled(n.matMul(head([0, 2, 1, 3], headNorm), head([0, 2, 3, 1], headNorm), LENGTH), size ** -0.5);
  const mixed = n.matMul(n.dropout(n.apply('Softmax', scores), 0.1), head([0, 2, 1, 3]), size);
  const joined = n.reshape(n.transpose(mixed, [0, 2, 1, 3]), [0, 0, WIDTH], WIDTH);
  return n.dropout(n.dense(joined, WIDTH, { bias }), 0.1);
}

function mlp(n: NetworkBuilder, x: string, activation = 'Gelu', bias = true): string {
  return n.dropout(n.dense(n.apply(activation, n.dense(x, 4 * WIDTH, { bias })), n.width(x), { bias }), 0.1);
}

function preNormBlock(n: NetworkBuilder, x: string): string {
  const attended = n.add(x, attention(n, n.layerNorm(x)));
  return n.add(attended, mlp(n, n.layerNorm(attended)));
}

/** Dosovitskiy et al. 2021: patches by a convolution, pre-norm blocks, a last norm. */
export function visionTransformer(): Graph {
  const n = new NetworkBuilder();
  const patches = n.conv(n.image(3, 16), WIDTH, { kernel: 4, stride: 4, bias: true });
  let x = n.positions(n.transpose(n.reshape(patches, [0, WIDTH, -1], WIDTH), [0, 2, 1]), LENGTH);
  for (let i = 0; i < 4; i++) x = preNormBlock(n, x);
  return n.build(n.classifier(n.firstToken(n.layerNorm(x))));
}

/** Devlin et al. 2019: post-norm blocks on embeddings with a norm of their own. */
export function bert(): Graph {
  const n = new NetworkBuilder();
  let x = n.dropout(n.layerNorm(n.positions(n.lookUp(n.tokens(), VOCABULARY, WIDTH), LENGTH)), 0.1);
  for (let i = 0; i < 4; i++) {
    x = n.layerNorm(n.add(attention(n, x), x));
    x = n.layerNorm(n.add(mlp(n, x), x));
  }
  const pooled = n.apply('Tanh', n.classifier(n.firstToken(x), WIDTH));
  return n.build(x, n.classifier(n.dropout(pooled, 0.1), 2));
}

/** Radford et al. 2019. */
export function gpt2(): Graph {
  const n = new NetworkBuilder();
  let x = n.dropout(n.positions(n.lookUp(n.tokens(), VOCABULARY, WIDTH), LENGTH), 0.1);
  for (let i = 0; i < 4; i++) x = preNormBlock(n, x);
  return n.build(n.dense(n.layerNorm(x), VOCABULARY, { bias: false }));
}

/** Touvron et al. 2023: RMS norms, gated feed-forward layers, no biases; `headNorm` as in Qwen 3. */
export function llama({ headNorm = false } = {}): Graph {
  const n = new NetworkBuilder();
  let x = n.lookUp(n.tokens(), VOCABULARY, WIDTH);
  for (let i = 0; i < 4; i++) {
    const norm = headNorm ? (b: NetworkBuilder, v: string) => b.rmsNorm(v) : undefined;
    x = n.add(x, attention(n, n.rmsNorm(x), { bias: false, headNorm: norm }));
    const h = n.rmsNorm(x);
    const gated = n.mul(n.silu(n.dense(h, 2 * WIDTH, { bias: false })), n.dense(h, 2 * WIDTH, { bias: false }));
    x = n.add(x, n.dense(gated, WIDTH, { bias: false }));
  }
  return n.build(n.dense(n.rmsNorm(x), VOCABULARY, { bias: false }));
}

/** Raffel et al. 2020, the encoder: RMS norms before ReLU feed-forward layers. */
export function t5(): Graph {
  const n = new NetworkBuilder();
  let x = n.lookUp(n.tokens(), VOCABULARY, WIDTH);
  for (let i = 0; i < 4; i++) {
    x = n.add(x, attention(n, n.rmsNorm(x), { bias: false }));
    x = n.add(x, mlp(n, n.rmsNorm(x), 'Relu', false));
  }
  return n.build(n.dropout(n.rmsNorm(x), 0.1));
}

/** Tolstikhin et al. 2021. */
export function mixer(): Graph {
  const n = new NetworkBuilder();
  let x = n.sequence(WIDTH);
  for (let i = 0; i < 4; i++) {
    const turned = n.transpose(n.layerNorm(x), [0, 2, 1], LENGTH);
    x = n.add(x, n.transpose(mlp(n, turned), [0, 2, 1], WIDTH));
    x = n.add(x, mlp(n, n.layerNorm(x)));
  }
  return n.build(n.layerNorm(x));
}

/** Klambauer et al. 2017: dense layers that normalize themselves. */
export function selfNormalizing(): Graph {
  const n = new NetworkBuilder();
  let x = n.sequence(WIDTH);
  for (let i = 0; i < 16; i++) x = n.apply('Selu', n.dense(x, WIDTH));
  return n.build(n.dense(x, 2));
}
