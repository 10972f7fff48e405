import { dropdown, textField } from '../components';
import { h } from '../dom';
import { counted, formatCount } from '../format';
import type { Store, Ui } from '../store';
import type { Theme } from '../theme';
import { roleWords } from '../words';
import type { LayerPanel } from './layerPanel';
import { layerTable } from './layerTable';
import type { View } from './view';
import { t } from '../texts/texts';

/** The layer table with its filters, and beside it the panel of the selected layer. */
export function layersTab(store: Store, _theme: () => Theme, panel: LayerPanel): View & { restyle(): void } {
  const filter = textField({
    label: t('Filter layers'),
    testId: 'filter',
    placeholder: t('Filter by name, kind, placement, rule'),
    onInput: (text) => store.set({ filter: text }),
  });
  const roles = Object.entries<string>(roleWords).map(([value, label]) => ({ value, label }));
  const role = dropdown({
    label: t('Filter by role'),
    testId: 'role',
    options: [{ value: 'all', label: t('All roles') }, { value: 'found', label: t('With findings') }, ...roles],
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
      { class: 'table-column', attributes: { 'aria-label': t('Layer table') } },
      h('div', { class: 'table-tools' }, filter.element, role.element, count),
      table.element,
      empty,
    ),
  );
  return {
    element,
    restyle: () => {},
    update(snapshot) {
      // before the table looks how high it is
      element.classList.toggle('unselected', !snapshot.layers.has(snapshot.ui.layer ?? ''));
      filter.set(snapshot.ui.filter);
      role.set(snapshot.ui.role);
      table.update(snapshot);
      const { shown, all } = table.counts();
      const text = shown === all ? counted(all, 'layer') : t('{0} of {1}', formatCount(shown), counted(all, 'layer'));
      if (count.textContent !== text) count.textContent = text;
      empty.hidden = shown > 0;
      empty.textContent =
        all === 0 ? t('This model has no layers that NormScope knows.') : t('No layer passes the filter.');
      panel.element.hidden = false;
      panel.place(element, () => table.element.focus());
      panel.update(snapshot);
    },
  };
}
