import { attribute } from '../../ir/attribute';
import { dataTypeCode } from '../../ir/dataType';
import type { MutableNode } from '../../ir/mutableGraph';
import { say } from '../../texts/say';
import { groupNormalization, groupNormalizationPerChannel, rmsNormalization } from '../normForms';
import { drop, floatOf, intOf, lowered, raised, setInput, type Conversion, type OpsetRules } from './conversion';

export const normRules: OpsetRules = {
  BatchNormalization: raised(14, batchNormalization),
  Dropout: raised(12, dropout),
  Softmax: raised(13, coercedSoftmax),
  LogSoftmax: raised(13, coercedSoftmax),
  Hardmax: raised(13, coercedSoftmax),
  GroupNormalization: [
    { from: 18, below: 21, rule: (node, c) => groupNormalizationPerChannel(node, c, c.types) },
    ...lowered(21, (node, c) => groupNormalization(node, c, c.types)),
  ],
  RMSNormalization: lowered(23, (node, c) => rmsNormalization(node, c, c.types)),
};

/**
 * BatchNormalization 1, 6 (`is_test`, `spatial`, `consumed_inputs`), 7 (`spatial`), 9: a node with more than one output is
 * in training mode, and its outputs are Y, the running mean and variance, and two saved values that later opsets lack.
 */
function batchNormalization(node: MutableNode, c: Conversion): boolean {
  const [y, mean, variance, ...saved] = node.outputs;
  const training = [mean, variance, ...saved].some((name) => name) && intOf(node, 'is_test', 0) === 0;
  if (training) {
    if (saved.some((name) => name && isRead(c, name)))
      return c.fail(node, say`its saved statistics are read, which later opsets do not yield`);
    node.attributes.set('training_mode', attribute.int(1));
    node.outputs = [
      y,
      mean || c.graph.freshName(`${y}/running_mean`),
      variance || c.graph.freshName(`${y}/running_var`),
    ];
  } else node.outputs = [y];
  const spatial = intOf(node, 'spatial', 1) !== 0;
  drop(node, 'is_test', 'spatial', 'consumed_inputs');
  if (!spatial) perActivation(node, c);
  return !spatial;
}

/** spatial = 0: statistics and parameters [C, ...] for every position of a sample, which a flattened sample has per channel. */
function perActivation(node: MutableNode, c: Conversion): void {
  const [x, ...parameters] = node.inputs;
  const flat = c.add('Flatten', [x], { axis: attribute.int(1) });
  const vectors = parameters.map((p) => c.add('Reshape', [p, c.ints([-1])]));
  const [normalized, ...statistics] = c.addNode(node.opType, [flat, ...vectors], Object.fromEntries(node.attributes), {
    outputs: node.outputs.length,
  });
  c.add('Reshape', [normalized, c.add('Shape', [x])], {}, node.outputs[0]);
  statistics.forEach((s, i) => c.add('Reshape', [s, c.add('Shape', [parameters[i + 2]])], {}, node.outputs[i + 1]));
}

function isRead(c: Conversion, name: string): boolean {
  return c.graph.nodes.some((n) => n.inputs.includes(name)) || c.graph.outputs.some((o) => o.name === name);
}

/** Dropout 1, 6 (`is_test`: trains unless it is set), 7, 10 (inference only); the mask was of the data's type up to 9. */
function dropout(node: MutableNode, c: Conversion): boolean {
  const ratio = floatOf(node, 'ratio', 0.5);
  const training = c.opset < 7 && intOf(node, 'is_test', 0) === 0;
  setInput(node, 1, c.scalar(ratio));
  if (training) setInput(node, 2, c.scalar(1, 'bool'));
  drop(node, 'ratio', 'is_test');
  const mask = node.outputs[1];
  if (!mask || c.opset >= 10) return false;
  const [, kept] = c.addNode('Dropout', node.inputs, Object.fromEntries(node.attributes), {
    outputs: [node.outputs[0], c.graph.freshName(`${mask}/bool`)],
  });
  c.add('Cast', [kept], { to: attribute.int(dataTypeCode(c.dtype(node.inputs[0]))) }, mask);
  return true;
}

/** Up to opset 12, Softmax and its kin see a matrix: axes before `axis` are rows, all from it on are one vector. */
function coercedSoftmax(node: MutableNode, c: Conversion): boolean {
  const [x] = node.inputs;
  const shape = c.shape(x);
  const stated = intOf(node, 'axis', 1);
  if (shape !== undefined) {
    const axis = stated < 0 ? stated + shape.length : stated;
    // Where one axis alone is longer than 1, the vector is that axis.
    const long = shape.flatMap((d, i) => (i >= axis && d !== 1 ? [i] : []));
    if (axis < shape.length && long.length <= 1) {
      node.attributes.set('axis', attribute.int(long[0] ?? axis));
      return false;
    }
  }
  const rows = c.add('Flatten', [x], { axis: attribute.int(stated) });
  const result = c.add(node.opType, [rows], { axis: attribute.int(-1) });
  c.add('Reshape', [result, c.add('Shape', [x])], {}, node.outputs[0]);
  return true;
}
