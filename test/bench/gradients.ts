// Prints what the backward pass costs beside the forward pass and beside the floor: npx tsx test/bench/gradients.ts
// The floor is three times the forward pass's multiplications at the rate of the fastest of 20 products of 1024 x 1024
// matrices in the same process. Processor time is printed beside wall time, because it hardly depends on other load.
import * as ort from 'onnxruntime-node';
import { differentiate } from '../../src/autodiff/differentiate';
import { attribute } from '../../src/ir/attribute';
import { inferTypes } from '../../src/ir/inferTypes';
import { MutableGraph } from '../../src/ir/mutableGraph';
import { BATCH_NORMALIZATION_TRAINING, PRIVATE_DOMAIN } from '../../src/ir/privateOperators';
import { lowerPrivateOperators } from '../../src/variants/lowerPrivate';
import { encode } from '../support/encode';
import { noise } from '../support/runGraph';

const { float, int, ints } = attribute;
const THREADS = 2;
const BATCH = 32;
const CLASSES = 10;

/** A network for images of 3 x 32 x 32, with all parameters as graph inputs. */
class Network {
  readonly graph = new MutableGraph();
  readonly parameters: string[] = [];
  flops = 0;
  private readonly sizes = new Map<string, readonly [channels: number, side: number]>();

  constructor(private readonly normalized: boolean) {
    this.graph.opsets.set('', 18).set(PRIVATE_DOMAIN, 1);
    this.graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [BATCH, 3, 32, 32] });
    this.sizes.set('x', [3, 32]);
  }

  conv(x: string, channels: number, kernel: number, stride = 1): string {
    const [from, side] = this.sizes.get(x)!;
    const pad = (kernel - 1) / 2;
    const to = Math.floor((side + 2 * pad - kernel) / stride) + 1;
    const w = this.parameter('w', [channels, from, kernel, kernel]);
    const y = this.graph.add('Conv', [x, w], { pads: ints([pad, pad, pad, pad]), strides: ints([stride, stride]) });
    this.flops += 2 * BATCH * channels * from * kernel * kernel * to * to;
    return this.sized(this.normalized ? this.norm(y, channels) : y, channels, to);
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

  /** Dense layer and cross-entropy of integer labels. */
  loss(x: string): string {
    const [channels, side] = this.sizes.get(x)!;
    const features = channels * side * side;
    this.flops += 2 * BATCH * features * CLASSES;
    const fc = [this.parameter('fc', [features, CLASSES]), this.parameter('bias', [CLASSES])];
    const logits = this.graph.add('Gemm', [this.graph.add('Flatten', [x]), ...fc]);
    this.graph.addInput('label', { kind: 'tensor', dtype: 'int64', shape: [BATCH, 1] });
    const p = this.graph.add('LogSoftmax', [logits], { axis: int(1) });
    const taken = this.graph.add('GatherElements', [p, 'label'], { axis: int(1) });
    return this.graph.add('Neg', [this.graph.add('ReduceMean', [taken], { keepdims: int(0) })]);
  }

  private norm(x: string, channels: number): string {
    const inputs = [x, this.parameter('scale', [channels]), this.parameter('shift', [channels])];
    const options = { domain: PRIVATE_DOMAIN, outputs: 4 };
    return this.graph.addNode(BATCH_NORMALIZATION_TRAINING, inputs, { epsilon: float(1e-5) }, options)[0];
  }

  private parameter(hint: string, shape: number[]): string {
    const name = this.graph.addInput(this.graph.freshName(hint), { kind: 'tensor', dtype: 'float32', shape });
    this.parameters.push(name);
    return name;
  }

  private sized(value: string, channels: number, side: number): string {
    this.sizes.set(value, [channels, side]);
    return value;
  }
}

/** He et al. 2016, section 4.2, with 1x1 convolutions as shortcuts where the size changes. */
function resnet20(): [Network, string] {
  const net = new Network(true);
  let x = net.relu(net.conv('x', 16, 3));
  for (const [stage, channels] of [16, 32, 64].entries()) {
    for (let block = 0; block < 3; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const y = net.conv(net.relu(net.conv(x, channels, 3, stride)), channels, 3);
      x = net.relu(net.add(y, stride === 1 ? x : net.conv(x, channels, 1, stride)));
    }
  }
  return [net, net.loss(net.globalPool(x))];
}

function vgg(normalized: boolean): [Network, string] {
  const net = new Network(normalized);
  let x = 'x';
  for (const channels of [64, 128, 256]) {
    x = net.relu(net.conv(x, channels, 3));
    x = net.maxPool(net.relu(net.conv(x, channels, 3)));
  }
  return [net, net.loss(x)];
}

interface Cost {
  readonly wall: number;
  readonly cpu: number;
  readonly create: number;
  readonly nodes: number;
}

/** The least wall and the lower-quartile processor time of a run, in milliseconds. */
async function cost(source: MutableGraph, outputs: Iterable<string>, runs: number): Promise<Cost> {
  const graph = source.copy();
  for (const name of outputs) graph.addOutput(name);
  lowerPrivateOperators(graph);
  const started = performance.now();
  const session = await ort.InferenceSession.create(await encode(graph), {
    enableMemPattern: false,
    intraOpNumThreads: THREADS,
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const create = performance.now() - started;
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, type }, i) => [name, feed(type.shape as number[], type.dtype!, i)]),
  );
  const wall: number[] = [];
  const cpu: number[] = [];
  for (let run = 0; run < runs; run++) {
    const [time, usage] = [performance.now(), process.cpuUsage()];
    await session.run(feeds);
    wall.push(performance.now() - time);
    const { user, system } = process.cpuUsage(usage);
    cpu.push((user + system) / 1000);
  }
  await session.release();
  cpu.sort((a, b) => a - b);
  return { wall: Math.min(...wall), cpu: cpu[cpu.length >> 2], create, nodes: graph.nodes.length };
}

function feed(shape: readonly number[], dtype: string, seed: number): ort.Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  if (dtype === 'int64')
    return new ort.Tensor(
      'int64',
      BigInt64Array.from({ length: count }, (_, i) => BigInt(i % CLASSES)),
      shape,
    );
  const spread = shape.length === 4 ? Math.sqrt(6 / (count / shape[0])) : 1;
  return new ort.Tensor(
    'float32',
    noise(count, seed + 1).map((v) => v * spread),
    shape,
  );
}

async function main(): Promise<void> {
  const product = new MutableGraph();
  product.opsets.set('', 18);
  for (const name of ['a', 'b']) product.addInput(name, { kind: 'tensor', dtype: 'float32', shape: [1024, 1024] });
  const c = product.add('MatMul', ['a', 'b']);
  const networks = { 'ResNet-20': resnet20(), 'VGG with BN': vgg(true), VGG: vgg(false) };
  for (const [name, [net, loss]] of Object.entries(networks)) {
    const rate = await cost(product, [c], 20);
    const floorOf = (time: number) => ((3 * net.flops) / (2 * 1024 ** 3)) * time;
    const forward = await cost(net.graph, [loss], 12);
    const graph = net.graph.copy();
    const started = performance.now();
    const { gradientOf } = differentiate(graph, inferTypes(graph), { loss, wrt: net.parameters });
    const took = performance.now() - started;
    const step = await cost(graph, [loss, ...new Set(gradientOf.values())], 12);
    const ratio = (a: number, b: number) => `${(a / b).toFixed(2)}x`;
    console.log(
      `${name}: step ${step.wall.toFixed(0)} ms, ${ratio(step.wall, floorOf(rate.wall))} the floor and ` +
        `${ratio(step.wall, forward.wall)} the forward pass; processor time ${step.cpu.toFixed(0)} ms, ` +
        `${ratio(step.cpu, floorOf(rate.cpu))} and ${ratio(step.cpu, forward.cpu)}; ${forward.nodes} nodes forward, ` +
        `${step.nodes} in all; differentiated in ${took.toFixed(0)} ms, session in ${step.create.toFixed(0)} ms`,
    );
  }
}

void main();
