import { attribute, type Attribute } from '../../ir/attribute';
import { MutableGraph } from '../../ir/mutableGraph';
import { missingTensor } from '../../ir/tensor';
import { inferTypes } from '../../ir/inferTypes';
import { findParameters, type Parameter } from '../../training/parameters';
import { toOpset18 } from '../../variants/toOpset18';

export type NormKind = 'none' | 'batch' | 'layer' | 'group' | 'instance';
export type ActivationKind = 'none' | 'Relu' | 'Sigmoid' | 'Tanh';

/** A small network of the lab: opset 18, without values of its own (a Learner gives it weights). */
export interface Network {
  /** Says everything that the graph depends on. */
  readonly key: string;
  /** Input `x` [N, ...], output `logits` [N, classes]. */
  readonly graph: MutableGraph;
  /** Sizes of one sample. */
  readonly sample: readonly number[];
  readonly classes: number;
  readonly parameters: readonly Parameter[];
  /** Inputs beside `x`, with their sizes, that have to be fed. */
  readonly extraInputs: ReadonlyMap<string, readonly number[]>;
}

export const INPUT = 'x';
export const LOGITS = 'logits';
/** Weight of the old running statistics, as PyTorch's momentum 0.1. */
export const MOMENTUM = 0.9;
export const EPSILON = 1e-5;
/** Opset in which GroupNormalization has a scale per channel; `toOpset18` writes it out. */
const OPSET = 21;

/** Builds networks layer by layer; the layer's name is the name of the value it computes. */
export class NetworkBuilder {
  readonly graph = new MutableGraph();
  private readonly extraInputs = new Map<string, readonly number[]>();

  constructor(private readonly sample: readonly number[]) {
    this.graph.opsets.set('', OPSET);
    this.graph.addInput(INPUT, { kind: 'tensor', dtype: 'float32', shape: ['N', ...sample] });
  }

  /** x [N, inputs] times `name.weight` [inputs, outputs], and `name.bias`. */
  dense(name: string, x: string, inputs: number, outputs: number, bias = true): string {
    const weights = [this.values(`${name}.weight`, [inputs, outputs])];
    if (bias) weights.push(this.values(`${name}.bias`, [outputs]));
    return this.add('Gemm', name, [x, ...weights]);
  }

  /** A square convolution with `name.weight` [outputs, inputs, kernel, kernel], padded to keep the size at stride 1. */
  conv(
    name: string,
    x: string,
    inputs: number,
    outputs: number,
    { kernel = 3, stride = 1, bias = true }: { kernel?: number; stride?: number; bias?: boolean } = {},
  ): string {
    const weights = [this.values(`${name}.weight`, [outputs, inputs, kernel, kernel])];
    if (bias) weights.push(this.values(`${name}.bias`, [outputs]));
    const pad = Math.floor((kernel - 1) / 2);
    return this.add('Conv', name, [x, ...weights], {
      kernel_shape: attribute.ints([kernel, kernel]),
      strides: attribute.ints([stride, stride]),
      pads: attribute.ints([pad, pad, pad, pad]),
    });
  }

  /**
   * A norm with `name.scale` and `name.shift` [channels] of x [N, channels, ...]; 'none' is x itself. On feature maps 'layer'
   * is the norm over channels and places with a scale per channel (a group norm of one group, as in Wu and He 2018).
   */
  norm(kind: NormKind, name: string, x: string, channels: number, rank: 2 | 3 | 4, groups = 4): string {
    if (kind === 'none') return x;
    const affine = [this.values(`${name}.scale`, [channels]), this.values(`${name}.shift`, [channels])];
    const epsilon = attribute.float(EPSILON);
    if (kind === 'batch') {
      const running = ['mean', 'variance'].map((s) => this.values(`${name}.running_${s}`, [channels]));
      return this.add('BatchNormalization', name, [x, ...affine, ...running], {
        epsilon,
        momentum: attribute.float(MOMENTUM),
      });
    }
    if (kind === 'instance') return this.add('InstanceNormalization', name, [x, ...affine], { epsilon });
    if (kind === 'layer' && rank < 4) {
      return this.add('LayerNormalization', name, [x, ...affine], { axis: attribute.int(-1), epsilon });
    }
    const num_groups = attribute.int(kind === 'layer' ? 1 : groups);
    return this.add('GroupNormalization', name, [x, ...affine], { epsilon, num_groups });
  }

  activation(kind: ActivationKind, name: string, x: string): string {
    return kind === 'none' ? x : this.add(kind, name, [x]);
  }

  /** A graph input beside the samples. */
  input(name: string, dims: readonly number[]): string {
    this.extraInputs.set(name, dims);
    return this.graph.addInput(name, { kind: 'tensor', dtype: 'float32', shape: dims });
  }

  add(
    opType: string,
    name: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    return this.graph.add(opType, inputs, attributes, { name, outputs: [name] });
  }

  /** A float32 constant whose values a Learner gives. */
  values(name: string, dims: readonly number[]): string {
    return this.graph.addInitializer(missingTensor(name, 'float32', dims));
  }

  /** @param logits value [N, classes] named `logits` */
  finish(key: string, logits: string, classes: number): Network {
    const { graph, sample, extraInputs } = this;
    graph.addOutput(logits);
    toOpset18(graph);
    const running = new Set([...graph.initializers.keys()].filter((name) => name.includes('.running_')));
    const affine = new Map(
      [...graph.initializers.keys()].flatMap((name) => {
        const kind = /\.(scale|shift)$/.exec(name)?.[1];
        return kind === 'scale' || kind === 'shift' ? [[name, kind] as const] : [];
      }),
    );
    const parameters = findParameters(graph, inferTypes(graph), running, affine);
    return { key, graph, sample, classes, parameters, extraInputs };
  }
}
