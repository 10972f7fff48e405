import { dropdown, textField } from '../components';
import { h } from '../dom';
import { counted, formatCount } from '../format';
import type { Store, Ui } from '../store';
import type { Theme } from '../theme';
import { roleWords } from '../words';
import type { LayerPanel } from './layerPanel';
import { layerTable } from './layerTable';
import type { View } from './view';

/** The layer table with its filters, and beside it the panel of the selected layer. */
export function layersTab(store: Store, _theme: () => Theme, panel: LayerPanel): View & { restyle(): void } {
  const filter = textField({
    label: 'Filter layers',
    testId: 'filter',
    placeholder: 'Filter by name, kind, placement, rule',
    onInput: (text) => store.set({ filter: text }),
  });
  const roles = Object.entries<string>(roleWords).map(([value, label]) => ({ value, label }));
  const role = dropdown({
    label: 'Filter by role',
    testId: 'role',
    options: [{ value: 'all', label: 'All roles' }, { value: 'found', label: 'With findings' }, ...roles],
    onChange: (value) => store.set({ role: value as Ui['role'] }),
  });
  const count = h('span', { class: 'count', testId: 'layer-count', attributes: { role: 'status' } });
  const table = layerTable(store, () => panel.focus());
  const empty = h('p', { class: 'placeholder', testId: 'no-layers' });
  const element = h(
    'div',
    { class: 'layers' },
    h(
      'section',
      { class: 'table-column', attributes: { 'aria-label': 'Layer table' } },
      h('div', { class: 'table-tools' }, filter.element, role.element, count),
      table.element,
      empty,
    ),
  );
  return {
    element,
    restyle: () => {},
    update(snapshot) {
      filter.set(snapshot.ui.filter);
      role.set(snapshot.ui.role);
      table.update(snapshot);
      const { shown, all } = table.counts();
      const text = shown === all ? counted(all, 'layer') : `${formatCount(shown)} of ${counted(all, 'layer')}`;
      if (count.textContent !== text) count.textContent = text;
      empty.hidden = shown > 0;
      empty.textContent = all === 0 ? 'This model has no layers that NormScope knows.' : 'No layer passes the filter.';
      panel.element.hidden = false;
      panel.place(element, () => table.element.focus());
      panel.update(snapshot);
    },
  };
}
