import { inferTypes } from '../../src/ir/inferTypes';
import { parseGraph } from '../../src/ir/textForm';
import type { Layer, LayerView } from '../../src/layers/layerView';
import { layerView } from '../../src/layers/recognize';

/** The layers of a graph in the textual syntax, with inferred types. */
export function textLayers(text: string): LayerView {
  const graph = parseGraph(text);
  return layerView(graph, inferTypes(graph));
}

export function layerNamed(view: LayerView, id: string): Layer {
  const layer = view.layers.find((l) => l.id === id);
  if (layer === undefined) throw new Error(`no layer ${id} among ${view.layers.map((l) => l.id).join(', ')}`);
  return layer;
}
