import type { Graph } from '../../../src/ir/graph';
import { NetworkBuilder, type ConvOptions } from './networkBuilder';

type Activation = (n: NetworkBuilder, x: string) => string;

const relu: Activation = (n, x) => n.relu(x);
const relu6: Activation = (n, x) => n.relu6(x);
const silu: Activation = (n, x) => n.silu(x);
const hardSwish: Activation = (n, x) => n.apply('HardSwish', x);

/** Convolution, batch norm and an activation; with `folded`, the norm is in the convolution's weight and bias. */
function unit(
  n: NetworkBuilder,
  x: string,
  filters: number,
  options: ConvOptions & { act?: Activation; folded?: boolean } = {},
): string {
  const { act, folded = false } = options;
  const a = n.conv(x, filters, { ...options, bias: folded || options.bias });
  const normalized = folded ? a : n.batchNorm(a);
  return act === undefined ? normalized : act(n, normalized);
}

function classified(n: NetworkBuilder, x: string, rate?: number): Graph {
  const pooled = n.flat(n.globalPool(x));
  return n.build(n.apply('Softmax', n.classifier(rate === undefined ? pooled : n.dropout(pooled, rate))));
}

/** He et al. 2015: norms before activations, none after the sum. */
export function resnetV1({ folded = false, zeroScale = false } = {}): Graph {
  const n = new NetworkBuilder();
  let x = n.maxPool(unit(n, n.image(), 8, { kernel: 7, stride: 2, act: relu, folded }));
  for (const [width, stride] of [
    [16, 1],
    [16, 1],
    [32, 2],
    [32, 1],
    [64, 2],
    [64, 1],
  ]) {
    const a = unit(n, x, width / 2, { kernel: 1, act: relu, folded });
    const b = unit(n, a, width / 2, { stride, act: relu, folded });
    const c = n.conv(b, width, { kernel: 1, bias: folded });
    const end = folded ? c : n.batchNorm(c, zeroScale ? 0 : undefined);
    const skip = stride === 1 && n.width(x) === width ? x : unit(n, x, width, { kernel: 1, stride, folded });
    x = n.relu(n.add(end, skip));
  }
  return classified(n, x);
}

/** He et al. 2016: norm and activation before each convolution. */
export function resnetV2(): Graph {
  const n = new NetworkBuilder();
  const before = (x: string) => n.relu(n.batchNorm(x));
  let x = n.maxPool(n.conv(n.image(), 16, { kernel: 7, stride: 2 }));
  for (const width of [16, 16, 32, 32]) {
    const first = before(x);
    const a = n.conv(before(n.conv(first, width / 2, { kernel: 1 })), width / 2);
    const end = n.conv(before(a), width, { kernel: 1, bias: true });
    x = n.add(end, n.width(x) === width ? x : n.conv(first, width, { kernel: 1, bias: true }));
  }
  return classified(n, before(x));
}

/** Huang et al. 2017. */
export function densenet(): Graph {
  const n = new NetworkBuilder();
  const before = (x: string) => n.relu(n.batchNorm(x));
  let x = n.maxPool(unit(n, n.image(), 16, { kernel: 7, stride: 2, act: relu }));
  for (let block = 0; block < 3; block++) {
    for (let i = 0; i < 4; i++) x = n.concat(x, n.conv(before(n.conv(before(x), 16, { kernel: 1 })), 4));
    if (block < 2) x = n.averagePool(n.conv(before(x), n.width(x) / 2, { kernel: 1 }));
  }
  return classified(n, before(x));
}

/** Howard et al. 2017: 13 depthwise-separable pairs. */
export function mobilenetV1({ folded = false } = {}): Graph {
  const n = new NetworkBuilder();
  let x = unit(n, n.image(), 8, { stride: 2, act: relu6, folded });
  for (let i = 0; i < 13; i++) {
    const d = unit(n, x, n.width(x), { groups: n.width(x), stride: i % 4 === 1 ? 2 : 1, act: relu6, folded });
    x = unit(n, d, i % 4 === 1 ? 2 * n.width(x) : n.width(x), { kernel: 1, act: relu6, folded });
  }
  return classified(n, x, 0.001);
}

function squeezeAndExcitation(n: NetworkBuilder, x: string, act: Activation, gate: string): string {
  const squeezed = act(n, n.conv(n.globalPool(x), Math.max(2, n.width(x) / 4), { kernel: 1, bias: true }));
  return n.mul(x, n.apply(gate, n.conv(squeezed, n.width(x), { kernel: 1, bias: true })));
}

interface Inverted {
  readonly act: Activation;
  readonly squeeze?: string;
  readonly folded?: boolean;
  /** Stochastic depth and the like, on the end of a branch. */
  readonly rate?: number;
}

/** MobileNet v2's block: expand, depthwise, project without an activation; v3 and EfficientNet squeeze before the projection. */
function inverted(
  n: NetworkBuilder,
  x: string,
  width: number,
  stride: number,
  { act, squeeze, folded, rate }: Inverted,
): string {
  const e = unit(n, x, 4 * n.width(x), { kernel: 1, act, folded });
  const d = unit(n, e, n.width(e), { groups: n.width(e), stride, act, folded });
  const s = squeeze === undefined ? d : squeezeAndExcitation(n, d, squeeze === 'Sigmoid' ? silu : relu, squeeze);
  const p = unit(n, s, width, { kernel: 1, folded });
  const end = rate === undefined ? p : n.dropout(p, rate);
  return stride === 1 && n.width(x) === width ? n.add(x, end) : p;
}

const widths: readonly (readonly [number, number])[] = [
  [8, 1],
  [12, 2],
  [12, 1],
  [16, 2],
  [16, 1],
  [24, 1],
  [24, 1],
];

function invertedNetwork(act: Activation, block: Inverted, rate: number): Graph {
  const n = new NetworkBuilder();
  let x = unit(n, n.image(), 8, { stride: 2, act, folded: block.folded });
  for (const [width, stride] of widths) x = inverted(n, x, width, stride, block);
  return classified(n, unit(n, x, 64, { kernel: 1, act, folded: block.folded }), rate);
}

/** Sandler et al. 2018. */
export const mobilenetV2 = ({ folded = false } = {}): Graph => invertedNetwork(relu6, { act: relu6, folded }, 0.2);

/** Howard et al. 2019: squeeze-and-excitation with hard sigmoids, hard swish, and a hidden layer after the pool without a norm. */
export function mobilenetV3({ folded = false } = {}): Graph {
  const n = new NetworkBuilder();
  let x = unit(n, n.image(), 8, { stride: 2, act: hardSwish, folded });
  widths.forEach(([width, stride], i) => {
    x = inverted(n, x, width, stride, {
      act: i < 3 ? relu : hardSwish,
      squeeze: i % 2 ? 'HardSigmoid' : undefined,
      folded,
    });
  });
  const last = n.globalPool(unit(n, x, 64, { kernel: 1, act: hardSwish, folded }));
  const hidden = n.dropout(hardSwish(n, n.conv(last, 96, { kernel: 1, bias: true })), 0.2);
  return n.build(n.flat(n.conv(hidden, 10, { kernel: 1, bias: true })));
}

/** Tan & Le 2019. */
export const efficientnet = (): Graph => invertedNetwork(silu, { act: silu, squeeze: 'Sigmoid' }, 0.2);

/** Szegedy et al. 2016: parallel branches of convolution, norm and ReLU. */
export function inception(): Graph {
  const n = new NetworkBuilder();
  let x = unit(n, unit(n, n.image(), 8, { stride: 2, act: relu }), 16, { act: relu });
  for (let i = 0; i < 3; i++) {
    const one = unit(n, x, 8, { kernel: 1, act: relu });
    const three = unit(n, unit(n, x, 6, { kernel: 1, act: relu }), 8, { act: relu });
    const five = unit(n, unit(n, unit(n, x, 6, { kernel: 1, act: relu }), 8, { act: relu }), 8, { act: relu });
    const pooled = unit(n, n.averagePool(x, 3, 1), 8, { kernel: 1, act: relu });
    x = n.concat(one, three, five, pooled);
  }
  return classified(n, x, 0.4);
}

/** Liu et al. 2022: a depthwise convolution, a layer norm over the channels, two dense layers, a factor per channel. */
export function convnext(): Graph {
  const n = new NetworkBuilder();
  const last = (x: string) => n.transpose(x, [0, 2, 3, 1]);
  const second = (x: string) => n.transpose(x, [0, 3, 1, 2]);
  let x = second(n.layerNorm(last(n.conv(n.image(), 16, { kernel: 4, stride: 4, bias: true }))));
  for (const width of [16, 16, 32, 32]) {
    if (width !== n.width(x)) x = n.conv(second(n.layerNorm(last(x))), width, { kernel: 2, stride: 2, bias: true });
    const d = n.layerNorm(last(n.depthwise(x, { kernel: 7, bias: true })));
    const h = n.dense(n.apply('Gelu', n.dense(d, 4 * width)), width);
    x = n.add(x, second(n.scaledPerFeature(h, 1e-3)));
  }
  const pooled = n.flat(n.globalPool(x));
  return n.build(n.classifier(n.layerNorm(pooled)));
}

/** Ronneberger et al. 2015, with the norms it is trained with today. */
export function unet(): Graph {
  const n = new NetworkBuilder();
  const twice = (x: string, width: number) => unit(n, unit(n, x, width, { act: relu }), width, { act: relu });
  const skips: string[] = [];
  let x = twice(n.image(), 8);
  for (const width of [16, 32, 64]) {
    skips.push(x);
    x = twice(n.maxPool(x, 2, 2), width);
  }
  for (const skip of skips.reverse()) x = twice(n.concat(skip, n.upConv(x, n.width(skip))), n.width(skip));
  return n.build(n.conv(x, 2, { kernel: 1, bias: true }));
}

/** The denoiser of Ho et al. 2020: group norm and SiLU before each convolution. */
export function denoiser(): Graph {
  const n = new NetworkBuilder();
  const before = (x: string) => n.silu(n.groupNorm(x, 4));
  const stem = n.conv(n.image(), 16, { bias: true });
  const time = n.vector(16, 'time');
  let x = stem;
  for (let i = 0; i < 4; i++) {
    const embedded = n.reshape(n.dense(n.silu(time), 16), [0, 16, 1, 1], 16);
    const a = n.add(n.conv(before(x), 16, { bias: true }), embedded);
    x = n.add(x, n.conv(n.dropout(before(a), 0.1), 16, { bias: true }));
  }
  return n.build(n.conv(before(x), 3, { bias: true }));
}

/** Brock et al. 2021: no norms; standardised weights (constants in the file), scaled activations and branches. */
export function nfnet(): Graph {
  const n = new NetworkBuilder();
  const gelu = (x: string) => n.scaled(n.apply('Gelu', x), 1.7015);
  let x = n.conv(gelu(n.conv(n.image(), 8, { stride: 2, bias: true })), 16, { bias: true });
  for (let i = 0; i < 6; i++) {
    const first = n.scaled(gelu(x), 0.9);
    const a = gelu(n.conv(first, 8, { kernel: 1, bias: true }));
    const b = gelu(n.conv(gelu(n.conv(a, 8, { bias: true })), 8, { bias: true }));
    const end = squeezeAndExcitation(n, n.conv(b, 16, { kernel: 1, bias: true }), relu, 'Sigmoid');
    x = n.add(x, n.scaled(n.mul(end, n.scalar(2)), 0.2));
  }
  return classified(n, gelu(n.conv(x, 64, { kernel: 1, bias: true })), 0.2);
}

/** Simonyan & Zisserman 2015 with batch norm: 13 convolutions, then dense layers with dropout. */
export function vggWithNorms(): Graph {
  const n = new NetworkBuilder();
  let x = n.image();
  for (const [width, depth] of [
    [8, 2],
    [12, 2],
    [16, 3],
    [16, 3],
    [16, 3],
  ]) {
    for (let i = 0; i < depth; i++) x = unit(n, x, width, { act: relu, bias: true });
    x = n.maxPool(x, 2, 2);
  }
  const flat = n.flat(x);
  const hidden = n.dropout(n.relu(n.classifier(flat, 32)), 0.5);
  return n.build(n.classifier(n.dropout(n.relu(n.classifier(hidden, 32)), 0.5)));
}

/** Johnson et al. 2016 with instance norms (Ulyanov et al.). */
export function styleTransfer(): Graph {
  const n = new NetworkBuilder();
  const layer = (x: string, width: number, options: ConvOptions = {}) =>
    n.relu(n.instanceNorm(n.conv(x, width, options)));
  let x = layer(layer(n.image(), 8, { kernel: 9 }), 16, { stride: 2 });
  for (let i = 0; i < 3; i++) x = n.add(x, n.instanceNorm(n.conv(layer(x, 16), 16)));
  x = n.relu(n.instanceNorm(n.upConv(x, 8, false)));
  return n.build(n.apply('Tanh', n.conv(x, 3, { kernel: 9, bias: true })));
}

/** Radford et al. 2016: a generator that ends with Tanh, a discriminator whose first layer has no norm. */
export function discriminator(): Graph {
  const n = new NetworkBuilder();
  let x = n.leaky(n.conv(n.image(), 8, { stride: 2, bias: true }));
  for (const width of [16, 32, 64]) x = n.leaky(n.batchNorm(n.conv(x, width, { stride: 2 })));
  return n.build(n.apply('Sigmoid', n.conv(x, 1, { kernel: 1 })));
}

/** A detector: a backbone with norms, heads without. */
export function detector(): Graph {
  const n = new NetworkBuilder();
  const outputs: string[] = [];
  let x = unit(n, n.image(), 8, { stride: 2, act: relu });
  for (const width of [16, 24, 32]) {
    x = unit(n, unit(n, x, width, { stride: 2, act: relu }), width, { act: relu });
    for (const channels of [4, 8]) {
      const tower = n.relu(n.conv(n.relu(n.conv(x, 16, { bias: true })), 16, { bias: true }));
      outputs.push(n.conv(tower, channels, { bias: true }));
    }
  }
  return n.build(...outputs);
}
