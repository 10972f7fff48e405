import type { Layer } from '../../layers/layerView';
import { count, say } from '../../texts/say';
import { isBatchNorm } from '../normParameters';
import type { Rule, RuleContext } from '../rule';
import { listed } from '../words';

const SMALLEST = 2;
const LARGEST = 8;

export const smallBatchBatchNorm: Rule = {
  meta: {
    id: 'small-batch-batch-norm',
    severity: 'information',
    title: 'Batch norm with small batches',
    whatItDoes:
      `Reports a training graph or training definition with batch norms whose batch is fixed to ${SMALLEST} to ${LARGEST} samples. One finding for the whole model. ` +
      'Inference graphs, which use running statistics, and graphs with an open batch are not reported.',
    why:
      'Batch norm estimates mean and variance from the batch, and the fewer the samples, the noisier. On ImageNet the validation error of a ResNet-50 ' +
      'with batch norm is 23.6 % with 32 images per worker, 24.8 % with 8, 27.3 % with 4 and 34.7 % with 2; with group norm it stays at about 24.1 %.',
    insteadDo:
      'Use a group norm (32 groups, or 16 channels per group), a larger batch, statistics synchronized between workers, or frozen statistics when fine-tuning.',
    bad: {
      purpose: 'training',
      text: `<ir_version: 8, opset_import: ["" : 17]>
two_samples (float[2,3,8,8] x) => (float[2,4,6,6] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)  # finding
  y = Relu(n)
}`,
    },
    good: {
      purpose: 'training',
      text: `<ir_version: 8, opset_import: ["" : 17]>
open_batch (float[N,3,8,8] x) => (float[N,4,6,6] y)
<float[4,3,3,3] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance>
{
  a = Conv(x, w)
  n = BatchNormalization(a, scale, shift, mean, variance)
  y = Relu(n)
}`,
    },
    references: [
      { title: 'Wu & He 2018, Group Normalization, table 2 and figure 1', url: 'https://arxiv.org/abs/1803.08494' },
    ],
  },

  check(context) {
    const { model, view, typeOf, report } = context;
    if (model.purpose === 'inference') return;
    const batches = new Set(view.graph.inputs.map((v) => typeOf(v)?.shape?.[0]));
    const small = view.layers.filter((l) => {
      const batch = batchOf(l, context);
      // a first axis of another size than every input's is no batch
      return batch !== undefined && batch >= SMALLEST && batch <= LARGEST && batches.has(batch);
    });
    if (small.length === 0) return;
    report({
      layers: small,
      message:
        say`${count(small.length, 'batch norm')} of a model whose batch is fixed to ${batchOf(small[0], context)!} samples: ${listed(small)}. ` +
        say`Their statistics are noisy; a group norm does not depend on the batch.`,
    });
  },
};

function batchOf(layer: Layer, { typeOf }: RuleContext): number | undefined {
  if (!isBatchNorm(layer)) return undefined;
  const batch = typeOf(layer.inputs[0])?.shape?.[0];
  return typeof batch === 'number' ? batch : undefined;
}
