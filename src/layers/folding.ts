import { ABSENT } from '../ir/graph';
import type { LayerGraph } from './layerGraph';
import type { Layer } from './layerView';
import type { Placements } from './placement';

/** A single convolution without a norm is nothing that needs an explanation. */
const FEWEST = 2;

/**
 * Convolutions of an exported graph whose norms may have been folded into their weights: not normalized, with the bias, or the
 * factor per channel behind them, that a folded norm leaves. Empty unless they are half of the convolutions that
 * compute features (no head, no squeeze-and-excitation) or more: where the others have norms of their own, nothing was folded.
 * Norms over features belong to transformers, whose layers have biases and no norms of their own.
 */
export function foldedConvolutions(edges: LayerGraph, placements: Placements): ReadonlySet<Layer> {
  const { layers } = edges;
  if (layers.some((l) => l.norm?.type === 'layer' || l.norm?.type === 'rms')) return new Set();
  const squeezed = behindGlobalPool(edges);
  const features = layers.filter((l) => {
    if (!l.linear?.operator.startsWith('Conv') || squeezed.has(l) || feedsLocalResponse(l, edges)) return false;
    return placements.normalizationOf(l) !== 'output-head';
  });
  const hasNorms = features.some(
    (l) => !isLeftOver(l, edges) && placements.normalizationOf(l).startsWith('normalized'),
  );
  // beside norms, the layers behind the last of them are heads that were made without
  const body = hasNorms ? features.filter((l) => placements.leadsToNorm(l)) : features;
  const candidates = body.filter(
    (l) => isLeftOver(l, edges) || (placements.lacksNorm(l) && hasTraceOfNorm(l, edges) && !isLessItself(l, edges)),
  );
  const most = candidates.length >= FEWEST && candidates.length >= body.length / 2;
  return new Set(most ? candidates : []);
}

function hasTraceOfNorm(convolution: Layer, edges: LayerGraph): boolean {
  if (convolution.linear!.bias !== undefined) return true;
  // what others read as well was scaled on the way to a norm of another kind (EvoNorm)
  const [next, ...more] = edges.successors(convolution);
  return next !== undefined && more.length === 0 && isScale(next, convolution, edges);
}

/** Something is computed from it that it is divided by, or less: a norm of a kind that is not known. */
function isLessItself(convolution: Layer, edges: LayerGraph): boolean {
  const next = edges.successors(convolution);
  const isLess = (l: Layer) => l.role === 'join' && ['Sub', 'Div'].includes(edges.graph.node(l.main).opType);
  return next.length > 1 && next.some(isLess);
}

/** A factor and an addend per channel are what is left of its norm. */
function isLeftOver(convolution: Layer, edges: LayerGraph): boolean {
  return edges.solidSuccessors(convolution).some((l) => l.norm?.form === 'affine-only');
}

/** Multiplies each channel of the convolution with a constant of its own. */
function isScale(layer: Layer, { linear }: Layer, { graph }: LayerGraph): boolean {
  if (layer.role !== 'other' || layer.kind !== 'Mul' || layer.nodes.length !== 1) return false;
  return graph.node(layer.nodes[0]).inputs.some((v) => {
    const dims = v === ABSENT ? undefined : graph.initializer(v)?.dims;
    const long = dims?.filter((d) => d !== 1);
    return long?.length === 1 && long[0] === linear!.channels && dims![dims!.length - 1] === 1;
  });
}

/** Local response normalization says nothing about the convolution before it. */
function feedsLocalResponse(layer: Layer, edges: LayerGraph): boolean {
  const next = edges.solidSuccessors(layer);
  const after = next.flatMap((l) => (l.role === 'activation' ? edges.solidSuccessors(l) : [l]));
  return after.some((l) => l.norm?.type === 'local-response' || l.norm?.type === 'lp');
}

/** Layers that a global pool feeds through linear layers and activations only: squeeze-and-excitation, classifiers. */
function behindGlobalPool(edges: LayerGraph): ReadonlySet<Layer> {
  const behind = new Set<Layer>();
  for (const layer of edges.layers) {
    if (layer.role !== 'linear' && layer.role !== 'activation' && layer.role !== 'norm') continue;
    const source = edges.solidPredecessors(layer)[0];
    if (source === undefined || source === 'input') continue;
    if (source.role === 'pool' || behind.has(source)) behind.add(layer);
  }
  return behind;
}
