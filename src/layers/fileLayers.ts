import { ABSENT, type Node, type ValueId } from '../ir/graph';
import type { Origin } from '../ir/origin';
import type { LayerRole, NormType } from '../protocol/facts';
import { namedAxes, otherAxes, positiveAxes, range, type Layout } from './axes';
import { classRole } from './classRoles';
import type { GraphReading } from './graphReading';
import type { RecognizedNorm } from './layerView';
import { isPassThrough } from './otherOperators';
import type { Piece } from './piece';

/** A piece with the words of the file: what a layer is made of. */
export interface NamedPiece extends Piece {
  /** Wanted id; made unique afterwards. */
  readonly id: string;
  readonly name: string;
  readonly origin?: Origin;
}

/**
 * Puts pieces together to the layers of a file whose format has layers of its own. A layer of the file becomes one layer,
 * except that an activation it applies comes after it as a layer `name/activation`, and that a separable convolution
 * is two linear layers.
 */
export function fileLayers(found: readonly Piece[], reading: GraphReading): NamedPiece[] {
  const pieces = inOrder(found, reading);
  const groups = new Map<Origin, Piece[]>();
  const named: NamedPiece[] = [];
  const ofNodes: Piece[] = [];
  for (const piece of pieces) {
    const { origin } = reading.graph.node(piece.main);
    if (origin === undefined) named.push(nodeNamed(piece, reading));
    else if (origin.isNode) ofNodes.push(piece);
    else addTo(groups, origin, piece);
  }
  const nodeLayout = layoutOf(ofNodes.map((p) => reading.graph.node(p.main).origin!));
  for (const piece of ofNodes) named.push(fileNode(piece, nodeLayout, reading));
  const passed = new Map<Origin, number[]>();
  const covered = new Uint8Array(reading.graph.nodeCount);
  for (const piece of pieces) for (const n of piece.nodes) covered[n] = 1;
  for (let i = 0; i < reading.graph.nodeCount; i++) {
    const node = reading.graph.node(i);
    if (node.origin === undefined || node.origin.isNode || covered[i] || !isPassed(node, reading)) continue;
    addTo(passed, node.origin, i);
    if (!groups.has(node.origin)) groups.set(node.origin, []);
  }
  const layout = layoutOf(groups.keys());
  for (const [origin, group] of groups) {
    named.push(...layersOf(origin, group, passed.get(origin) ?? [], layout, reading));
  }
  return inOrder(named, reading);
}

/**
 * The layers of one layer of the file alone.
 * @param nodes all of its nodes, ascending
 * @param pieces that the nodes make up
 * @param layout of the whole file
 */
export function layersOfOrigin(
  origin: Origin,
  nodes: readonly number[],
  pieces: readonly Piece[],
  layout: Layout,
  reading: GraphReading,
): NamedPiece[] {
  const covered = new Set(pieces.flatMap((p) => p.nodes));
  const passed = nodes.filter((n) => !covered.has(n) && isPassed(reading.graph.node(n), reading));
  if (pieces.length === 0 && passed.length === 0) return [];
  return inOrder(layersOf(origin, inOrder(pieces, reading), passed, layout, reading), reading);
}

/** Hands data on and is no piece. */
function isPassed(node: Node, reading: GraphReading): boolean {
  return node.outputs.some((v) => reading.isData(v)) && isPassThrough(node, reading);
}

/** Pieces in the order of the nodes that compute them. */
function inOrder<P extends Piece>(pieces: readonly P[], { graph }: GraphReading): P[] {
  const places = Int32Array.from(pieces, (p) => graph.producer(p.output));
  if (places.every((place, i) => i === 0 || places[i - 1] <= place)) return [...pieces];
  const order = pieces.map((_, i) => i).sort((a, b) => places[a] - places[b]);
  return order.map((i) => pieces[i]);
}

function addTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** The id of a layer that the file states as nodes: the node's name; without one, the name of the value it computes. */
function nodeNamed(piece: Piece, reading: GraphReading): NamedPiece {
  const { name } = reading.graph.node(piece.main);
  const id = name === '' ? reading.graph.valueName(piece.output) : name;
  return { ...piece, id, name: id };
}

/** Operators that hold several of the graph's: what an activation in one of them is called, its own name says. */
const fusedOperator = /^_?Fused(Conv|Depthwise|MatMul)/;

/**
 * A piece of a graph whose file states nodes and no layers, in the file's words: the operator's name there and, for a norm over
 * the channels, axes in the file's layout.
 */
function fileNode(piece: Piece, layout: Layout, reading: GraphReading): NamedPiece {
  const main = reading.graph.node(piece.main);
  const origin = main.origin!;
  const named = { ...nodeNamed(piece, reading), origin };
  const isOwn = piece.kind === main.opType && (piece.role === 'linear' || !fusedOperator.test(origin.kind));
  const kind = isOwn ? origin.kind : (piece.activation ?? piece.kind);
  if (piece.norm?.type !== 'batch' || !origin.kind.startsWith('FusedBatchNorm')) return { ...named, kind };
  const rank = reading.rank(piece.output);
  const channels = layout === 'channels-first' ? 1 : (rank ?? 0) - 1;
  const axes = rank === undefined ? undefined : otherAxes([channels], rank);
  // the operator has no momentum: whoever trains the graph keeps the statistics
  const unknown = { momentum: undefined, momentumOriginal: undefined };
  return { ...named, kind, norm: { ...piece.norm, ...unknown, form: 'fused', ...namedAxes(axes, rank, layout) } };
}

function layersOf(
  origin: Origin,
  pieces: readonly Piece[],
  passed: readonly number[],
  layout: Layout,
  reading: GraphReading,
): NamedPiece[] {
  const role = classRole(origin.kind) ?? dominantRole(pieces);
  // most layers, and several times faster than all that follows
  if (pieces.length === 1 && pieces[0].role === role && passed.length === 0)
    return [merged(origin, origin.layer, origin.kind, role, pieces[0].nodes, pieces[0], layout, reading)];
  const mains = pieces.filter((p) => p.role === role);
  const applied = role === 'activation' ? [] : pieces.filter((p) => p.role === 'activation');
  if (mains.length > 1) return severalMains(origin, role, mains, applied, layout, reading);

  const rest = pieces.filter((p) => !mains.includes(p) && !applied.includes(p));
  const end = applied.length > 0 ? Math.min(...applied.flatMap((p) => p.nodes)) : Infinity;
  const own = [...mains, ...rest].flatMap((p) => p.nodes);
  const layers: NamedPiece[] = [];
  const ownNodes = [...own, ...passed.filter((n) => n < end)];
  if (ownNodes.length > 0) {
    const facts = mains[0] ?? pieces.find((p) => p.dropRate !== undefined);
    layers.push(merged(origin, origin.layer, origin.kind, role, ownNodes, facts, layout, reading));
  }
  if (applied.length > 0) {
    const nodes = [...applied.flatMap((p) => p.nodes), ...passed.filter((n) => n > end)];
    const id = ownNodes.length > 0 ? `${origin.layer}/activation` : origin.layer;
    const kind = ownNodes.length > 0 ? activationKind(origin, applied[0]) : origin.kind;
    layers.push(merged(origin, id, kind, 'activation', nodes, applied[applied.length - 1], layout, reading));
  }
  return layers;
}

/** A layer that is applied several times, or one of several weighted parts: each main piece is a layer of its own. */
function severalMains(
  origin: Origin,
  role: LayerRole,
  mains: readonly Piece[],
  applied: readonly Piece[],
  layout: Layout,
  reading: GraphReading,
): NamedPiece[] {
  const separable = origin.kind.startsWith('Separable') && mains.length === 2;
  const suffix = (i: number) => (separable ? ['/depthwise', ''][i] : i === 0 ? '' : `/${i + 1}`);
  const layers = mains.map((p, i) => {
    const id = `${origin.layer}${suffix(i)}`;
    return merged(origin, id, origin.kind, role, p.nodes, p, layout, reading);
  });
  applied.forEach((p, i) => {
    const id = `${origin.layer}${separable ? '' : suffix(i)}/activation`;
    layers.push(merged(origin, id, activationKind(origin, p), 'activation', p.nodes, p, layout, reading));
  });
  return layers;
}

function activationKind(origin: Origin, piece: Piece): string {
  const { activation } = origin.config;
  return typeof activation === 'string' ? activation : piece.kind;
}

const byWeight: readonly LayerRole[] = ['linear', 'recurrent', 'norm', 'join', 'pool', 'dropout', 'activation'];

function dominantRole(pieces: readonly Piece[]): LayerRole {
  return byWeight.find((r) => pieces.some((p) => p.role === r)) ?? 'other';
}

function merged(
  origin: Origin,
  id: string,
  kind: string,
  role: LayerRole,
  unsorted: readonly number[],
  facts: Piece | undefined,
  layout: Layout,
  reading: GraphReading,
): NamedPiece {
  const nodes = unsorted.length > 1 ? [...unsorted].sort((a, b) => a - b) : unsorted;
  const { inputs, output } = boundary(nodes, facts, reading);
  const recognized = facts?.norm ?? (role === 'norm' ? normOfClass(origin) : undefined);
  const norm = recognized && { ...recognized, ...fileNorm(origin, recognized, output, layout, reading) };
  const { rate } = origin.config;
  // member by member: spreading pieces of many forms would take longer than all the rest
  return {
    id,
    name: id,
    role,
    kind,
    nodes,
    main: facts?.main ?? nodes[nodes.length - 1],
    inputs: inputs.length > 0 ? inputs : (facts?.inputs ?? []),
    output,
    norm,
    linear: facts?.linear,
    activation: facts?.activation,
    dropRate: role === 'dropout' && typeof rate === 'number' ? rate : facts?.dropRate,
    sum: facts?.sum,
    origin,
  };
}

const typeOfClass: Readonly<Record<string, NormType>> = {
  BatchNormalization: 'batch',
  SyncBatchNormalization: 'batch',
  LayerNormalization: 'layer',
  GroupNormalization: 'group',
  InstanceNormalization: 'instance',
  RMSNormalization: 'rms',
  UnitNormalization: 'lp',
};

/** What a norm's settings say of it where the layer could not be expressed in operators. */
function normOfClass({ kind, config }: Origin): RecognizedNorm | undefined {
  const type = Object.hasOwn(typeOfClass, kind) ? typeOfClass[kind] : undefined;
  if (type === undefined) return undefined;
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined);
  return {
    type,
    form: 'native',
    epsilon: number(config.epsilon),
    momentum: type === 'batch' ? number(config.momentum) : undefined,
    groups: number(config.groups),
    trainingForm: false,
  };
}

function statedMomentum({ config }: Origin): number | undefined {
  return typeof config.momentum === 'number' ? config.momentum : undefined;
}

/** What a set of nodes reads as data from outside, and the value it computes. */
function boundary(
  nodes: readonly number[],
  facts: Piece | undefined,
  reading: GraphReading,
): { inputs: readonly ValueId[]; output: ValueId } {
  const { graph } = reading;
  if (nodes.length === 1 && facts !== undefined && graph.producer(facts.output) === nodes[0]) {
    const own = graph.node(nodes[0]).inputs;
    return { inputs: own.filter((v, i) => reading.isData(v) && own.indexOf(v) === i), output: facts.output };
  }
  const inside = new Set(nodes);
  const inputs = new Set<ValueId>();
  for (const n of nodes) {
    for (const v of graph.node(n).inputs) if (reading.isData(v) && !inside.has(graph.producer(v))) inputs.add(v);
  }
  return { inputs: [...inputs], output: computedValue(nodes, facts, reading) };
}

/**
 * The value of the last node that computes something. What only transposes it for readers of another layout, maybe much later
 * in the graph, does not count.
 */
function computedValue(nodes: readonly number[], facts: Piece | undefined, reading: GraphReading): ValueId {
  const { graph } = reading;
  const own = facts === undefined ? -1 : graph.producer(facts.output);
  const computing = nodes.filter((n) => n === own || !isPassThrough(graph.node(n), reading));
  const shaping = nodes.filter((n) => graph.node(n).opType !== 'Transpose');
  const last = computing[computing.length - 1] ?? shaping[shaping.length - 1] ?? nodes[0];
  if (last === own) return facts!.output;
  return graph.node(last).outputs.find((v) => v !== ABSENT) ?? ABSENT;
}

/** Channels come last in TensorFlow unless a layer of the model says otherwise. */
export function layoutOf(origins: Iterable<Origin>): Layout {
  for (const { config } of origins) {
    const format = config.data_format ?? config.dataFormat;
    if (format === 'channels_first' || format === 'channelsFirst' || format === 'NCHW') return 'channels-first';
  }
  return 'channels-last';
}

/** The axes that the file states, in its own layout: the lowered operator may work on a transposed image. */
function fileNorm(
  origin: Origin,
  norm: RecognizedNorm,
  output: ValueId,
  layout: Layout,
  reading: GraphReading,
): Partial<RecognizedNorm> {
  if (!classRole(origin.kind)) return {};
  const rank = reading.rank(output);
  const stated = statedAxes(origin.config.axis);
  const own = {
    ...(norm.momentum === undefined ? {} : { momentumOriginal: statedMomentum(origin) }),
    // the operator has to be given ones and zeros for what the layer does not have
    ...(isOff(origin.config.scale) ? { scale: undefined } : {}),
    ...(isOff(origin.config.center) ? { shift: undefined } : {}),
  };
  if (rank === undefined) return own;
  const kept = positiveAxes(stated ?? [-1], rank);
  if (kept === undefined) return { ...own, axes: undefined, axesMeaning: undefined };
  if (norm.type === 'batch') return { ...own, ...namedAxes(otherAxes(kept, rank), rank, layout) };
  if (norm.type === 'instance') return { ...own, ...namedAxes(otherAxes([0, ...kept], rank), rank, layout) };
  if (norm.type === 'group') return { ...own, ...namedAxes(range(1, rank), rank, layout) };
  return { ...own, ...namedAxes(kept, rank, rank > 3 ? layout : 'sequence') };
}

function statedAxes(axis: unknown): readonly number[] | undefined {
  if (typeof axis === 'number') return [axis];
  if (Array.isArray(axis) && axis.every((a): a is number => typeof a === 'number')) return axis;
  return undefined;
}

function isOff(flag: unknown): boolean {
  return flag === false || flag === 0;
}
