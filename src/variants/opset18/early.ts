import { attribute } from '../../ir/attribute';
import { normalizeAxis } from '../../ir/inference/dims';
import type { MutableNode } from '../../ir/mutableGraph';
import { say } from '../../texts/say';
import { drop, floatOf, intOf, raised, type Conversion, type OpsetRules } from './conversion';

const BINARY = ['Add', 'Sub', 'Mul', 'Div', 'Pow', 'And', 'Or', 'Xor', 'Equal', 'Greater', 'Less'];

/** Rules for the opsets 1 to 8 where semantics, not only spelling, were others. */
export const earlyRules: OpsetRules = {
  ...Object.fromEntries(BINARY.map((name) => [name, raised(7, limitedBroadcast)])),
  Gemm: raised(7, (node) => {
    drop(node, 'broadcast');
    return false;
  }),
  PRelu: raised(7, prelu),
  Selu: raised(6, (node) => {
    // Opset 1 gives its defaults with four decimals.
    node.attributes.set('alpha', attribute.float(floatOf(node, 'alpha', 1.6732)));
    node.attributes.set('gamma', attribute.float(floatOf(node, 'gamma', 1.0507)));
    return false;
  }),
  LpPool: raised(2, integerP),
  GlobalLpPool: raised(2, integerP),
  MeanVarianceNormalization: raised(9, meanVarianceNormalization),
  RNN: raised(7, dropOutputSequence),
  GRU: raised(7, dropOutputSequence),
  LSTM: raised(7, dropOutputSequence),
  Scan: raised(9, (node, c) => c.fail(node, say`it loops over a batch, which later Scans do not`)),
};

/** Up to opset 6, `broadcast` lays B along A's axes from `axis` on; without `axis` along the last ones, as now. */
function limitedBroadcast(node: MutableNode, c: Conversion): boolean {
  const axis = intOf(node, 'axis');
  if (intOf(node, 'broadcast', 0) !== 0 && axis !== undefined) {
    const rank = c.rank(node, node.inputs[0]);
    const own = c.rank(node, node.inputs[1]);
    const at = normalizeAxis(axis, rank);
    if (at === undefined) return c.fail(node, say`axis ${axis} lies outside ${rank} axes`);
    const added = Array.from({ length: Math.max(0, rank - at - own) }, (_, i) => own + i);
    if (added.length > 0) node.inputs[1] = c.add('Unsqueeze', [node.inputs[1], c.ints(added)]);
  }
  drop(node, 'broadcast', 'axis');
  return false;
}

/** PRelu (opset 1, 6): a slope per channel [C] for X [N, C, ...]. */
function prelu(node: MutableNode, c: Conversion): boolean {
  const [x, slope] = node.inputs;
  const slopes = c.shape(slope);
  if (slopes?.length === 1 && slopes[0] !== 1) {
    const behind = c.rank(node, x) - 2;
    if (behind > 0)
      node.inputs[1] = c.add('Unsqueeze', [slope, c.ints(Array.from({ length: behind }, (_, i) => i + 1))]);
  }
  return false;
}

function integerP(node: MutableNode, c: Conversion): boolean {
  const p = floatOf(node, 'p', 2);
  if (!Number.isInteger(p)) return c.fail(node, say`p is ${p}, and later opsets take whole numbers only`);
  node.attributes.set('p', attribute.int(p));
  return false;
}

/** MeanVarianceNormalization (experimental, opset 1): over batch and space, of all channels together or of each alone. */
function meanVarianceNormalization(node: MutableNode, c: Conversion): boolean {
  const [x] = node.inputs;
  const every = Array.from({ length: c.rank(node, x) }, (_, i) => i);
  const axes = intOf(node, 'across_channels', 0) ? every : every.filter((i) => i !== 1);
  if (intOf(node, 'normalize_variance', 1) === 0) {
    c.add('Sub', [x, c.add('ReduceMean', [x, c.ints(axes)])], {}, node.outputs[0]);
    return true;
  }
  drop(node, 'across_channels', 'normalize_variance');
  node.attributes.set('axes', attribute.ints(axes));
  return false;
}

function dropOutputSequence(node: MutableNode): boolean {
  drop(node, 'output_sequence');
  return false;
}
