import { ABSENT, type Node, type ValueId } from '../ir/graph';
import { shortestFloat } from '../ir/shortestFloat';
import { activationOperator } from './activationOperators';
import { activationPatterns, productPatterns, type ActivationPattern } from './activationPatterns';
import { affineChain } from './affineChain';
import { namedAxes, range } from './axes';
import type { GraphReading } from './graphReading';
import {
  groupedChannels,
  groupedFeatures,
  groupedImage,
  MAX_RESHAPES,
  rowsOfFeatures,
  withTrailingAxes,
  type Surroundings,
} from './groupedNorms';
import { linearOperator } from './linearOperators';
import { normOperator, trailingLayout } from './normOperators';
import {
  decodeAxes,
  isAffineParameter,
  isDeviation,
  isOfChannels,
  nodesNearMeans,
  normalizedData,
  normPatterns,
  typeOfAxes,
  type AffineAxis,
  type NormPattern,
} from './normPatterns';
import { isPassThrough, otherOperator } from './otherOperators';
import { inOneLayer, Match, type Pattern } from './pattern';
import { nodePiece, type Piece } from './piece';

/**
 * Finds what the nodes of a graph make up, each node in one piece at most: first what several nodes make up, then single
 * operators with the bias or scale that follows them. Pass-through nodes and what computes sizes and constants stay out.
 * Linear in the number of nodes. Pieces come in no particular order.
 */
export function recognizePieces(reading: GraphReading): Recognized {
  const recognizer = new Recognizer(reading);
  const pieces = recognizer.run();
  return { pieces, asksAround: recognizer.asksAround };
}

interface Recognized {
  readonly pieces: Piece[];
  /** What some nodes make up depends on the layers around them (see `recognizePiecesOf`). */
  readonly asksAround: boolean;
}

/**
 * The same for the nodes of one layer of the file alone. What they make up is said by themselves, their edges, and the types and
 * constants that they read (see `inOneLayer`), but for one thing: whether a factor and an addend are what is left of a norm.
 * @param nodes all of them, ascending
 * @returns undefined where the layers around it have to be asked
 */
export function recognizePiecesOf(nodes: readonly number[], reading: GraphReading): Piece[] | undefined {
  const recognizer = new Recognizer(reading, nodes);
  const pieces = recognizer.run();
  return recognizer.asksAround ? undefined : pieces;
}

const recognizers = [linearOperator, normOperator, activationOperator, otherOperator];

const normRoots = byRoot(normPatterns);
const activationRoots = [byRoot(productPatterns), byRoot(activationPatterns)];

function byRoot<T extends { readonly roots: readonly string[] }>(patterns: readonly T[]): ReadonlyMap<string, T[]> {
  const map = new Map<string, T[]>();
  for (const p of patterns) for (const r of p.roots) map.set(r, [...(map.get(r) ?? []), p]);
  return map;
}

const normKinds = {
  layer: 'LayerNormalization',
  rms: 'RMSNormalization',
  instance: 'InstanceNormalization',
  group: 'GroupNormalization',
  'mean-variance': 'MeanVarianceNormalization',
} as const;

/** Operators of which only norms are made up here, and which compute their statistics. */
const statistics: ReadonlySet<string> = new Set(['ReduceMean', 'Sqrt', 'Reciprocal']);

/** Readers of a value inside of a layer; a bound, because a broken file may have them without end. */
const MOST_READERS = 64;

/** Nodes in a row that only hand a value on. */
const MAX_HANDED_ON = 8;

class Recognizer implements Surroundings {
  private readonly claimed: Uint8Array;
  /** The piece that a node belongs to, as far as nodes have been looked at. */
  private readonly owners: (Piece | undefined)[] = [];
  private readonly pieces: Piece[] = [];
  asksAround = false;

  /** @param only nodes to look at; default all */
  constructor(
    readonly reading: GraphReading,
    private readonly only?: readonly number[],
  ) {
    this.claimed = new Uint8Array(reading.graph.nodeCount);
  }

  run(): Piece[] {
    const nearMeans = nodesNearMeans(this.reading.graph, this.only);
    this.eachNode((node) => {
      if (nearMeans[node.index]) this.pattern(node, normRoots, (p, match) => this.decomposedNorm(node, p, match));
    });
    // the larger first: a hard swish holds a hard sigmoid
    for (const roots of activationRoots)
      this.eachNode((node) => this.pattern(node, roots, (p, match) => this.decomposedActivation(node, p, match)));
    this.eachNode((node) => this.single(node));
    this.eachNode((node) => {
      if (!isPassThrough(node, this.reading)) this.claim(nodePiece(node, this.reading, { role: 'other' }));
    });
    return this.pieces;
  }

  private eachNode(visit: (node: Node) => void): void {
    const { graph } = this.reading;
    const count = this.only?.length ?? graph.nodeCount;
    for (let k = 0; k < count; k++) {
      const i = this.only?.[k] ?? k;
      if (this.claimed[i]) continue;
      const node = graph.node(i);
      if (node.outputs.some((v) => this.reading.isData(v))) visit(node);
    }
  }

  private claim(piece: Piece): void {
    for (const n of piece.nodes) {
      this.claimed[n] = 1;
      this.owners[n] = piece;
    }
    this.pieces.push(piece);
  }

  private pattern<T>(
    node: Node,
    roots: ReadonlyMap<string, readonly T[]>,
    recognize: (pattern: T, match: Match) => Piece | undefined,
  ): void {
    const patterns = node.domain === '' ? roots.get(node.opType) : undefined;
    if (patterns === undefined) return;
    const match = new Match(this.reading, node);
    for (const p of patterns) {
      match.clear();
      const piece = recognize(p, match);
      if (piece === undefined) continue;
      this.claim(piece);
      return;
    }
  }

  /** Fits a pattern to the node's output: the nodes it covers, if nothing outside reads what they compute in between. */
  private fit(node: Node, pattern: Pattern, match: Match): readonly number[] | undefined {
    if (!match.try(pattern, node.outputs[0])) return undefined;
    const nodes = [...new Set(match.nodes)].sort((a, b) => a - b);
    const inside = new Set(nodes);
    const { graph } = this.reading;
    for (const n of nodes) {
      if (this.claimed[n] || !inOneLayer(graph.node(n), node)) return undefined;
      // the operator gives out its mean and deviation as well
      if (n === node.index || statistics.has(graph.node(n).opType)) continue;
      for (const v of graph.node(n).outputs) if (!this.staysInside(v, inside)) return undefined;
    }
    return nodes;
  }

  staysInside(value: ValueId, inside: ReadonlySet<number>): boolean {
    if (value === ABSENT) return true;
    if (this.reading.isOutput(value)) return false;
    const readers = this.reading.graph.consumers(value);
    if (readers.length > MOST_READERS) return false;
    return readers.every((c) => {
      if (inside.has(c)) return true;
      const reader = this.reading.graph.node(c);
      if (!reader.outputs.some((v) => this.reading.isData(v))) return true;
      if (reader.opType !== 'Cast' && reader.opType !== 'Identity') return false;
      return this.reading.graph.consumers(reader.outputs[0]).every((next) => inside.has(next));
    });
  }

  private decomposedActivation(
    node: Node,
    { activation, pattern }: ActivationPattern,
    match: Match,
  ): Piece | undefined {
    const nodes = this.fit(node, pattern, match);
    if (nodes === undefined) return undefined;
    return {
      role: 'activation',
      kind: activation,
      activation,
      nodes,
      main: node.index,
      inputs: [match.get('x')!],
      output: node.outputs[0],
    };
  }

  private decomposedNorm(node: Node, { centred, pattern, isOfRows }: NormPattern, match: Match): Piece | undefined {
    const fitting = this.fit(node, pattern, match);
    const data = fitting && normalizedData(match, fitting);
    if (data === undefined) return undefined;
    const { x, nodes } = data;
    if (!centred && isDeviation(x, this.reading)) return undefined;
    const type = typeOfAxes(match, x, centred);
    if (type === undefined) return undefined;
    const rank = this.reading.rank(x);
    const axes = decodeAxes(match.get('axes')!);
    const ofImages = type === 'instance' || type === 'mean-variance';
    const channelsFirst = ofImages && !axes.includes(1);
    const imageLayout = channelsFirst ? 'channels-first' : 'channels-last';
    const layout = ofImages ? imageLayout : trailingLayout(x, axes[0], rank, this.reading);
    const channelAxis = channelsFirst ? 1 : ofImages ? -1 : axes[0];
    const piece: Piece = {
      role: 'norm',
      kind: normKinds[type],
      nodes,
      main: node.index,
      inputs: [x],
      output: node.outputs[0],
      norm: {
        type,
        form: 'decomposed',
        ...namedAxes(axes, rank, layout),
        epsilon: shortestFloat(match.get('epsilon') ?? 0),
        channels: this.reading.size(x, channelAxis),
        trainingForm: false,
        scale: match.get('scale'),
        shift: match.get('shift'),
      },
    };
    if (isOfRows) return this.rows({ ...piece, kind: normKinds.layer, norm: { ...piece.norm!, type: 'layer' } });
    const axis = channelsFirst || isOfChannels(axes, rank) ? 1 : 'trailing';
    const inGroups = type === 'layer' ? groupedFeatures : type === 'rms' ? undefined : groupedChannels;
    // matched with its scale and shift, which may be computed (conditional norms of style transfer)
    if (match.get('scale') !== undefined || match.get('shift') !== undefined) {
      const whole = inGroups?.(piece, this) ?? (type === 'group' ? undefined : piece);
      if (whole === undefined) return undefined;
      const parameters = [match.get('scale'), match.get('shift')].filter((v) => v !== undefined);
      const inputs = [...whole.inputs, ...parameters.filter((v) => this.reading.isData(v))];
      return this.withAffine({ ...whole, inputs }, axis, ['scale', 'shift']);
    }
    const apart = inGroups && this.grouped(piece, inGroups, axis);
    if (apart !== undefined || type === 'group') return apart;
    const flattened = type === 'layer' && rank === 2 ? this.flattened(piece) : undefined;
    if (flattened !== undefined) return flattened;
    const grouped = type === 'layer' && axes[0] === 2 ? groupedImage(piece, this) : undefined;
    const norm = this.withAffine(grouped ?? piece, grouped === undefined ? axis : 1, ['scale', 'shift']);
    // over whole samples, it may still be scaled channel by channel
    const ofSamples = axes[0] === 1 && rank !== undefined && rank > 3 && norm.norm!.scale === undefined;
    return ofSamples ? this.withAffine(piece, 1, ['scale', 'shift']) : norm;
  }

  /** A norm of groups; its scale and shift stand before the channels are put together again, or behind that. */
  private grouped(piece: Piece, find: typeof groupedChannels, axis: AffineAxis): Piece | undefined {
    const whole = find(this.withAffine(piece, 'trailing', ['scale', 'shift']), this);
    return whole && this.withAffine(whole, axis, ['scale', 'shift']);
  }

  /** A layer norm over several axes as its operator is defined: flattened to a matrix, normalized, and shaped back. */
  private flattened(piece: Piece): Piece | undefined {
    const { reading } = this;
    const before: number[] = [];
    let x = piece.inputs[0];
    let axis: number | undefined;
    while (axis === undefined && before.length < MAX_RESHAPES) {
      const node = reading.producer(x);
      const isFlatten = node?.opType === 'Flatten';
      if (node === undefined || !this.isFree(node, piece.main) || (!isFlatten && node.opType !== 'Cast'))
        return undefined;
      if (isFlatten) axis = node.int('axis', 1);
      before.push(node.index);
      x = node.inputs[0];
    }
    const rank = reading.rank(x);
    if (axis === undefined || rank === undefined || rank < 3) return undefined;
    const first = axis < 0 ? axis + rank : axis;
    const inner = this.withAffine(piece, 'trailing', ['scale', 'shift']);
    const nodes = [...before.reverse(), ...inner.nodes];
    const inside = new Set(nodes);
    if (!before.every((n) => this.staysInside(reading.graph.node(n).outputs[0], inside))) return undefined;
    const back = this.next(inner.output, piece.main);
    const isBack = back?.opType === 'Reshape' && reading.rank(back.outputs[0]) === rank;
    return {
      ...inner,
      nodes: isBack ? [...nodes, back.index] : nodes,
      inputs: [x],
      output: isBack ? back.outputs[0] : inner.output,
      norm: {
        ...inner.norm!,
        ...namedAxes(range(first, rank), rank, trailingLayout(x, first, rank, reading)),
        channels: reading.size(x, first),
      },
    };
  }

  private rows(piece: Piece): Piece | undefined {
    const whole = rowsOfFeatures(piece, this);
    return whole && withTrailingAxes(this.withAffine(whole, 'trailing', ['scale', 'shift']), this.reading);
  }

  private single(node: Node): void {
    for (const recognize of recognizers) {
      const facts = recognize(node, this.reading);
      if (facts === undefined) continue;
      const piece = nodePiece(node, this.reading, facts);
      this.claim(this.extended(piece));
      return;
    }
    const chain = affineChain(node, this.reading, (value) => this.next(value, node.index));
    if (chain !== undefined && (chain.norm!.form !== 'affine-only' || this.isWhereNormsAre(chain))) this.claim(chain);
  }

  /**
   * Behind a linear layer, or between blocks and what they lead to: a factor and an addend on an image that comes in, or on what
   * goes out, are its scale and no norm.
   */
  private isWhereNormsAre({ inputs, output }: Piece): boolean {
    this.asksAround = true;
    const before = this.owners[this.solid(inputs[0])];
    if (before === undefined || before.role === 'activation' || before.role === 'norm') return false;
    // the rest of a norm that is none of those known: what divides the data is computed from them (EvoNorm)
    if (before.kind === 'Div') return false;
    if (before.role === 'linear') return true;
    const index = this.reading.soleConsumer(output);
    const reader = index < 0 ? undefined : this.reading.graph.node(index);
    return (
      reader !== undefined && [linearOperator, activationOperator].some((r) => r(reader, this.reading) !== undefined)
    );
  }

  /** The node that computes a value, nodes that only hand it on skipped; -1 for an input. */
  private solid(value: ValueId): number {
    let v = value;
    for (let i = 0; i < MAX_HANDED_ON; i++) {
      const node = this.reading.producer(v);
      if (node === undefined) return -1;
      if (!isPassThrough(node, this.reading)) return node.index;
      v = node.inputs[0] ?? ABSENT;
    }
    return -1;
  }

  private extended(piece: Piece): Piece {
    if (piece.linear !== undefined && piece.linear.bias === undefined) return this.withBias(piece);
    const type = piece.norm?.form === 'native' ? piece.norm.type : undefined;
    const grouped = type === 'instance' ? groupedImage(piece, this) : undefined;
    if (grouped !== undefined) {
      // with a scale of its own, the operator's are the ones and zeros that it cannot do without
      return this.withAffine(grouped, 1, ['outerScale', 'outerShift']);
    }
    if (type === 'batch' || type === 'instance') return this.withAffine(piece, 1, ['outerScale', 'outerShift']);
    return piece;
  }

  /** A product followed by the addition of a constant per channel or feature is one layer with a bias. */
  private withBias(piece: Piece): Piece {
    const axis = piece.linear!.operator.startsWith('Conv') ? 1 : 'last';
    const next = this.next(piece.output, piece.main);
    if (next === undefined || next.opType !== 'Add' || piece.activation !== undefined) return piece;
    const bias = next.inputs.find((v) => v !== piece.output && this.isAffine(v, next, piece.output, axis));
    if (bias === undefined) return piece;
    const source = this.reading.constantSource(bias);
    return {
      ...piece,
      nodes: [...piece.nodes, next.index],
      output: next.outputs[0],
      linear: { ...piece.linear!, bias: source === ABSENT ? bias : source },
    };
  }

  /** A norm followed by a constant factor and a constant addend per channel, in either order, is one norm. */
  private withAffine(
    piece: Piece,
    axis: AffineAxis,
    [scale, shift]: readonly ['scale', 'shift'] | readonly ['outerScale', 'outerShift'],
  ): Piece {
    const nodes = [...piece.nodes];
    const between: number[] = [];
    let norm = piece.norm!;
    let output = piece.output;
    for (let at = output; ;) {
      const next = this.next(at, piece.main);
      if (next === undefined) break;
      const parameter = next.opType === 'Mul' ? scale : next.opType === 'Add' ? shift : undefined;
      const isCast = next.opType === 'Cast' || next.opType === 'Identity';
      if (isCast && between.length < 2) {
        between.push(next.index);
      } else if (parameter !== undefined && norm[parameter] === undefined) {
        const value = at;
        const affine = next.inputs.find((v) => v !== value && this.isAffine(v, next, value, axis));
        if (affine === undefined) break;
        norm = { ...norm, [parameter]: affine };
        nodes.push(...between.splice(0), next.index);
        output = next.outputs[0];
      } else break;
      at = next.outputs[0];
    }
    return { ...piece, nodes, output, norm };
  }

  private isAffine(parameter: ValueId, node: Node, data: ValueId, axis: AffineAxis): boolean {
    return isAffineParameter(parameter, node, this.reading.rank(data), axis, this.reading);
  }

  isFree(node: Node, main: number): boolean {
    return !this.claimed[node.index] && inOneLayer(node, this.reading.graph.node(main));
  }

  /** The only node that reads a value, if it is free and belongs to the same layer of the file. */
  next(value: ValueId, main: number): Node | undefined {
    const index = this.reading.soleConsumer(value);
    if (index < 0 || this.claimed[index]) return undefined;
    const node = this.reading.graph.node(index);
    if (node.outputs.length === 0) return undefined;
    return node.domain === '' && inOneLayer(node, this.reading.graph.node(main)) ? node : undefined;
  }
}
