import type { Layer, LayerView } from '../../layers/layerView';
import { say } from '../../texts/say';
import { isBatchNorm } from '../normParameters';
import type { Rule } from '../rule';
import { stacksOf, type Unit } from '../stacks';
import { figure } from '../words';

/** Units in a row; with fewer, the growth is less than the initialization and the optimizer make up for. */
const MOST = 50;

/** What one linear-norm-ReLU unit multiplies the gradient's second moment by at initialization, for large batches. */
const GROWTH = Math.PI / (Math.PI - 1);

export const deepPlainBatchNorm: Rule = {
  meta: {
    id: 'deep-plain-batch-norm',
    severity: 'information',
    title: 'Many batch norms in a row without a skip connection',
    whatItDoes: `Reports more than ${MOST} units of linear layer, batch norm and ReLU in a row without a skip connection.`,
    why:
      'Batch norm keeps the activations of a plain network in scale and makes its gradients explode: at initialization each unit with a ReLU ' +
      'multiplies the second moment of the gradient by pi/(pi-1) = 1.467 (its RMS by 1.211) on the way back, whatever the scale of the weights, so that ' +
      'networks beyond some fifty such layers cannot be trained. Skip connections take the growth away.',
    insteadDo: 'Add skip connections (residual blocks), or make the network shallower and wider.',
    bad: { text: plainNetwork(MOST + 1) },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
residual (float[N,4,8,8] x) => (float[N,4,8,8] y)
<float[4,4,1,1] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a1 = Conv(x, w)
  n1 = BatchNormalization(a1, scale, shift, mean, variance)
  r1 = Relu(n1)
  a2 = Conv(r1, w)
  n2 = BatchNormalization(a2, scale, shift, mean, variance)
  s = Add(n2, x)
  y = Relu(s)
}`,
    },
    references: [
      {
        title: 'Yang et al. 2019, A Mean Field Theory of Batch Normalization, section 4: gradient explosion',
        url: 'https://arxiv.org/abs/1902.08129',
      },
    ],
  },

  check({ view, report }) {
    for (const stack of stacksOf(view, (l) => normalizedUnit(l, view))) {
      const { length } = stack;
      if (length <= MOST) continue;
      const [first, last] = [stack[0].linear, stack[length - 1].end];
      report({
        layer: first,
        layers: [last],
        message:
          say`${length} units of linear layer, batch norm and ReLU in a row from ${first.id} to ${last.id} without a skip connection: ` +
          say`at initialization the second moment of the gradient grows by about 1.467^${length} = ${figure(GROWTH ** length)} on its way back (RMS by 1.211^${length} = ${figure(GROWTH ** (length / 2))}).`,
      });
    }
  },
};

function normalizedUnit(end: Layer, view: LayerView): Unit | undefined {
  if (end.role !== 'activation' || end.activation !== 'Relu') return undefined;
  const [norm] = view.nearestBefore(end);
  if (norm === undefined || !isBatchNorm(norm) || view.nearestAfter(norm).length !== 1) return undefined;
  const [linear] = view.nearestBefore(norm);
  if (linear?.role !== 'linear' || linear.activation !== undefined || view.nearestAfter(linear).length !== 1)
    return undefined;
  return { linear, end };
}

/** The smallest network that is reported: too long to be written out. */
function plainNetwork(depth: number): string {
  const unit = (i: number) =>
    `  a${i} = Conv(${i === 1 ? 'x' : `r${i - 1}`}, w)${i === 1 ? '  # finding' : ''}\n` +
    `  n${i} = BatchNormalization(a${i}, scale, shift, mean, variance)\n` +
    `  ${i === depth ? 'y' : `r${i}`} = Relu(n${i})`;
  return `<ir_version: 8, opset_import: ["" : 17]>
plain (float[N,4,8,8] x) => (float[N,4,8,8] y)
<float[4,4,1,1] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
${Array.from({ length: depth }, (_, i) => unit(i + 1)).join('\n')}
}`;
}
