import type { ValueId } from '../ir/graph';
import type { Origin } from '../ir/origin';
import { sameJson } from '../ir/sameJson';
import type { AxisLetter, LayerRole, NormForm, NormType } from '../protocol/facts';
import type { NamedPiece } from './fileLayers';
import type { ActivationName, Layer, NormNumbers, RecognizedLinear, RecognizedNorm } from './layerView';

type OwnWord = 'kind' | 'activation' | 'dropRate';

/** What may become other words or numbers with the settings of a layer while it stays where it is and what it is. */
export type LayerWord = OwnWord | keyof NormNumbers;

const ownWords: readonly OwnWord[] = ['kind', 'activation', 'dropRate'];
const normNumbers: readonly (keyof NormNumbers)[] = ['epsilon', 'momentum', 'momentumOriginal'];

/** All else that is said of a norm. */
const normParts: Readonly<Record<Exclude<keyof RecognizedNorm, keyof NormNumbers>, true>> = {
  type: true,
  form: true,
  axes: true,
  axesMeaning: true,
  groups: true,
  channels: true,
  trainingForm: true,
  scale: true,
  shift: true,
  mean: true,
  variance: true,
  outerScale: true,
  outerShift: true,
};
const normPartNames = Object.keys(normParts) as (keyof typeof normParts)[];

/** Told whenever somebody asks for a word. */
export type Listener = (word: LayerWord) => void;

/** A layer that tells who asks for its words, and whose words may become others. A class: a model has thousands of them. */
export class WatchedLayer implements Layer {
  index: number;
  readonly id: string;
  readonly name: string;
  readonly role: LayerRole;
  nodes: readonly number[];
  main: number;
  readonly inputs: readonly ValueId[];
  readonly output: ValueId;
  readonly sum?: ValueId;
  linear?: RecognizedLinear;
  norm?: WatchedNorm;
  origin?: Origin;
  private own: Pick<Layer, OwnWord>;

  constructor(
    layer: Layer,
    private readonly listener: Listener,
  ) {
    ({ index: this.index, id: this.id, name: this.name, role: this.role, nodes: this.nodes } = layer);
    ({ main: this.main, inputs: this.inputs, output: this.output, sum: this.sum } = layer);
    ({ linear: this.linear, origin: this.origin } = layer);
    this.norm = layer.norm && new WatchedNorm(layer.norm, listener);
    this.own = layer;
  }

  get kind(): string {
    this.listener('kind');
    return this.own.kind;
  }

  get activation(): ActivationName | undefined {
    this.listener('activation');
    return this.own.activation;
  }

  get dropRate(): number | undefined {
    this.listener('dropRate');
    return this.own.dropRate;
  }

  /** True for a piece that would be this layer, whatever its words, sizes and parameters are. */
  isMadeOf(piece: NamedPiece): boolean {
    if (piece.id !== this.name || piece.role !== this.role || piece.main !== this.main) return false;
    if (piece.output !== this.output || piece.sum !== this.sum) return false;
    if ((piece.norm === undefined) !== (this.norm === undefined)) return false;
    return sameJson(piece.nodes, this.nodes) && sameJson(piece.inputs, this.inputs);
  }

  /** Its nodes have other indices. */
  moveNodes(now: (index: number) => number): void {
    this.main = now(this.main);
    if (this.nodes.some((index) => now(index) !== index)) this.nodes = this.nodes.map(now);
  }

  /**
   * Takes over what the layer's nodes and settings state now.
   * @returns the words that are others, and whether anything else is
   */
  restate(piece: NamedPiece): { readonly words: readonly LayerWord[]; readonly isInWords: boolean } {
    const { own, norm, linear } = this;
    const words: LayerWord[] = ownWords.filter((word) => own[word] !== piece[word]);
    const isInWords = sameJson(linear, piece.linear) && (norm === undefined || norm.isAlike(piece.norm!));
    if (norm !== undefined) words.push(...normNumbers.filter((name) => !Object.is(norm[name], piece.norm![name])));
    this.own = piece;
    this.linear = piece.linear;
    this.norm = piece.norm && new WatchedNorm(piece.norm, this.listener);
    this.origin = piece.origin;
    return { words, isInWords };
  }
}

class WatchedNorm implements RecognizedNorm {
  readonly type: NormType;
  readonly form: NormForm;
  readonly axes?: readonly number[];
  readonly axesMeaning?: readonly AxisLetter[];
  readonly groups?: number;
  readonly channels?: number;
  readonly trainingForm: boolean;
  readonly scale?: ValueId;
  readonly shift?: ValueId;
  readonly mean?: ValueId;
  readonly variance?: ValueId;
  readonly outerScale?: ValueId;
  readonly outerShift?: ValueId;

  constructor(
    private readonly own: RecognizedNorm,
    private readonly listener: Listener,
  ) {
    ({ type: this.type, form: this.form, axes: this.axes, axesMeaning: this.axesMeaning } = own);
    ({ groups: this.groups, channels: this.channels, trainingForm: this.trainingForm } = own);
    ({ scale: this.scale, shift: this.shift, mean: this.mean, variance: this.variance } = own);
    ({ outerScale: this.outerScale, outerShift: this.outerShift } = own);
  }

  get epsilon(): number | undefined {
    this.listener('epsilon');
    return this.own.epsilon;
  }

  get momentum(): number | undefined {
    this.listener('momentum');
    return this.own.momentum;
  }

  get momentumOriginal(): number | undefined {
    this.listener('momentumOriginal');
    return this.own.momentumOriginal;
  }

  /** True for a norm that is the same but for its numbers. */
  isAlike(norm: RecognizedNorm): boolean {
    return normPartNames.every((name) => sameJson(this[name], norm[name]));
  }
}
