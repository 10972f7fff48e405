import { later, translated } from '../texts/say';
import type { LayerFacts, ModelFacts, NormFacts, NormPlacement, Position } from '../protocol/facts';

const places: Readonly<Record<NormPlacement, string>> = {
  'linear-norm-activation': later`before activation`,
  'linear-norm': later`after linear`,
  'linear-activation-norm': later`after activation`,
  'pre-activation': later`pre-activation`,
  'pre-norm': later`pre-norm`,
  'post-norm': later`post-norm`,
  'embedding-norm': later`after embedding`,
  'input-norm': later`on input`,
  'before-output': later`before output`,
  'qk-norm': later`qk-norm`,
  other: '',
};

/**
 * What stands behind the class of a layer in its text: what the statistics of a norm run over and where it sits, and the
 * shape of the output. VS Code cuts off hints after 43 characters, so it is terse: "N,H,W; before activation; 8x8x64". Undefined when there is nothing to say.
 */
export function layerHint({ norm, outputShape }: Pick<LayerFacts, 'norm' | 'outputShape'>): string | undefined {
  const parts = norm === undefined ? [] : [...axes(norm), translated(places[norm.placement])].filter((p) => p !== '');
  const shape = outputShape === null ? undefined : sampleShape(outputShape);
  if (shape !== undefined) parts.push(shape);
  return parts.length === 0 ? undefined : parts.join('; ');
}

function axes({ axesMeaning }: NormFacts): string[] {
  return axesMeaning === null || axesMeaning.length === 0 ? [] : [axesMeaning.join(',')];
}

/** Sizes behind an open batch axis, which every layer has alike; undefined for a scalar. */
function sampleShape(shape: readonly (number | string | null)[]): string | undefined {
  const sizes = typeof shape[0] === 'number' ? shape : shape.slice(1);
  if (sizes.length === 0) return undefined;
  return sizes.map((d) => d ?? '?').join('x');
}

/**
 * The layers that the text states, each with its hint. What the file states as one layer (a convolution with its activation)
 * is one: its first part, with the shape of the last.
 */
export function statedLayers({ layers }: ModelFacts): { readonly layer: LayerFacts; readonly hint?: string }[] {
  const byPlace = new Map<number, LayerFacts[]>();
  for (const layer of layers) {
    if (layer.source === undefined) continue;
    const key = placeKey(layer.source.range.start);
    const parts = byPlace.get(key);
    if (parts === undefined) byPlace.set(key, [layer]);
    else parts.push(layer);
  }
  return [...byPlace.values()].map((parts) => {
    const norm = parts.find((p) => p.norm !== undefined)?.norm;
    return { layer: parts[0], hint: layerHint({ outputShape: parts[parts.length - 1].outputShape, norm }) };
  });
}

/** A number for each place of a text of up to 64 million characters; VS Code hands none above 50 MB to extensions. */
export function placeKey({ line, character }: Position): number {
  return line * 2 ** 26 + character;
}
