import { attribute } from '../../../src/ir/attribute';
import type { Model } from '../../../src/ir/model';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { elementCount, float32Tensor } from '../../../src/ir/tensor';
import { noise } from '../../support/runGraph';

const { int, ints } = attribute;
const CLASSES = 10;

/** A network as a file would hold it: weights as initializers, batch norms in inference form. */
class Network {
  readonly graph = new MutableGraph();
  /** Of one sample, of convolutions and dense layers; one multiplication and one addition count as two. */
  flops = 0;
  private readonly sizes = new Map<string, readonly [channels: number, side: number]>();

  constructor(side: number, channels: number) {
    this.graph.opsets.set('', 18);
    this.graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: ['N', channels, side, side] });
    this.sizes.set('x', [channels, side]);
  }

  /** Convolution and batch norm. */
  conv(x: string, channels: number, kernel: number, stride = 1): string {
    const [from, side] = this.sizes.get(x)!;
    const pad = (kernel - 1) / 2;
    const to = Math.floor((side + 2 * pad - kernel) / stride) + 1;
    const fanIn = from * kernel * kernel;
    const w = this.parameter('w', [channels, from, kernel, kernel], Math.sqrt(6 / fanIn));
    const y = this.graph.add('Conv', [x, w], { pads: ints([pad, pad, pad, pad]), strides: ints([stride, stride]) });
    this.flops += 2 * channels * fanIn * to * to;
    const norm = ['scale', 'shift', 'mean', 'variance'].map((name, i) =>
      this.parameter(name, [channels], 0, [1, 0, 0, 1][i]),
    );
    return this.sized(this.graph.add('BatchNormalization', [y, ...norm]), channels, to);
  }

  relu(x: string): string {
    return this.sized(this.graph.add('Relu', [x]), ...this.sizes.get(x)!);
  }

  add(a: string, b: string): string {
    return this.sized(this.graph.add('Add', [a, b]), ...this.sizes.get(a)!);
  }

  maxPool(x: string): string {
    const [channels, side] = this.sizes.get(x)!;
    const pool = { kernel_shape: ints([2, 2]), strides: ints([2, 2]) };
    return this.sized(this.graph.add('MaxPool', [x], pool), channels, side / 2);
  }

  globalPool(x: string): string {
    return this.sized(this.graph.add('GlobalAveragePool', [x]), this.sizes.get(x)![0], 1);
  }

  /** The dense layer at the end. */
  classify(x: string): Network {
    const [channels, side] = this.sizes.get(x)!;
    const features = channels * side * side;
    this.flops += 2 * features * CLASSES;
    const w = this.parameter('fc', [features, CLASSES], Math.sqrt(6 / features));
    const flat = this.graph.add('Flatten', [x], { axis: int(1) });
    this.graph.addOutput(this.graph.add('Gemm', [flat, w, this.parameter('bias', [CLASSES], 0)]));
    return this;
  }

  model(): Model {
    const graph = this.graph.freeze();
    const { opsets, nodeCount } = graph;
    return {
      ...{ format: 'onnx', producer: '', opsets, graph, functions: [], metadata: new Map(), nodeCount },
      ...{ parameterCount: 0, weights: 'present', purpose: 'inference', problems: [], graphHash: '' },
    };
  }

  private parameter(hint: string, shape: number[], spread: number, middle = 0): string {
    const values = noise(elementCount(shape), this.graph.initializers.size + 1).map((v) => middle + v * spread);
    return this.graph.addInitializer(float32Tensor(this.graph.freshName(hint), shape, values));
  }

  private sized(value: string, channels: number, side: number): string {
    this.sizes.set(value, [channels, side]);
    return value;
  }
}

/** He et al. 2016, section 4.2, with 1x1 convolutions as shortcuts where the size changes. */
export function resnet20(): Network {
  const net = new Network(32, 3);
  let x = net.relu(net.conv('x', 16, 3));
  for (const [stage, channels] of [16, 32, 64].entries()) {
    for (let block = 0; block < 3; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const y = net.conv(net.relu(net.conv(x, channels, 3, stride)), channels, 3);
      x = net.relu(net.add(y, stride === 1 ? x : net.conv(x, channels, 1, stride)));
    }
  }
  return net.classify(net.globalPool(x));
}

/** Six convolutions of 64, 128 and 256 channels with batch norm, a pool behind every second. */
export function vgg(): Network {
  const net = new Network(32, 3);
  let x = 'x';
  for (const channels of [64, 128, 256]) {
    x = net.relu(net.conv(x, channels, 3));
    x = net.maxPool(net.relu(net.conv(x, channels, 3)));
  }
  return net.classify(x);
}

/** `depth` small convolutions, each with batch norm and ReLU, in residual pairs. */
export function narrow(depth: number): Network {
  const net = new Network(8, 3);
  let x = net.relu(net.conv('x', 8, 3));
  for (let i = 1; i + 1 < depth; i += 2) x = net.relu(net.add(net.conv(net.relu(net.conv(x, 8, 3)), 8, 3), x));
  return net.classify(net.globalPool(x));
}
