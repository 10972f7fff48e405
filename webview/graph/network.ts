import type { LayerFacts } from '../../src/protocol/facts';

/**
 * The layers in an order in which every layer comes after those it reads, with the edges as positions in that order. An edge that
 * names no layer, or that would close a circle, is left out: a damaged model is still drawn.
 */
export interface Network {
  readonly layers: readonly LayerFacts[];
  /** Positions of the layers that feed each one. */
  readonly inputs: readonly (readonly number[])[];
  /** Positions of the layers that read each one. */
  readonly outputs: readonly (readonly number[])[];
  readonly positions: ReadonlyMap<string, number>;
}

/** @param order 'file': as the model lists its layers; 'branches': each branch in one piece, depth first from its end */
export function networkOf(layers: readonly LayerFacts[], order: 'file' | 'branches'): Network {
  const ordered = order === 'file' ? layers : byBranches(layers);
  const positions = new Map(ordered.map((layer, i) => [layer.id, i]));
  const outputs: number[][] = ordered.map(() => []);
  const inputs = ordered.map((layer, at) => {
    const before = layer.inputs.flatMap((id) => positions.get(id) ?? []).filter((from) => from < at);
    for (const from of new Set(before)) outputs[from].push(at);
    return [...new Set(before)];
  });
  return { layers: ordered, inputs, outputs, positions };
}

/** Depth first from every end, without recursion: networks are deeper than stacks. */
function byBranches(layers: readonly LayerFacts[]): LayerFacts[] {
  const byId = new Map(layers.map((layer) => [layer.id, layer]));
  const read = new Set(layers.flatMap(({ inputs }) => inputs));
  const ordered: LayerFacts[] = [];
  const seen = new Set<LayerFacts>();
  // ends first; layers that are on a circle have none and come after
  for (const end of [...layers.filter(({ id }) => !read.has(id)), ...layers]) {
    const stack = [{ layer: end, next: 0 }];
    if (seen.has(end)) continue;
    seen.add(end);
    while (stack.length) {
      const top = stack.at(-1)!;
      const input = byId.get(top.layer.inputs[top.next++]);
      if (top.next > top.layer.inputs.length) {
        ordered.push(top.layer);
        stack.pop();
      } else if (input && !seen.has(input)) {
        seen.add(input);
        stack.push({ layer: input, next: 0 });
      }
    }
  }
  return ordered;
}
