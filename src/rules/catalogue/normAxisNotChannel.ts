import { later, say } from '../../texts/say';
import { misplacedAxes, positiveAxes, statedAxes } from '../normAxis';
import type { Rule } from '../rule';

export const normAxisNotChannel: Rule = {
  meta: {
    id: 'norm-axis-not-channel',
    severity: 'warning',
    title: 'Norm along an axis that is not the channel',
    whatItDoes:
      'Reports a BatchNormalization of a Keras or TensorFlow.js model whose `axis` is not the channel axis of the convolution before it (axis 1 with ' +
      '`channels_last`, axis -1 with `channels_first`), and a LayerNormalization whose axes include the batch.',
    why:
      'The axis of a BatchNormalization is the one that keeps statistics and parameters of its own. Along the height of an image it learns a scale per row of ' +
      'pixels and mixes the channels; the model trains, and worse. A LayerNormalization over the batch mixes samples, in inference too.',
    insteadDo:
      'Use `axis=-1` (the default) with `channels_last` and `axis=1` with `channels_first`; keep axis 0 out of LayerNormalization.',
    fix: { id: 'norm-axis', title: later`norms along the channels, untrained` },
    bad: {
      language: 'keras',
      reported: ['norm'],
      text: keras(1),
    },
    good: { language: 'keras', text: keras(-1) },
    references: [
      {
        title: 'Keras, BatchNormalization layer: the argument axis',
        url: 'https://keras.io/api/layers/normalization_layers/batch_normalization/',
      },
      {
        title: 'Ioffe & Szegedy 2015, Batch Normalization, section 3.2: statistics per feature map of a convolution',
        url: 'https://arxiv.org/abs/1502.03167',
      },
    ],
  },

  check({ view, typeOf, report }) {
    for (const layer of view.layers) {
      const axes = layer.norm?.type === 'layer' ? positiveAxes(layer, typeOf) : undefined;
      if (!axes?.includes(0)) continue;
      report({
        layer,
        message: say`${layer.kind} normalizes along axis 0, the batch: each sample's result depends on the other samples, in inference too.`,
      });
    }
    for (const { norm, convolution, axis: channel, isFirst } of misplacedAxes(view, typeOf)) {
      const [axis] = positiveAxes(norm, typeOf)!;
      const [stated] = statedAxes(norm)!;
      report({
        layer: norm,
        layers: [convolution],
        message:
          say`${norm.kind} keeps statistics along axis ${stated}, and the channels of ${convolution.id} (${isFirst ? 'channels_first' : 'channels_last'}) are axis ${channel}: ` +
          say`it normalizes each position along axis ${axis} over all channels.`,
      });
    }
  },
};

/** A convolution of an image with its channels last, and a norm along the given axis. */
function keras(axis: number): string {
  return `{
  "class_name": "Sequential",
  "config": {
    "name": "example",
    "layers": [
      {
        "class_name": "Conv2D",
        "config": {
          "name": "conv",
          "filters": 4,
          "kernel_size": [3, 3],
          "strides": [1, 1],
          "padding": "valid",
          "data_format": "channels_last",
          "dilation_rate": [1, 1],
          "activation": "linear",
          "use_bias": false,
          "batch_input_shape": [null, 8, 8, 3]
        }
      },
      {
        "class_name": "BatchNormalization",
        "config": { "name": "norm", "axis": ${axis}, "momentum": 0.99, "epsilon": 0.001, "center": true, "scale": true }
      }
    ]
  }
}`;
}
