import type { Figure, ProfiledLayer, ProfileResult } from '../protocol/profile';
import { gradientDepthSlope } from './depthSlope';
import { fromFigure } from './figure';
import { medianFigure } from './series';

/** The gradient at one weighted layer: medians over the steps on which it is finite. */
export interface GradientAtLayer {
  readonly layer: ProfiledLayer;
  /** RMS of dLoss/dOutput. */
  readonly rms: number;
  /** Its norm: the RMS times the root of the number of elements. NaN where that is not known. */
  readonly norm: number;
  /** RMS of dLoss/dWeight of the layer's weight; NaN without one. */
  readonly weightRms: number;
}

export interface GradientOverDepth {
  /** In order of depth. */
  readonly layers: readonly GradientAtLayer[];
  readonly first: GradientAtLayer;
  readonly last: GradientAtLayer;
  /** Different depths among them. */
  readonly depths: number;
  /** log10 per weighted layer towards the input: of the profile, in RMS. */
  readonly slope: number;
  /** The same in norms. */
  readonly normSlope: number;
  /** first / last, each the geometric mean of the layers at that depth. */
  readonly ratio: number;
  readonly normRatio: number;
  /** The ratio without the last depth: a head with small weights, as many are made, changes the gradient once. NaN for two depths. */
  readonly ratioBeforeHead: number;
}

/**
 * How the gradient changes from the last weighted layer to the first. The RMS is what layers see; the norm does not change
 * when a pool or a stride spreads the same gradient over more elements, so that shrinking pictures alone look like neither
 * vanishing nor exploding gradients in it.
 *
 * @returns undefined for fewer than two depths with a gradient
 */
export function gradientOverDepth({
  layers,
  gradientDepthSlope: measured,
}: Pick<ProfileResult, 'layers' | 'gradientDepthSlope'>): GradientOverDepth | undefined {
  const points = layers
    .filter(({ role }) => role === 'linear' || role === 'recurrent')
    .map((layer) => at(layer))
    .filter(({ rms }) => !Number.isNaN(rms))
    .sort((a, b) => a.layer.depth - b.layer.depth);
  const [first] = points;
  const last = points.at(-1);
  if (last === undefined || first.layer.depth === last.layer.depth) return undefined;
  const ratio = (figure: 'rms' | 'norm') => meanAt(points, first, figure) / meanAt(points, last, figure);
  const beforeHead = points.findLast(({ layer }) => layer.depth < last.layer.depth)!;
  return {
    layers: points,
    first,
    last,
    depths: new Set(points.map((p) => p.layer.depth)).size,
    // one step with infinite gradients makes the profile's slope NaN: then that of the other steps
    slope: finite(measured) ?? slopeOf(points, 'rms'),
    normSlope: slopeOf(points, 'norm'),
    ratio: ratio('rms'),
    normRatio: ratio('norm'),
    ratioBeforeHead:
      beforeHead.layer.depth === first.layer.depth
        ? NaN
        : meanAt(points, first, 'rms') / meanAt(points, beforeHead, 'rms'),
  };
}

function at(layer: ProfiledLayer): GradientAtLayer {
  const rms = medianFigure(layer.gradient.map((g) => g.rms));
  const weights = layer.weights?.filter((w) => w.kind === 'weight' || w.kind === 'recurrent') ?? [];
  return {
    layer,
    rms,
    norm: rms * Math.sqrt(layer.elements ?? NaN),
    weightRms: medianFigure(weights.map((w) => w.gradientRms)),
  };
}

function slopeOf(points: readonly GradientAtLayer[], figure: 'rms' | 'norm'): number {
  return gradientDepthSlope(points.map((p) => ({ depth: p.layer.depth, rms: p[figure] }))) ?? NaN;
}

function meanAt(points: readonly GradientAtLayer[], { layer }: GradientAtLayer, figure: 'rms' | 'norm'): number {
  const there = points.filter((p) => p.layer.depth === layer.depth);
  // what underflowed counts as the smallest float32
  return Math.exp(there.reduce((sum, p) => sum + Math.log(Math.max(p[figure], 2 ** -126)), 0) / there.length);
}

function finite(figure: Figure | null): number | undefined {
  const value = figure === null ? NaN : fromFigure(figure);
  return Number.isFinite(value) ? value : undefined;
}
