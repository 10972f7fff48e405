import { ABSENT } from '../ir/graph';
import type { LinearFacts, NormPlacement } from '../protocol/facts';
import type { LayerGraph, Source } from './layerGraph';
import { isSum, type Layer, type Placement } from './layerView';

/** Layers that are walked back or forward when a norm's surroundings are put in words. */
const CHAIN_LENGTH = 4;

const ofStream: readonly NormPlacement[] = ['pre-activation', 'pre-norm', 'post-norm', 'embedding-norm'];

/**
 * Says where each norm sits among the linear layers and the activations. The order of the questions decides where several
 * answers could be given: an activation after the norm before anything else, the next residual sum before the output.
 */
export class Placements {
  private known: (Placement | undefined)[] = [];
  private normalizations: (LinearFacts['normalization'] | undefined)[] = [];
  /** Per layer: weighted layers on the longest path to an output, itself not counted; and whether a norm is on one. */
  private readonly weightedAfter: Int32Array;
  private readonly normAfter: Uint8Array;
  private readonly weightedBefore: Int32Array;

  constructor(private readonly edges: LayerGraph) {
    const { layers } = edges;
    this.weightedAfter = new Int32Array(layers.length);
    this.normAfter = new Uint8Array(layers.length);
    this.weightedBefore = new Int32Array(layers.length);
    for (const layer of layers) {
      let before = 0;
      for (const p of edges.predecessors(layer)) if (p) before = Math.max(before, this.weightedBefore[p.index]);
      this.weightedBefore[layer.index] = before + Number(isWeighted(layer));
    }
    for (let i = layers.length - 1; i >= 0; i--) {
      for (const next of edges.successors(layers[i])) {
        const after = this.weightedAfter[next.index] + Number(isWeighted(next));
        this.weightedAfter[i] = Math.max(this.weightedAfter[i], after);
        if (next.role === 'norm' || this.normAfter[next.index]) this.normAfter[i] = 1;
      }
    }
  }

  /** Weighted layers on the longest path from an input up to and including this one. */
  depthOf(layer: Layer): number {
    return this.weightedBefore[layer.index];
  }

  placementOf(norm: Layer): Placement {
    return (this.known[norm.index] ??= { ...this.place(norm), chain: this.chain(norm) });
  }

  normalizationOf(linear: Layer): LinearFacts['normalization'] {
    return (this.normalizations[linear.index] ??= this.findNormalization(linear));
  }

  /**
   * Looks again where everything sits that was asked for, after layers have come to have other channels or another activation.
   * @param isNamedAlike no layer is called otherwise
   * @returns the layers of which something else is said now
   */
  again(isNamedAlike: boolean): readonly Layer[] {
    const { known, normalizations } = this;
    this.normalizations = [];
    this.known = known.slice();
    const placed = this.edges.layers.filter((layer) => {
      const before = known[layer.index];
      if (before === undefined) return false;
      const chain = isNamedAlike ? before.chain : this.chain(layer);
      const now = { ...this.place(layer), chain };
      this.known[layer.index] = now;
      return !isSamePlacement(before, now);
    });
    const normalized = this.edges.layers.filter((layer) => {
      const before = normalizations[layer.index];
      return before !== undefined && before !== this.normalizationOf(layer);
    });
    return [...placed, ...normalized];
  }

  private findNormalization(linear: Layer): LinearFacts['normalization'] {
    const next = this.edges.solidSuccessors(linear);
    // a norm of the residual stream that begins with this layer's output belongs to the block behind it
    const norm = next.find(
      (l) => l.role === 'norm' && !ofStream.includes(this.placementOf(l).placement) && this.sharesChannels(l, linear),
    );
    if (norm !== undefined) {
      if (linear.activation !== undefined) return 'normalized-after-activation';
      const before = this.placementOf(norm).placement === 'linear-norm-activation';
      return before ? 'normalized-before-activation' : 'normalized-no-activation';
    }
    const after = next.filter(isActivation).flatMap((a) => this.edges.solidSuccessors(a));
    const placed = after.some((l) => l.role === 'norm' && this.placementOf(l).linear === linear);
    if (placed) return 'normalized-after-activation';
    if (this.weightedAfter[linear.index] === 0 && !this.normAfter[linear.index]) return 'output-head';
    return this.normBefore(linear) === undefined ? 'not-normalized' : 'pre-normalized';
  }

  /**
   * True when no norm is this layer's: none on its result, and what it reads, if it is a norm's, is the norm of another linear
   * layer or of the input.
   */
  lacksNorm(linear: Layer): boolean {
    const normalization = this.normalizationOf(linear);
    if (normalization !== 'pre-normalized') return normalization === 'not-normalized';
    const { placement } = this.placementOf(this.normBefore(linear)!);
    return placement === 'input-norm' || placement.startsWith('linear-');
  }

  /** A norm is on a way from the layer to an output. */
  leadsToNorm(layer: Layer): boolean {
    return this.normAfter[layer.index] === 1;
  }

  /** The norm that the linear layer reads, through an activation or a global pool at most. */
  private normBefore(linear: Layer): Layer | undefined {
    let source: Source | undefined = this.edges.solidPredecessors(linear)[0];
    for (let i = 0; i < 2 && isLayer(source) && (isActivation(source) || source.role === 'pool'); i++) {
      source = this.edges.solidPredecessors(source)[0];
    }
    return isLayer(source) && source.role === 'norm' ? source : undefined;
  }

  private place(norm: Layer): Omit<Placement, 'chain'> {
    const before: Source | undefined = this.edges.solidPredecessors(norm)[0];
    const after = this.edges.solidSuccessors(norm);
    const addsInputs = norm.sum !== undefined;
    if (before === 'input' && !addsInputs && this.depthOf(norm) === 0) {
      return { placement: this.edges.solidReachesOutput(norm) ? 'other' : 'input-norm' };
    }
    if (this.isQueryOrKeyNorm(norm, after)) return { placement: 'qk-norm', linear: linearOf(before) };
    const activation = after.find(isActivation);
    if (activation !== undefined) return this.placeBeforeActivation(norm, before, activation);

    if (!addsInputs && isLayer(before)) {
      if (this.feedsResidual(before, norm)) return { placement: 'pre-norm' };
      if (before.role === 'linear' && this.sharesChannels(norm, before)) return this.placeAfterLinear(norm, before);
      const linear = this.linearBeforeActivation(norm, before);
      if (linear !== undefined) return { placement: 'linear-activation-norm', linear, activation: before };
    }
    return { placement: this.placeInStream(norm, before) };
  }

  private placeBeforeActivation(norm: Layer, before: Source | undefined, activation: Layer): Omit<Placement, 'chain'> {
    const next = this.linearAfter(activation);
    const preActivation = { placement: 'pre-activation' as const, activation, linear: next };
    const leadsOn = next !== undefined || this.endsAfter(activation);
    if (!isLayer(before) || norm.sum !== undefined) return { placement: 'other', activation };
    const shared = this.isShared(norm, before);
    if (before.role === 'linear' && before.activation === undefined && this.sharesChannels(norm, before)) {
      if (shared && leadsOn) return preActivation;
      return { placement: 'linear-norm-activation', linear: before, activation };
    }
    const pooled = this.edges.predecessors(norm)[0]?.role === 'pool';
    if ((isStream(before) || pooled || shared) && leadsOn) return preActivation;
    const linear = this.linearBeforeActivation(norm, before);
    if (linear !== undefined) return { placement: 'linear-activation-norm', linear, activation: before };
    return { placement: 'other', activation };
  }

  /** What the norm reads is also read by a later sum or concat: a stream that blocks add to, not one layer's output. */
  private isShared(norm: Layer, before: Layer): boolean {
    const direct = this.edges.predecessors(norm)[0];
    if (direct?.role === 'pool' && this.edges.successors(direct).length > 1) return true;
    return this.edges.joinReaders(before) > 0;
  }

  private placeAfterLinear(norm: Layer, linear: Layer): Omit<Placement, 'chain'> {
    if (linear.activation !== undefined) return { placement: 'linear-activation-norm', linear, activation: linear };
    const ends = this.edges.solidReachesOutput(norm) && this.edges.solidSuccessors(norm).length === 0;
    // an output that is the norm's own value, if in another shape of as many axes, is the end of a linear layer
    if (ends && !this.edges.isOwnOutput(norm)) return { placement: 'before-output', linear };
    return { placement: 'linear-norm', linear };
  }

  /** The linear layer whose activation this is, or whose operator applies it. */
  private linearBeforeActivation(norm: Layer, before: Layer): Layer | undefined {
    if (before.role === 'linear') return before.activation === undefined ? undefined : before;
    if (!isActivation(before)) return undefined;
    const source = this.edges.solidPredecessors(before)[0];
    if (!isLayer(source) || source.role !== 'linear' || !this.sharesChannels(norm, source)) return undefined;
    return source;
  }

  /** False when a reshape between the two makes other channels of the linear layer's: the norm then is not that layer's. */
  private sharesChannels({ norm, inputs }: Layer, { linear, output }: Layer): boolean {
    if (norm?.channels === undefined || linear?.channels === undefined || norm.channels === linear.channels)
      return true;
    return !this.edges.isReshapedFrom(inputs[0], output);
  }

  private placeInStream(norm: Layer, before: Source | undefined): NormPlacement {
    const after = this.edges.solidSuccessors(norm);
    if (norm.sum !== undefined && norm.sum !== ABSENT && this.edges.isRead(norm.sum)) {
      if (!this.isAddedLater(norm)) return 'pre-norm';
    }
    const addsUp = norm.sum !== undefined || (isLayer(before) && isSum(before));
    const isResidual = this.isAddedLater(norm) && after.length > 1;
    if (isResidual) {
      if (this.depthOf(norm) === 0) return 'embedding-norm';
      if (addsUp) return 'post-norm';
    }
    if (addsUp && this.skipsFromNorm(norm, before)) return 'post-norm';
    if (this.endsAfter(norm)) return 'before-output';
    return 'other';
  }

  /** The sum that is normalized adds the output of an earlier norm that its sub-block also starts from: a post-norm block. */
  private skipsFromNorm(norm: Layer, before: Source | undefined): boolean {
    const added = norm.sum !== undefined ? norm : before;
    if (!isLayer(added)) return false;
    return this.edges.solidPredecessors(added).some((l) => {
      if (!isLayer(l) || l.role !== 'norm' || this.edges.solidSuccessors(l).length < 2) return false;
      // an operator that also gives out the sum it has normalized: the sum is the residual, not the norm
      return l.sum === undefined || this.edges.readsThrough(added, l.output);
    });
  }

  /** A reader of the layer's output other than the norm adds it to something: the output is the residual stream. */
  private feedsResidual(layer: Layer, norm?: Layer): boolean {
    return this.edges.sumReaders(layer) > Number(norm?.sum !== undefined);
  }

  /** The norm's output is the residual stream. An operator that also gives out the sum it has normalized has two outputs. */
  private isAddedLater(norm: Layer): boolean {
    if (norm.sum === undefined) return this.feedsResidual(norm);
    return this.edges
      .solidSuccessors(norm)
      .some((l) => (isSum(l) || l.sum !== undefined) && this.edges.readsThrough(l, norm.output));
  }

  /** Only a final linear layer, if anything with weights, lies between the layer and the outputs. */
  private endsAfter(layer: Layer): boolean {
    return this.weightedAfter[layer.index] <= 1 && !this.normAfter[layer.index];
  }

  /** The linear layer that reads the activation, through a global pool at most. */
  private linearAfter(activation: Layer): Layer | undefined {
    const next = this.edges.solidSuccessors(activation);
    const pooled = next.filter((l) => l.role === 'pool').flatMap((l) => this.edges.solidSuccessors(l));
    return [...next, ...pooled].find((l) => l.role === 'linear');
  }

  /** A norm of queries or keys: what it computes is multiplied with another computed value, or goes into an attention operator. */
  private isQueryOrKeyNorm(norm: Layer, after: readonly Layer[]): boolean {
    const type = norm.norm?.type;
    if (type !== 'layer' && type !== 'rms' && type !== 'lp') return false;
    if (after.length !== 1) return false;
    const scaled = after[0].role === 'other' && after[0].kind === 'Mul' ? this.edges.solidSuccessors(after[0]) : after;
    return scaled.some((l) => l.role === 'other' && this.edges.isProductOfData(l));
  }

  private chain(norm: Layer): string {
    const words = [norm.kind];
    let first: Layer = norm;
    for (let i = 0; i < CHAIN_LENGTH; i++) {
      const before: Layer | undefined | null =
        this.edges.predecessors(first).length > 0 ? this.edges.predecessors(first)[0] : null;
      if (before === null) break;
      words.unshift(before?.kind ?? 'input');
      if (before === undefined || before.role === 'linear' || before.role === 'join') break;
      first = before;
    }
    let last: Layer = norm;
    for (let i = 0; i < 2; i++) {
      const after = this.edges.successors(last);
      const kinds = [...new Set(after.map((l) => l.kind))];
      if (this.edges.reachesOutput(last)) kinds.push('output');
      if (kinds.length > 0) words.push(kinds.length > 1 ? `{${kinds.slice(0, CHAIN_LENGTH).join(', ')}}` : kinds[0]);
      if (kinds.length !== 1 || !after[0] || !isActivation(after[0])) break;
      last = after[0];
    }
    return words.join(' -> ');
  }
}

function isSamePlacement(a: Placement, b: Placement): boolean {
  return a.placement === b.placement && a.chain === b.chain && a.linear === b.linear && a.activation === b.activation;
}

function isLayer(source: Source | undefined): source is Layer {
  return source !== undefined && source !== 'input';
}

function isWeighted(layer: Layer): boolean {
  return layer.role === 'linear' || layer.role === 'recurrent';
}

function isActivation(layer: Layer): boolean {
  return layer.role === 'activation';
}

/** What blocks read and add to, rather than the output of one layer. */
function isStream(layer: Layer): boolean {
  return layer.role === 'join' || layer.role === 'pool' || layer.role === 'other';
}

function linearOf(source: Source | undefined): Layer | undefined {
  return isLayer(source) && source.role === 'linear' ? source : undefined;
}
