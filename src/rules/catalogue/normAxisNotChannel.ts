import type { Layer, LayerView } from '../../layers/layerView';
import type { Rule } from '../rule';

/** Layers between a convolution and its norm that keep the axes in their places. */
const keepsAxes = new Set(['activation', 'dropout', 'pool', 'norm']);
const MOST_BETWEEN = 4;

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
      const axes = statedAxes(layer.origin?.config.axis ?? -1);
      const rank = typeOf(layer.inputs[0])?.shape?.length;
      // operators of a graph state no axis: their channels are where the data_format says
      if (layer.origin?.isNode) continue;
      if (layer.norm === undefined || layer.origin === undefined || axes === undefined || rank === undefined) continue;
      const positive = axes.map((a) => (a < 0 ? a + rank : a));
      if (layer.norm.type === 'layer' && positive.includes(0)) {
        report({
          layer,
          message: `${layer.kind} normalizes along axis 0, the batch: each sample's result depends on the other samples, in inference too.`,
        });
      }
      const convolution = layer.norm.type === 'batch' ? convolutionBefore(layer, view) : undefined;
      if (convolution === undefined || rank < 3 || positive.length !== 1) continue;
      const format = isChannelsFirst(convolution) ? 'channels_first' : 'channels_last';
      const channel = format === 'channels_first' ? 1 : rank - 1;
      const [axis] = positive;
      if (axis === channel || axis < 0 || axis >= rank) continue;
      report({
        layer,
        layers: [convolution],
        message:
          `${layer.kind} keeps statistics along axis ${axes[0]}, and the channels of ${convolution.id} (${format}) are axis ${channel}: ` +
          `it normalizes each position along axis ${axis} over all channels.`,
      });
    }
  },
};

/** The convolution whose channels the norm sees, with only layers in between that leave the axes alone. */
function convolutionBefore(norm: Layer, view: LayerView): Layer | undefined {
  let layer: Layer | undefined = view.predecessors(norm)[0];
  for (let i = 0; i < MOST_BETWEEN && layer !== undefined && keepsAxes.has(layer.role); i++) {
    layer = view.predecessors(layer)[0];
  }
  return layer?.origin !== undefined && layer.linear?.operator.startsWith('Conv') ? layer : undefined;
}

function isChannelsFirst({ origin }: Layer): boolean {
  return (origin!.config.data_format ?? origin!.config.dataFormat) === 'channels_first';
}

function statedAxes(axis: unknown): readonly number[] | undefined {
  const axes: unknown[] = Array.isArray(axis) ? axis : [axis];
  return axes.every((a): a is number => Number.isInteger(a)) ? axes : undefined;
}

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
