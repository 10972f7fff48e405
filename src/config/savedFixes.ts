import { later, say, translated } from '../texts/say';
import type { FixOffer, LayerFacts, ModelFacts } from '../protocol/facts';

/** What a copy of a model can be saved with: what its findings offer, and what no finding asks for. */
export function savedFixes(facts: ModelFacts): readonly FixOffer[] {
  const offers = [
    ...facts.findings.flatMap(({ fix }) => fix ?? []),
    ...(facts.layers.some((layer) => isFoldable(layer, facts)) ? [offerOf(folded)] : []),
    ...(facts.layers.some((layer) => isMovable(layer, facts)) ? [offerOf(moved)] : []),
  ];
  return [...new Map(offers.map((offer) => [offer.id, offer])).values()];
}

/** The same for one layer, in words for that layer alone. */
export function savedFixesOf(facts: ModelFacts, layer: LayerFacts): readonly FixOffer[] {
  const { id } = layer;
  const found = facts.findings.filter((f) => f.layer === id || (f.layers?.includes(id) ?? false));
  const offered = found.flatMap(({ fix }) => fix ?? []).map((fix) => ({ ...fix, title: titles[fix.id](id) }));
  const offers = [
    ...offered,
    ...(isFoldable(layer, facts) ? [{ id: 'fold' as const, title: titles.fold(id) }] : []),
    ...(isMovable(layer, facts) ? [{ id: moved.id, title: titles[moved.id](id) }] : []),
  ];
  return [...new Map(offers.map((offer) => [offer.id, offer])).values()];
}

const folded: FixOffer = { id: 'fold', title: later`batch norms folded` };
const moved: FixOffer = { id: 'norm-after-activation', title: later`norms moved after their activations` };

function offerOf({ id, title }: FixOffer): FixOffer {
  return { id, title: translated(title) };
}

const titles: Readonly<Record<FixOffer['id'], (layer: string) => string>> = {
  fold: (layer) => say`${layer} folded into the layer beside it`,
  'drop-bias': (layer) => say`the redundant bias at ${layer} dropped`,
  'inference-mode': (layer) => say`${layer} in inference mode`,
  momentum: (layer) => say`the momentum of ${layer} converted`,
  'norm-before-activation': (layer) => say`${layer} moved before its activation`,
  'norm-after-activation': (layer) => say`${layer} moved after its activation`,
  'norm-axis': (layer) => say`${layer} along the channels, untrained`,
};

/** No rule asks for it in a layers model, which is made to be trained on. */
function isFoldable({ id, norm, inputs }: LayerFacts, { layers, ...facts }: ModelFacts): boolean {
  if (norm?.type !== 'batch' || !isCopied(facts)) return false;
  const isLinear = (layer: LayerFacts | undefined) => layer?.linear !== undefined;
  return isLinear(layers.find((l) => l.id === inputs[0])) || layers.some((l) => isLinear(l) && l.inputs[0] === id);
}

function isMovable({ norm }: LayerFacts, facts: ModelFacts): boolean {
  return norm?.placement === 'linear-norm-activation' && isCopied(facts);
}

function isCopied({ format, weights }: Pick<ModelFacts, 'format' | 'weights'>): boolean {
  return format === 'tfjs-layers' && weights === 'present';
}
