import type { MutableNode } from '../../ir/mutableGraph';
import { ABSENT, type Graph, type ValueId } from '../../ir/graph';
import type { Tensor } from '../../ir/tensor';
import type { Layer } from '../../layers/layerView';
import { say } from '../../texts/say';
import type { Rewriter } from '../rewriter';
import type { GraphEdit } from './graphEdit';

/** The nodes that make up a norm, without what only turns its input and output for readers of another layout. */
export interface NormBlock {
  readonly layer: Layer;
  readonly nodes: readonly MutableNode[];
  /** The norm's operator; undefined where it is written out. */
  readonly main?: MutableNode;
  /** The value that is normalized. Where the operator adds its inputs first, it is there once `prepare` has run. */
  readonly input: string;
  readonly output: string;
  /** Writes the sum that an operator of several inputs normalizes. */
  readonly prepare?: (r: Rewriter) => void;
  /** The norm's own constants, where they are constants. */
  readonly scale?: Tensor;
  readonly shift?: Tensor;
  readonly hasShift: boolean;
}

/** Operators that are a norm of one input and nothing else. */
const PLAIN: ReadonlySet<string> = new Set([
  'BatchNormalization',
  'InstanceNormalization',
  'GroupNormalization',
  'LayerNormalization',
  'SimplifiedLayerNormalization',
  'LRN',
  'MeanVarianceNormalization',
]);

const SUMMING: ReadonlySet<string> = new Set(['SkipLayerNormalization', 'SkipSimplifiedLayerNormalization']);

/** Nodes of a layer of the file that turn or shape its value for its neighbours. */
const TURNING: ReadonlySet<string> = new Set(['Transpose', 'Reshape', 'Identity', 'Squeeze', 'Unsqueeze']);

/** A norm as something that can be taken out. @returns why it cannot, where it cannot */
export function normBlock(layer: Layer, edit: GraphEdit): NormBlock | string {
  const { graph } = edit.view;
  const ofFileLayer = layer.origin !== undefined && !layer.origin.isNode;
  const all = layer.nodes.map((i) => edit.node(i));
  const nodes = ofFileLayer ? all.filter((n) => n.domain !== '' || !TURNING.has(n.opType)) : all;
  const facts = layer.norm;
  // an operator inside of a norm that is written out works on data in another shape
  const main = facts?.form === 'decomposed' ? undefined : nodes.find((n) => isNormOperator(n));
  const output = graph.valueName(layer.output);
  if (facts === undefined || nodes.length === 0) return say`it could not be expressed in operators`;
  const tensor = (v: ValueId | undefined): Tensor | undefined =>
    v === undefined || v === ABSENT ? undefined : graph.initializer(v);
  const hasOuter = facts.outerScale !== undefined || facts.outerShift !== undefined;
  const block = {
    layer,
    nodes,
    main,
    output,
    // two affine parts in a row are not one constant
    scale: hasOuter ? undefined : tensor(facts.scale),
    shift: hasOuter ? undefined : tensor(facts.shift),
    hasShift: facts.shift !== undefined || facts.outerShift !== undefined,
  };
  const summing = main !== undefined && SUMMING.has(main.opType);
  const kept = new Set([output, ...(summing ? [main.outputs[3] ?? ''] : [])]);
  const inside = new Set(nodes);
  for (const node of nodes) {
    for (const value of node.outputs) {
      if (value !== '' && !kept.has(value) && edit.isReadOutside(value, inside)) return say`${value} is read as well`;
    }
  }
  if (summing) {
    const { before, sum } = sumBefore(main, edit);
    return { ...block, input: sum, prepare: before };
  }
  const plain = main === undefined || PLAIN.has(main.opType) || isPlainGroupNorm(main);
  if (!plain) return say`${main.opType} does more than normalize`;
  const parameters = [facts.scale, facts.shift, facts.outerScale, facts.outerShift];
  if (parameters.some((v) => v !== undefined && isComputed(v, graph))) return say`its scale and shift are computed`;
  // the layer of a file may turn its input before it normalizes
  const input = ofFileLayer ? main?.inputs[0] : graph.valueName(layer.inputs[0]);
  return input === undefined ? say`it could not be expressed in operators` : { ...block, input };
}

/** Nodes behind a constant parameter: casts and reshapes. What needs more is computed. */
const MOST_NODES = 16;

/** Depends on an input of the graph: norms that are conditioned on something. */
function isComputed(value: ValueId, graph: Graph): boolean {
  const open = [value];
  for (let nodes = 0; open.length > 0;) {
    const v = open.pop()!;
    if (v === ABSENT || graph.initializer(v) !== undefined) continue;
    const producer = graph.producer(v);
    if (producer < 0 || ++nodes > MOST_NODES) return true;
    open.push(...graph.node(producer).inputs);
  }
  return false;
}

function isNormOperator({ domain, opType }: MutableNode): boolean {
  if (domain === '') return PLAIN.has(opType);
  return domain === 'com.microsoft' && /(LayerNormalization|GroupNorm)$/.test(opType);
}

/** com.microsoft GroupNorm may apply an activation. */
function isPlainGroupNorm(node: MutableNode): boolean {
  const activation = node.attributes.get('activation');
  return node.opType === 'GroupNorm' && (activation?.type !== 'int' || activation.value === 0);
}

/** Input, skip and bias of SkipLayerNormalization are added first; the sum may be an output of its own. */
function sumBefore(main: MutableNode, edit: GraphEdit): { before: (r: Rewriter) => void; sum: string } {
  const bias = main.inputs[main.opType === 'SkipLayerNormalization' ? 4 : 3];
  const sum = main.outputs[3] || edit.graph.freshName(`${main.outputs[0]}/sum`);
  const type = edit.types.get(main.inputs[0]);
  if (type !== undefined) edit.types.set(sum, type);
  return {
    sum,
    before: (r) => {
      const added = r.add('Add', [main.inputs[0], main.inputs[1]], {}, bias ? undefined : sum);
      if (bias) r.add('Add', [added, bias], {}, sum);
    },
  };
}
