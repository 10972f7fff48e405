import type { Layer, LayerView } from '../../layers/layerView';
import { count, say } from '../../texts/say';
import { isBatchNorm } from '../normParameters';
import type { ModelFrame, Rule } from '../rule';
import { figure, listed } from '../words';

/** Dropout below this rate shifts the variance by less than 6 %. */
const LOWEST_RATE = 0.05;
const MOST_LINEARS = 3;

export const dropoutBeforeBatchNorm: Rule = {
  meta: {
    id: 'dropout-before-batch-norm',
    severity: 'warning',
    title: 'Dropout before a batch norm',
    whatItDoes:
      `Reports a dropout with a rate of ${LOWEST_RATE} or more whose output reaches a batch norm through at most ${MOST_LINEARS} linear ` +
      'layers and no other norm, across the borders of blocks too. Exported inference graphs, where dropout does nothing, are not judged.',
    why:
      'In training, dropout with rate p raises the variance of what it lets through: about 1/(1-p) times for inputs of mean zero, more ' +
      'after a ReLU. The batch norm stores that variance as its running variance. In inference dropout is off, the variance is smaller, ' +
      'and the norm divides by the wrong number ("variance shift").',
    insteadDo:
      'Put dropout after the last batch norm (before the classifier), use a smaller rate, or replace the batch norm behind it by a layer ' +
      'or group norm, which keeps no running statistics.',
    bad: {
      purpose: 'training',
      text: `<ir_version: 8, opset_import: ["" : 17]>
dropped (float[N,4,8,8] x) => (float[N,4,8,8] y)
<float[4,4,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance, float rate = {0.5}>
{
  d = Dropout(x, rate)  # finding
  a = Conv<pads = [1,1,1,1]>(d, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    good: {
      purpose: 'training',
      text: `<ir_version: 8, opset_import: ["" : 17]>
dropped_last (float[N,4,8,8] x) => (float[N,4,8,8] y)
<float[4,4,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance, float rate = {0.5}>
{
  a = Conv<pads = [1,1,1,1]>(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  r = Relu(n)
  y = Dropout(r, rate)
}`,
    },
    references: [
      {
        title:
          'Li, Chen, Hu & Yang 2018, Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift',
        url: 'https://arxiv.org/abs/1801.05134',
      },
    ],
  },

  check({ model, view, report }) {
    const nearest = nearestBatchNorms(view);
    for (const dropout of view.layers) {
      const p = dropout.dropRate;
      if (dropout.role !== 'dropout' || p === undefined || !(p >= LOWEST_RATE && p < 1)) continue;
      if (keepsStatistics(dropout) || !isActive(dropout, model, view)) continue;
      const reached = nearest[dropout.index];
      if (reached === undefined || reached.linears > MOST_LINEARS) continue;
      const between = reached.linears === 0 ? '' : say` through ${count(reached.linears, 'linear layer')}`;
      report({
        layer: dropout,
        layers: [reached.norm],
        message:
          say`Dropout with rate ${figure(p)} reaches the batch norm ${listed([reached.norm])}${between}: ` +
          say`in training it multiplies the variance by about ${figure(1 / (1 - p))} (1/(1-p), for inputs of mean zero; by more after a ReLU), and the norm keeps a running variance that does not fit inference. ` +
          say`Put dropout after the last batch norm.`,
      });
    }
  },
};

interface Reached {
  readonly norm: Layer;
  /** Linear layers on the way. */
  readonly linears: number;
}

/** For each layer the batch norm that its output reaches through the fewest linear layers and no other norm. */
function nearestBatchNorms(view: LayerView): (Reached | undefined)[] {
  const nearest: (Reached | undefined)[] = new Array<Reached | undefined>(view.layers.length).fill(undefined);
  for (let i = view.layers.length - 1; i >= 0; i--) {
    for (const next of view.successors(view.layers[i])) {
      const reached = through(next, nearest[next.index]);
      const best = nearest[i];
      if (reached !== undefined && (best === undefined || reached.linears < best.linears)) nearest[i] = reached;
    }
  }
  return nearest;
}

function through(layer: Layer, beyond: Reached | undefined): Reached | undefined {
  if (layer.role === 'norm') return isBatchNorm(layer) ? { norm: layer, linears: 0 } : undefined;
  if (beyond === undefined) return undefined;
  const linears = beyond.linears + Number(layer.role === 'linear');
  return linears > MOST_LINEARS ? undefined : { norm: beyond.norm, linears };
}

/** AlphaDropout keeps mean and variance; dropping whole samples of a residual branch (stochastic depth) is another thing. */
function keepsStatistics({ origin }: Layer): boolean {
  if (origin === undefined) return false;
  if (origin.kind === 'AlphaDropout') return true;
  const shape = origin.config.noise_shape ?? origin.config.noiseShape;
  return Array.isArray(shape) && shape.length > 1 && shape.slice(1).every((size) => size === 1);
}

/** In an ONNX inference graph dropout is the identity, unless the node itself says that it is training. */
function isActive(dropout: Layer, model: ModelFrame, { graph }: LayerView): boolean {
  if (model.purpose !== 'inference') return true;
  return dropout.nodes.some((n) => {
    const node = graph.node(n);
    if (node.opType !== 'Dropout') return false;
    if ((graph.opsets.get('') ?? 1) < 7) return node.int('is_test') === 0;
    const training = node.inputs.length > 2 ? graph.initializer(node.inputs[2]) : undefined;
    return training?.bytes?.[0] === 1;
  });
}
