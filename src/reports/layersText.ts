import type { LayerFacts, ModelFacts } from '../protocol/facts';
import { textTable } from './textTable';

/** The layers of a model as a table: what each is, where its norm sits, the shape of its output. Ends with a line break. */
export function layersText({ layers }: ModelFacts): string {
  const columns = ['layer', 'kind', 'role', 'normalization', 'output'].map((title) => ({ title, maxWidth: 60 }));
  const rows = layers.map((layer) => [
    layer.name,
    layer.kind,
    layer.role,
    normalization(layer),
    layer.outputShape === null ? '' : layer.outputShape.map((d) => d ?? '?').join('x'),
  ]);
  return `${textTable(columns, rows).join('\n')}\n`;
}

function normalization({ norm, linear }: LayerFacts): string {
  if (linear !== undefined) return linear.normalization;
  if (norm === undefined) return '';
  const axes = norm.axesMeaning === null ? 'axes unknown' : `over ${norm.axesMeaning.join(',')}`;
  return `${norm.type} ${axes}, ${norm.placement}`;
}
