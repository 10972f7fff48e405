import type { LayerFacts } from '../../src/protocol/facts';

/** @returns positions of the layers whose name, kind, role or placement have every word of the text; none without words */
export function layersFound(text: string, layers: readonly LayerFacts[]): number[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  return layers.flatMap((layer, at) => {
    const all = [layer.name, layer.kind, layer.role, layer.activation, layer.norm?.type, layer.norm?.placement];
    const hay = all.join(' ').toLowerCase();
    return words.every((word) => hay.includes(word)) ? [at] : [];
  });
}
