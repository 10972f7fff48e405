import { attribute } from '../ir/attribute';
import { MutableGraph } from '../ir/mutableGraph';
import { float32Tensor } from '../ir/tensor';
import { Random } from '../training/random';

const OPSET = 17;
const CLASSES = 10;

interface ConvOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly bias?: boolean;
}

/** Builds a network block by block; weights and statistics depend on the seed alone, and on no function that engines round differently. */
class NetworkBuilder {
  readonly graph = new MutableGraph();
  private readonly random = new Random(2015);

  /** Weights uniform within the bound of He et al. 2015 (sqrt(6 / fan-in)), [out, in, kernel, kernel]. */
  conv(name: string, x: string, inputs: number, outputs: number, options: ConvOptions = {}): string {
    const { kernel = 3, stride = 1, bias = false } = options;
    const bound = Math.sqrt(6 / (inputs * kernel * kernel));
    const weights = this.constant(`${name}.weight`, [outputs, inputs, kernel, kernel], -bound, bound);
    const parameters = bias ? [weights, this.constant(`${name}.bias`, [outputs], -0.1, 0.1)] : [weights];
    const pad = (kernel - 1) / 2;
    const attributes = {
      kernel_shape: attribute.ints([kernel, kernel]),
      strides: attribute.ints([stride, stride]),
      pads: attribute.ints([pad, pad, pad, pad]),
    };
    return this.add('Conv', name, [x, ...parameters], attributes);
  }

  /** @param keepsInitialStatistics running mean 0 and variance 1, as if training had never updated them */
  batchNorm(name: string, x: string, channels: number, keepsInitialStatistics = false): string {
    const parameters = [
      this.constant(`${name}.scale`, [channels], 0.8, 1.2),
      this.constant(`${name}.shift`, [channels], -0.2, 0.2),
      this.constant(`${name}.mean`, [channels], -0.5, 0.5, keepsInitialStatistics ? 0 : undefined),
      this.constant(`${name}.variance`, [channels], 0.5, 2, keepsInitialStatistics ? 1 : undefined),
    ];
    return this.add('BatchNormalization', name, [x, ...parameters], {
      epsilon: attribute.float(1e-5),
      momentum: attribute.float(0.9),
    });
  }

  relu(name: string, x: string): string {
    return this.add('Relu', name, [x]);
  }

  /** Dense head: weights [out, in], uniform within sqrt(3 / fan-in). */
  gemm(name: string, x: string, inputs: number, outputs: number): string {
    const bound = Math.sqrt(3 / inputs);
    const weights = this.constant(`${name}.weight`, [outputs, inputs], -bound, bound);
    const bias = this.constant(`${name}.bias`, [outputs], 0, 0, 0);
    return this.add('Gemm', name, [x, weights, bias], { transB: attribute.int(1) });
  }

  add(opType: string, name: string, inputs: string[], attributes: Parameters<MutableGraph['add']>[2] = {}): string {
    return this.graph.add(opType, inputs, attributes, { name, outputs: [`${name}.out`] });
  }

  private constant(name: string, dims: number[], low: number, high: number, fixed?: number): string {
    const count = dims.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length: count }, () => fixed ?? this.random.uniform(low, high));
    return this.graph.addInitializer(float32Tensor(name, dims, values));
  }
}

/**
 * The built-in sample: a small residual network for pictures of 3x32x32 in ten classes, x [N,3,32,32] -> logits.out [N,10], with the
 * issues that the rules look for: a bias in front of a batch norm (`wide`), and a batch norm after its activation whose running
 * statistics were never updated (`late`).
 */
export function sampleGraph(): MutableGraph {
  const net = new NetworkBuilder();
  const { graph } = net;
  graph.name = 'small residual network';
  graph.opsets.set('', OPSET);
  const type = { kind: 'tensor', dtype: 'float32' } as const;
  graph.addInput('x', { ...type, shape: ['N', 3, 32, 32] });

  let x = net.conv('stem.conv', 'x', 3, 16);
  x = net.relu('stem.relu', net.batchNorm('stem.norm', x, 16));
  x = net.conv('wide.conv', x, 16, 16, { bias: true });
  x = net.relu('wide.relu', net.batchNorm('wide.norm', x, 16));

  let branch = net.conv('residual.conv1', x, 16, 32, { stride: 2 });
  branch = net.relu('residual.relu1', net.batchNorm('residual.norm1', branch, 32));
  branch = net.batchNorm('residual.norm2', net.conv('residual.conv2', branch, 32, 32), 32);
  const shortcut = net.conv('residual.shortcut', x, 16, 32, { kernel: 1, stride: 2 });
  x = net.add('Add', 'residual.join', [branch, net.batchNorm('residual.shortcut_norm', shortcut, 32)]);
  x = net.relu('residual.relu2', x);

  x = net.relu('late.relu', net.conv('late.conv', x, 32, 64, { stride: 2 }));
  x = net.batchNorm('late.norm', x, 64, true);

  x = net.add('Flatten', 'flatten', [net.add('GlobalAveragePool', 'pool', [x])]);
  graph.addOutput(net.gemm('logits', x, 64, CLASSES), { ...type, shape: ['N', CLASSES] });
  return graph;
}
