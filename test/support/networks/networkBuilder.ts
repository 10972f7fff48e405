import { attribute, type Attribute } from '../../../src/ir/attribute';
import type { Dim, Graph } from '../../../src/ir/graph';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { elementCount, float32Tensor, int64Tensor } from '../../../src/ir/tensor';

export interface ConvOptions {
  readonly kernel?: number;
  readonly stride?: number;
  readonly groups?: number;
  readonly bias?: boolean;
}

const { int, ints, float } = attribute;

/**
 * Networks by layers, as papers describe them, with numbers as after training: weights around zero, scales around one, and
 * running statistics that are not the initial ones. Images are [N, C, H, W], sequences [N, L, F].
 */
export class NetworkBuilder {
  readonly graph = new MutableGraph();
  private readonly sizes = new Map<string, number>();
  private seed = 1;

  constructor(opset = 20) {
    this.graph.opsets.set('', opset);
  }

  image(channels = 3, size: Dim = 32): string {
    return this.sized(
      this.graph.addInput('image', { kind: 'tensor', dtype: 'float32', shape: ['N', channels, size, size] }),
      channels,
    );
  }

  sequence(features: number, name = 'sequence'): string {
    return this.sized(
      this.graph.addInput(name, { kind: 'tensor', dtype: 'float32', shape: ['N', 16, features] }),
      features,
    );
  }

  vector(features: number, name: string): string {
    return this.sized(
      this.graph.addInput(name, { kind: 'tensor', dtype: 'float32', shape: ['N', features] }),
      features,
    );
  }

  tokens(): string {
    return this.graph.addInput('tokens', { kind: 'tensor', dtype: 'int64', shape: ['N', 16] });
  }

  /** Channels or features of a value. */
  width(value: string): number {
    return this.sizes.get(value)!;
  }

  conv(x: string, filters: number, { kernel = 3, stride = 1, groups = 1, bias = false }: ConvOptions = {}): string {
    const w = this.weight([filters, this.width(x) / groups, kernel, kernel]);
    const pad = (kernel - 1) >> 1;
    const attributes = {
      kernel_shape: ints([kernel, kernel]),
      pads: ints([pad, pad, pad, pad]),
      strides: ints([stride, stride]),
      group: int(groups),
    };
    return this.sized(this.graph.add('Conv', bias ? [x, w, this.weight([filters])] : [x, w], attributes), filters);
  }

  depthwise(x: string, options: ConvOptions = {}): string {
    return this.conv(x, this.width(x), { ...options, groups: this.width(x) });
  }

  upConv(x: string, filters: number, bias = true): string {
    const w = this.weight([this.width(x), filters, 2, 2]);
    const inputs = bias ? [x, w, this.weight([filters])] : [x, w];
    return this.sized(
      this.graph.add('ConvTranspose', inputs, { kernel_shape: ints([2, 2]), strides: ints([2, 2]) }),
      filters,
    );
  }

  batchNorm(x: string, scale?: number): string {
    const c = this.width(x);
    const gamma = scale === undefined ? this.weight([c], 1) : this.filled([c], scale);
    const inputs = [x, gamma, this.weight([c]), this.weight([c]), this.weight([c], 1)];
    return this.sized(this.graph.add('BatchNormalization', inputs), c);
  }

  instanceNorm(x: string): string {
    const c = this.width(x);
    return this.sized(this.graph.add('InstanceNormalization', [x, this.weight([c], 1), this.weight([c])]), c);
  }

  groupNorm(x: string, groups: number): string {
    const c = this.width(x);
    const perGroup = this.graph.opsets.get('')! < 21 ? groups : c;
    return this.sized(
      this.graph.add('GroupNormalization', [x, this.weight([perGroup], 1), this.weight([perGroup])], {
        num_groups: int(groups),
      }),
      c,
    );
  }

  layerNorm(x: string): string {
    const f = this.width(x);
    return this.sized(
      this.graph.add('LayerNormalization', [x, this.weight([f], 1), this.weight([f])], { axis: int(-1) }),
      f,
    );
  }

  /** As exporters write it before opset 23. */
  rmsNorm(x: string): string {
    const f = this.width(x);
    const square = this.graph.add('Pow', [x, this.scalar(2)]);
    const mean = this.graph.add('ReduceMean', [square, this.integers([-1])], { keepdims: int(1) });
    const root = this.graph.add('Sqrt', [this.graph.add('Add', [mean, this.scalar(1e-6)])]);
    const normalized = this.graph.add('Mul', [x, this.graph.add('Div', [this.scalar(1), root])]);
    return this.sized(this.graph.add('Mul', [normalized, this.weight([f], 1)]), f);
  }

  dense(x: string, units: number, { bias = true }: { bias?: boolean } = {}): string {
    const w = this.weight([this.width(x), units]);
    const product = this.graph.add('MatMul', [x, w]);
    return this.sized(bias ? this.graph.add('Add', [product, this.weight([units])]) : product, units);
  }

  classifier(x: string, classes = 10): string {
    const inputs = [x, this.weight([this.width(x), classes]), this.weight([classes])];
    return this.sized(this.graph.add('Gemm', inputs), classes);
  }

  /** An operator of one input that keeps its channels: Relu, Gelu, Sigmoid, Softmax, HardSwish ... */
  apply(opType: string, x: string, attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.sized(this.graph.add(opType, [x], attributes), this.width(x));
  }

  relu(x: string): string {
    return this.apply('Relu', x);
  }

  relu6(x: string): string {
    return this.sized(this.graph.add('Clip', [x, this.scalar(0), this.scalar(6)]), this.width(x));
  }

  silu(x: string): string {
    return this.mul(x, this.apply('Sigmoid', x));
  }

  dropout(x: string, rate: number): string {
    return this.sized(this.graph.add('Dropout', [x, this.scalar(rate)]), this.width(x));
  }

  add(a: string, b: string): string {
    return this.sized(this.graph.add('Add', [a, b]), this.width(a));
  }

  mul(a: string, b: string): string {
    return this.sized(this.graph.add('Mul', [a, b]), this.width(a));
  }

  scaled(x: string, factor: number): string {
    return this.sized(this.graph.add('Mul', [x, this.scalar(factor)]), this.width(x));
  }

  /** A learned factor per channel of the last axis (layer scale), or of an image. */
  scaledPerFeature(x: string, start: number): string {
    return this.sized(this.graph.add('Mul', [x, this.filled([this.width(x)], start)]), this.width(x));
  }

  addedPerFeature(x: string, value: number): string {
    return this.alike(this.graph.add('Add', [x, this.filled([this.width(x)], value)]), x);
  }

  /** A value with as many channels or features as another, made by nodes that were added to `graph`. */
  alike(value: string, like: string): string {
    return this.sized(value, this.width(like));
  }

  concat(...values: readonly string[]): string {
    const width = values.reduce((sum, v) => sum + this.width(v), 0);
    return this.sized(this.graph.add('Concat', values, { axis: int(1) }), width);
  }

  maxPool(x: string, stride = 2, kernel = 3): string {
    const pad = (kernel - 1) >> 1;
    return this.apply('MaxPool', x, {
      kernel_shape: ints([kernel, kernel]),
      strides: ints([stride, stride]),
      pads: ints([pad, pad, pad, pad]),
    });
  }

  averagePool(x: string, kernel = 2, stride = 2): string {
    const pad = kernel % 2 === 0 ? 0 : (kernel - 1) >> 1;
    return this.apply('AveragePool', x, {
      kernel_shape: ints([kernel, kernel]),
      strides: ints([stride, stride]),
      pads: ints([pad, pad, pad, pad]),
    });
  }

  globalPool(x: string): string {
    return this.apply('GlobalAveragePool', x);
  }

  flat(x: string): string {
    return this.apply('Flatten', x);
  }

  transpose(x: string, perm: readonly number[], width = this.width(x)): string {
    return this.sized(this.graph.add('Transpose', [x], { perm: ints(perm) }), width);
  }

  reshape(x: string, shape: readonly number[], width: number): string {
    return this.sized(this.graph.add('Reshape', [x, this.integers(shape)]), width);
  }

  /** Rows of a table looked up: embeddings. */
  lookUp(tokens: string, rows: number, features: number): string {
    return this.sized(this.graph.add('Gather', [this.weight([rows, features]), tokens]), features);
  }

  /** A learned value per position, added. */
  positions(x: string, length: number): string {
    return this.sized(this.graph.add('Add', [x, this.weight([1, length, this.width(x)])]), this.width(x));
  }

  matMul(a: string, b: string, width: number): string {
    return this.sized(this.graph.add('MatMul', [a, b]), width);
  }

  /** The first of the sequence. */
  firstToken(x: string): string {
    return this.sized(this.graph.add('Gather', [x, this.wholeNumber(0)], { axis: int(1) }), this.width(x));
  }

  scalar(value: number): string {
    return this.graph.addInitializer(float32Tensor(this.graph.freshName('c'), [], [value]));
  }

  leaky(x: string): string {
    return this.apply('LeakyRelu', x, { alpha: float(0.2) });
  }

  build(...outputs: readonly string[]): Graph {
    for (const o of outputs) this.graph.addOutput(o);
    return this.graph.freeze();
  }

  private sized(value: string, width: number): string {
    this.sizes.set(value, width);
    return value;
  }

  private integers(values: readonly number[]): string {
    return this.graph.addInitializer(int64Tensor(this.graph.freshName('shape'), [values.length], values));
  }

  private wholeNumber(value: number): string {
    return this.graph.addInitializer(int64Tensor(this.graph.freshName('index'), [], [value]));
  }

  private filled(dims: readonly number[], value: number): string {
    return this.graph.addInitializer(
      float32Tensor(this.graph.freshName('w'), dims, new Float32Array(elementCount(dims)).fill(value)),
    );
  }

  /** Numbers within 0.3 of the middle, the same on every run. */
  private weight(dims: readonly number[], middle = 0): string {
    const values = new Float32Array(elementCount(dims));
    for (let i = 0; i < values.length; i++) {
      this.seed = (this.seed * 48271) % 2147483647;
      values[i] = middle + 0.6 * (this.seed / 2147483647 - 0.5);
    }
    return this.graph.addInitializer(float32Tensor(this.graph.freshName('w'), dims, values));
  }
}
