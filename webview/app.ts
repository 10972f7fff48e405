import { button, progressRing, tabs } from './components';
import { h, replaceChildren, setAttribute } from './dom';
import { capital } from './format';
import { shown } from './shown';
import type { Snapshot, Store } from './store';
import { onThemeChange, takeUpTheme } from './theme';
import { banners } from './views/banners';
import { header } from './views/header';
import { runBar } from './views/runBar';
import { layerPanel } from './views/layerPanel';
import { changes } from './views/view';
import { tabViews } from './tabViews';
import { t } from './texts/texts';

/** Builds the page into `root` and keeps it up to date. */
export function mountApp(root: HTMLElement, store: Store): void {
  let theme = takeUpTheme();
  const parts = [header(), runBar(store), banners(store)];
  const panel = layerPanel(store, () => theme);
  const tabPages = tabViews.map((view) => ({ view, page: view.render(store, () => theme, panel) }));
  const bar = tabs(
    t('Parts of the view'),
    tabPages.map(({ view, page }) => ({ id: view.id, label: view.title, content: page.element })),
    (tab) => store.set({ tab }),
  );
  const content = h('main', { class: 'content' }, bar.element);
  const notice = h('main', { class: 'notice' });
  replaceChildren(root, ...parts.map(({ element }) => element), notice, content);

  const noticeChanged = changes();
  store.subscribe((snapshot) => {
    for (const part of parts) part.update(snapshot);
    content.hidden = !snapshot.model;
    notice.hidden = snapshot.model !== null;
    if (noticeChanged(snapshot.model === null, snapshot.unreadable)) drawNotice(notice, snapshot, store);
    if (!snapshot.model) return;
    const available = tabPages.filter(({ view }) => view.available(snapshot));
    const active = available.find(({ view }) => view.id === snapshot.ui.tab) ?? available[0];
    for (const tab of tabPages) {
      const count = tab.view.count?.(snapshot) ?? null;
      bar.setShown(tab.view.id, available.includes(tab));
      bar.setCount(tab.view.id, count?.count ?? null, count?.words ?? '');
    }
    bar.setActive(active.view.id);
    setAttribute(root, 'data-tab', active.view.id);
    active.page.update(snapshot);
  });
  onThemeChange(() => {
    theme = takeUpTheme();
    for (const { page } of tabPages) page.restyle();
    panel.restyle();
  });
}

/** In the place of a model: that it is being read, or why it could not be. */
function drawNotice(notice: HTMLElement, { unreadable }: Snapshot, store: Store): void {
  if (!unreadable) {
    replaceChildren(
      notice,
      h(
        'p',
        { class: 'loading', testId: 'loading', attributes: { role: 'status' } },
        progressRing(),
        t('Reading the model …'),
      ),
    );
    return;
  }
  replaceChildren(
    notice,
    h(
      'div',
      { class: 'unreadable', testId: 'unreadable', attributes: { role: 'alert' } },
      h('h2', {}, t('This file could not be read as a model')),
      h('p', { class: 'unreadable-message' }, h('bdi', {}, capital(shown(unreadable.error.message)))),
      h('p', { class: 'unreadable-code' }, t('Error'), ' ', h('code', {}, shown(unreadable.error.code))),
      button(t('Read again'), {
        appearance: 'primary',
        testId: 'reanalyze',
        onClick: () => store.post({ type: 'reanalyze' }),
      }).element,
    ),
  );
}
