import { LOGITS, NetworkBuilder, type ActivationKind, type Network, type NormKind } from './network';

export interface MlpOptions {
  readonly inputs: number;
  readonly width: number;
  /** Hidden layers. */
  readonly depth: number;
  readonly classes: number;
  readonly activation: ActivationKind;
  readonly norm: NormKind;
  /** Where the norm stands; 'before' the activation by default. */
  readonly placement?: 'before' | 'after';
  /** Biases of the hidden layers; by default there are some where no norm follows at once. */
  readonly bias?: boolean;
  /** After every norm the value is multiplied by the input `noise<layer>.scale` and `noise<layer>.shift` is added, both [width]. */
  readonly noise?: boolean;
}

/**
 * A multilayer perceptron. Layer l = 1 .. depth computes the values `linear<l>`, `norm<l>`, `noisy<l>` and `activation<l>`
 * (those that it has), the last layer `logits`.
 */
export function mlp(options: MlpOptions): Network {
  const { inputs, width, depth, classes, activation, norm, placement = 'before', noise = false } = options;
  const bias = options.bias ?? (norm === 'none' || placement === 'after');
  const net = new NetworkBuilder([inputs]);
  let x = 'x';
  for (let l = 1; l <= depth; l++) {
    x = net.dense(`linear${l}`, x, l === 1 ? inputs : width, width, bias);
    if (placement === 'after') x = net.activation(activation, `activation${l}`, x);
    x = net.norm(norm, `norm${l}`, x, width, 2);
    if (noise) {
      const scaled = net.add('Mul', `scaled${l}`, [x, net.input(`noise${l}.scale`, [width])]);
      x = net.add('Add', `noisy${l}`, [scaled, net.input(`noise${l}.shift`, [width])]);
    }
    if (placement === 'before') x = net.activation(activation, `activation${l}`, x);
  }
  const logits = net.dense(LOGITS, x, depth === 0 ? inputs : width, classes);
  return net.finish(`mlp ${JSON.stringify(options)}`, logits, classes);
}

export interface CnnOptions {
  readonly side: number;
  readonly classes: number;
  /** Channels of each 3x3 convolution; each halves the side. */
  readonly channels: readonly number[];
  readonly activation: ActivationKind;
  readonly norm: NormKind;
  readonly placement?: 'before' | 'after';
  /** Groups of a group norm. */
  readonly groups?: number;
}

/** A convolutional network for grey pictures: 3x3 convolutions of stride 2, global average, a dense layer. Values as in `mlp`. */
export function cnn(options: CnnOptions): Network {
  const { side, classes, channels, activation, norm, placement = 'before', groups } = options;
  const bias = norm === 'none' || placement === 'after';
  const net = new NetworkBuilder([1, side, side]);
  let x = 'x';
  channels.forEach((outputs, i) => {
    const l = i + 1;
    x = net.conv(`linear${l}`, x, i === 0 ? 1 : channels[i - 1], outputs, { stride: 2, bias });
    if (placement === 'after') x = net.activation(activation, `activation${l}`, x);
    x = net.norm(norm, `norm${l}`, x, outputs, 4, groups);
    if (placement === 'before') x = net.activation(activation, `activation${l}`, x);
  });
  x = net.add('Flatten', 'features', [net.add('GlobalAveragePool', 'pool', [x])]);
  const logits = net.dense(LOGITS, x, channels.at(-1) ?? 1, classes);
  return net.finish(`cnn ${JSON.stringify(options)}`, logits, classes);
}
