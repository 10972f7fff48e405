import { say } from '../texts/say';
import { ABSENT, type Graph, type Node, type ValueId, type ValueType } from '../ir/graph';
import type { Layer, LayerView } from '../layers/layerView';
import type { BatchNormFold } from './foldBatchNorms';

/** A batch norm beside a linear layer, and whether an optimizer can multiply the norm into the layer's weights. */
export interface NormFolding extends BatchNormFold {
  /** Why it cannot be folded; undefined when it can. */
  readonly obstacle?: string;
}

/** Operators whose weights take up a factor per channel; quantized and attention operators do not. */
const foldable = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** Nodes that are looked through to the initializers behind a parameter. */
const MOST_NODES = 16;

/** What is asked of a graph to judge a fold. */
interface Context {
  readonly view: LayerView;
  readonly typeOf: (value: ValueId) => ValueType | undefined;
}

/** Batch norms that stand directly behind or before a linear layer: a fold either way is enough. */
export function normFoldings(context: Context): readonly NormFolding[] {
  const { view } = context;
  const outputs = new Set(view.graph.outputs);
  const foldings: NormFolding[] = [];
  for (const norm of view.layers) {
    if (norm.norm?.type !== 'batch' || !['native', 'fused'].includes(norm.norm.form)) continue;
    const before = intoLayerBefore(norm, outputs, context);
    const after =
      before !== undefined && before.obstacle === undefined ? undefined : intoLayerAfter(norm, outputs, context);
    const folding = after !== undefined && after.obstacle === undefined ? after : (before ?? after);
    if (folding !== undefined) foldings.push(folding);
  }
  return foldings;
}

function intoLayerBefore(norm: Layer, outputs: ReadonlySet<ValueId>, context: Context): NormFolding | undefined {
  const { view } = context;
  const [linear] = view.predecessors(norm);
  if (linear?.linear === undefined || linear.activation !== undefined || !isFoldable(linear, context)) return undefined;
  if (linear.linear.channels !== norm.norm!.channels || !sharesAxis(linear, norm.inputs[0], context)) return undefined;
  const read = readElsewhere(linear.output, say`the output of ${linear.id}`, outputs, view.graph);
  const between = standsBetween(norm.inputs[0], linear.output, context);
  const obstacle = ownObstacle(norm, linear, context) ?? read ?? between;
  return { norm, linear, side: 'before', obstacle };
}

function intoLayerAfter(norm: Layer, outputs: ReadonlySet<ValueId>, context: Context): NormFolding | undefined {
  const { view } = context;
  const { graph } = view;
  const next = view.successors(norm);
  const linear = next.find((l) => l.linear !== undefined);
  if (linear?.linear === undefined || linear.inputs[0] !== norm.output || !isFoldable(linear, context))
    return undefined;
  if (linear.linear.operator === 'ConvTranspose' || !sharesAxis(linear, norm.output, context)) return undefined;
  const read = readElsewhere(norm.output, say`the norm's output`, outputs, graph);
  const padded = isPadded(linear, graph)
    ? say`${linear.id} pads with zeros, which the shift of the norm would have to be added to as well`
    : undefined;
  return { norm, linear, side: 'after', obstacle: ownObstacle(norm, linear, context) ?? read ?? padded };
}

/** Who else needs the value that goes from one of the two to the other. */
function readElsewhere(value: ValueId, name: string, outputs: ReadonlySet<ValueId>, graph: Graph): string | undefined {
  const others = graph.consumers(value).length - 1;
  if (others === 1) return say`${name} is also read by 1 other node`;
  if (others > 0) return say`${name} is also read by ${others} other nodes`;
  return outputs.has(value) ? say`${name} is also an output of the model` : undefined;
}

/** What keeps the norm and the layer from being folded wherever they stand. */
function ownObstacle({ norm }: Layer, linear: Layer, { view, typeOf }: Context): string | undefined {
  const { graph } = view;
  const { weight, bias } = linear.linear!;
  const { scale, shift, mean, variance } = norm!;
  const parameters = [scale, shift, mean, variance].filter((v): v is ValueId => v !== undefined);
  if (norm!.trainingForm) return say`it is in training mode`;
  if (!parameters.every((v) => isConstant(v, graph))) return say`its parameters are not constant`;
  if (!isConstant(weight, graph)) return say`the weight of ${linear.id} is not constant`;
  if (bias !== undefined && !isConstant(bias, graph)) return say`the bias of ${linear.id} is not constant`;
  const [weightType, normType] = [typeOf(weight)?.dtype, typeOf(parameters[0])?.dtype];
  if (weightType !== undefined && normType !== undefined && weightType !== normType) {
    return say`its parameters are ${normType} and the weight of ${linear.id} is ${weightType}`;
  }
  return undefined;
}

function isFoldable(linear: Layer, { view }: Context): boolean {
  const node = operatorOf(linear, view.graph);
  if (node === undefined || node.domain !== '' || !foldable.has(node.opType)) return false;
  // rounded once more, other factors would give other weights
  return !computedFromConstants(linear.linear!.weight, view.graph)?.some(({ opType }) => /Quant/.test(opType));
}

/** The node that computes the layer; one of a layers model begins with what turns its input. */
function operatorOf({ nodes, linear }: Layer, graph: Graph): Node | undefined {
  return nodes.map((n) => graph.node(n)).find((n) => n.opType === linear!.operator);
}

/** The features of a matrix product run along its last axis, the channels of a norm along axis 1. */
function sharesAxis({ linear }: Layer, value: ValueId, { typeOf }: Context): boolean {
  return linear!.operator.startsWith('Conv') || typeOf(value)?.shape?.length === 2;
}

/** What changes the linear layer's output before the norm reads it; nodes that change nothing are dropped by every optimizer. */
function standsBetween(input: ValueId, output: ValueId, { view, typeOf }: Context): string | undefined {
  const { graph } = view;
  let value = input;
  for (let i = 0; i < MOST_NODES && value !== output; i++) {
    const producer = graph.producer(value);
    if (producer < 0) return say`a reshape stands between the two`;
    const { opType, inputs } = graph.node(producer);
    const type = typeOf(value)?.dtype;
    const isNothing =
      opType === 'Identity' || (opType === 'Cast' && type !== undefined && type === typeOf(inputs[0])?.dtype);
    if (!isNothing) return say`a ${opType} stands between the two`;
    value = inputs[0];
  }
  return undefined;
}

function isPadded(linear: Layer, graph: Graph): boolean {
  const node = operatorOf(linear, graph);
  if (node?.opType !== 'Conv') return false;
  const automatic = node.string('auto_pad', 'NOTSET');
  if (automatic.startsWith('SAME')) return (node.ints('kernel_shape') ?? [0]).some((k) => k !== 1);
  return automatic !== 'VALID' && (node.ints('pads') ?? []).some((p) => p !== 0);
}

function isConstant(value: ValueId, graph: Graph): boolean {
  return computedFromConstants(value, graph) !== undefined;
}

/** The few nodes that compute a value from initializers alone, none for an initializer; undefined for what is computed otherwise. */
function computedFromConstants(value: ValueId, graph: Graph): readonly Node[] | undefined {
  const open = [value];
  const nodes: Node[] = [];
  while (open.length > 0) {
    const v = open.pop()!;
    if (v === ABSENT || graph.initializer(v) !== undefined) continue;
    const producer = graph.producer(v);
    if (producer < 0 || nodes.length === MOST_NODES) return undefined;
    const node = graph.node(producer);
    nodes.push(node);
    // the other input of a CastLike says no more than which type
    for (const input of node.opType === 'CastLike' ? node.inputs.slice(0, 1) : node.inputs) open.push(input);
  }
  return nodes;
}
