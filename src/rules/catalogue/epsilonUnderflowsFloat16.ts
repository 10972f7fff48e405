import type { Node } from '../../ir/graph';
import type { Layer, LayerView } from '../../layers/layerView';
import { count, say } from '../../texts/say';
import type { Rule, RuleContext } from '../rule';
import { figure, listed } from '../words';

/** IEEE 754 binary16: the smallest number with a full mantissa, and the smallest of all above 0. */
const SMALLEST_NORMAL = 2 ** -14;
const SMALLEST = 2 ** -24;
/** As in TensorProto.DataType: the precision of the first stage of a norm. */
const STASH_FLOAT16 = 10;

export const epsilonUnderflowsFloat16: Rule = {
  meta: {
    id: 'epsilon-underflows-float16',
    severity: 'warning',
    title: 'Epsilon too small for float16',
    whatItDoes:
      "Lists the norms that compute their statistics in float16 with an epsilon below float16's smallest normal number (6.1e-5). Norms that compute " +
      'them in float32 whatever their input are left out: LayerNormalization, RMSNormalization and (since opset 21) GroupNormalization with the default ' +
      'stash_type, batch norms that use running statistics, everything between Casts to float32; norms of com.microsoft are listed ' +
      'only where epsilon becomes exactly 0. One finding for the whole model.',
    why:
      'In float16 such an epsilon is a subnormal number: it has few bits left, many processors flush it to 0, and below 3e-8 it is 0 everywhere. ' +
      'Where a variance is 0 (constant input, padding, a dead channel) the norm then divides by 0 and gives out NaN or infinity.',
    insteadDo:
      'Keep the norm in float32 when converting (an op block list, or stash_type = 1), or train with an epsilon of 1e-4 or more.',
    bad: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
half_precision (float16[N,3,8,8] x) => (float16[N,4,8,8] y)
<float16[4,3,3,3] w, float16[4] scale, float16[4] shift>
{
  a = Conv(x, w)
  n = InstanceNormalization<epsilon = 0.00001>(a, scale, shift)  # finding
  y = Relu(n)
}`,
    },
    good: {
      text: `<ir_version: 8, opset_import: ["" : 17]>
float32_island (float16[N,3,8,8] x) => (float16[N,4,8,8] y)
<float16[4,3,3,3] w, float[4] scale, float[4] shift>
{
  a = Conv(x, w)
  f = Cast<to = 1>(a)
  n = InstanceNormalization<epsilon = 0.00001>(f, scale, shift)
  h = Cast<to = 10>(n)
  y = Relu(h)
}`,
    },
    references: [
      {
        title: 'IEEE 754-2019, table 3.5: binary16, smallest normal number 2^-14',
        url: 'https://doi.org/10.1109/IEEESTD.2019.8766229',
      },
      {
        title: 'ONNX operator LayerNormalization: stash_type',
        url: 'https://onnx.ai/onnx/operators/onnx__LayerNormalization.html',
      },
      {
        title: 'Micikevicius et al. 2018, Mixed Precision Training, section 3.3: statistics of batch norm in float32',
        url: 'https://arxiv.org/abs/1710.03740',
      },
    ],
  },

  check(context) {
    const found = context.view.layers.filter((l) => underflows(l, context));
    if (found.length === 0) return;
    const zero = found.filter((l) => l.norm!.epsilon! <= SMALLEST / 2).length;
    const epsilons = [...new Set(found.map((l) => figure(l.norm!.epsilon!)))].join(', ');
    context.report({
      layers: found,
      message:
        say`${count(found.length, 'norm')} computing statistics in float16 with an epsilon (${epsilons}) below its smallest normal number 6.1e-5: ${listed(found)}. ` +
        (zero === 0
          ? say`Processors that flush subnormal numbers make it 0, and an input without variance is then divided by 0.`
          : zero === found.length
            ? say`In float16 it is exactly 0, and an input without variance is then divided by 0.`
            : say`In ${zero} of them it is exactly 0, and an input without variance is then divided by 0.`) +
        say` Keep these norms in float32.`,
    });
  },
};

function underflows(layer: Layer, { view, typeOf }: RuleContext): boolean {
  const epsilon = layer.norm?.epsilon;
  if (epsilon === undefined || Math.fround(epsilon) >= SMALLEST_NORMAL) return false;
  const node = rootNode(layer, view);
  const output = node?.outputs[0];
  if (node === undefined || output === undefined || typeOf(output)?.dtype !== 'float16') {
    return false;
  }
  return computesInItsType(node, layer, view) && (node.domain === '' || epsilon < SMALLEST);
}

const operators = /Norm(alization)?$/;

/** The operator that computes the norm; of a norm made of several nodes, the one that takes the root. */
function rootNode({ nodes }: Layer, { graph }: LayerView): Node | undefined {
  const all = nodes.map((n) => graph.node(n));
  return (
    all.find((n) => operators.test(n.opType)) ??
    all.find((n) => n.opType === 'Sqrt') ??
    all.filter((n) => n.opType === 'Pow').at(-1)
  );
}

/** False for operators that are defined to compute in float32 whatever the type of their input. */
function computesInItsType(node: Node, { norm }: Layer, { graph }: LayerView): boolean {
  const opset = graph.opsets.get('') ?? 1;
  switch (node.opType) {
    case 'BatchNormalization':
      // opset 14 on computes batch statistics in float32
      return norm!.trainingForm && opset < 14;
    case 'LayerNormalization':
    case 'SimplifiedLayerNormalization':
    case 'RMSNormalization':
      return node.int('stash_type', 1) === STASH_FLOAT16;
    case 'GroupNormalization':
      return opset < 21 || node.int('stash_type', 1) === STASH_FLOAT16;
    default:
      return true;
  }
}
