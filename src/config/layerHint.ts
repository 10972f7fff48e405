import type { LayerFacts, ModelFacts, NormFacts, NormPlacement } from '../protocol/facts';

const places: Readonly<Record<NormPlacement, string>> = {
  'linear-norm-activation': 'before the activation',
  'linear-norm': 'after a linear layer',
  'linear-activation-norm': 'after the activation',
  'pre-activation': 'pre-activation',
  'pre-norm': 'pre-norm',
  'post-norm': 'post-norm',
  'embedding-norm': 'after the embedding',
  'input-norm': 'on the input',
  'before-output': 'before the output',
  'qk-norm': 'on queries or keys',
  other: '',
};

/**
 * What stands behind the class of a layer in its text: where a norm sits and what its statistics run over, and the shape of
 * the output, as in "over N, H, W; before the activation; 8 x 8 x 64". Undefined when there is nothing to say.
 */
export function layerHint({ norm, outputShape }: LayerFacts): string | undefined {
  const parts = norm === undefined ? [] : [...axes(norm), places[norm.placement]].filter((p) => p !== '');
  const shape = outputShape === null ? undefined : sampleShape(outputShape);
  if (shape !== undefined) parts.push(shape);
  return parts.length === 0 ? undefined : parts.join('; ');
}

function axes({ axesMeaning }: NormFacts): string[] {
  return axesMeaning === null || axesMeaning.length === 0 ? [] : [`over ${axesMeaning.join(', ')}`];
}

/** Sizes behind an open batch axis, which every layer has alike; undefined for a scalar. */
function sampleShape(shape: readonly (number | string | null)[]): string | undefined {
  const sizes = typeof shape[0] === 'number' ? shape : shape.slice(1);
  if (sizes.length === 0) return undefined;
  return sizes.map((d) => d ?? '?').join(' x ');
}

/**
 * The layers that the text states, each with its hint. What the file states as one layer (a convolution with its activation)
 * is one: its first part, with the shape of the last.
 */
export function statedLayers({ layers }: ModelFacts): { readonly layer: LayerFacts; readonly hint?: string }[] {
  const byPlace = new Map<string, LayerFacts[]>();
  for (const layer of layers) {
    if (layer.source === undefined) continue;
    const { line, character } = layer.source.range.start;
    const key = `${line}:${character}`;
    const parts = byPlace.get(key);
    if (parts === undefined) byPlace.set(key, [layer]);
    else parts.push(layer);
  }
  return [...byPlace.values()].map((parts) => {
    const norm = parts.find((p) => p.norm !== undefined)?.norm;
    return { layer: parts[0], hint: layerHint({ ...parts[parts.length - 1], norm }) };
  });
}
