import { button, dropdown, textField } from '../components';
import { h } from '../dom';
import { figures, type FigureName } from '../graph/measured';
import type { Store } from '../store';
import { t } from '../texts/texts';

const figureOptions = Object.entries(figures).map(([value, { label }]) => ({ value, label }));

/** What the buttons above the graph do. */
export interface NetworkActions {
  readonly openAll: () => void;
  readonly fold: () => void;
  readonly zoomIn: () => void;
  readonly zoomOut: () => void;
  readonly fit: () => void;
  readonly savePng: () => void;
  readonly saveSvg: () => void;
}

/** The row above the graph: the search with its count, the colours, the buttons. */
export function networkTools(store: Store, does: NetworkActions) {
  const search = textField({
    label: t('Find layers'),
    testId: 'graph-search',
    placeholder: t('Find layers'),
    onInput: (text) => store.set({ graphSearch: text }),
  });
  const colour = dropdown({
    label: t('Colour by'),
    testId: 'graph-colour',
    options: [{ value: 'kind', label: t('Placement') }, ...figureOptions],
    onChange: (value) => store.set({ graphFigure: value as FigureName | 'kind' }),
  });
  const found = h('span', { class: 'count', testId: 'graph-found', attributes: { role: 'status' } });
  const tool = (label: string, testId: string, description: string, onClick: () => void) =>
    button(label, { appearance: 'quiet', testId, description, onClick }).element;
  const element = h(
    'div',
    { class: 'graph-tools' },
    search.element,
    found,
    h(
      'span',
      { class: 'graph-colour' },
      h('span', { attributes: { 'aria-hidden': 'true' } }, t('Colour')),
      colour.element,
    ),
    h(
      'span',
      { class: 'graph-buttons' },
      tool(t('Open all'), 'graph-open-all', t('Open all blocks'), does.openAll),
      tool(t('Fold'), 'graph-fold', t('Fold all blocks'), does.fold),
      tool('−', 'graph-zoom-out', t('Zoom out (− key)'), does.zoomOut),
      tool('+', 'graph-zoom-in', t('Zoom in (+ key)'), does.zoomIn),
      tool(t('Fit'), 'graph-fit', t('Fit the network into the window (0 key)'), does.fit),
      tool('PNG', 'graph-png', t('Save as PNG'), does.savePng),
      tool('SVG', 'graph-svg', t('Save as SVG'), does.saveSvg),
    ),
  );
  return { element, search, colour, found };
}
