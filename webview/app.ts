import { button, progressRing, tabs } from './components';
import { h, replaceChildren } from './dom';
import { shown } from './shown';
import type { Snapshot, Store, Tab } from './store';
import { onThemeChange, readTheme } from './theme';
import { banners } from './views/banners';
import { header } from './views/header';
import { layersTab } from './views/layers';
import { overview } from './views/overview';
import { runBar } from './views/runBar';
import { changes } from './views/view';

/** Builds the page into `root` and keeps it up to date. */
export function mountApp(root: HTMLElement, store: Store): void {
  let theme = readTheme();
  const parts = {
    header: header(),
    run: runBar(store),
    banners: banners(store),
    overview: overview(store, () => theme),
    layers: layersTab(store, () => theme),
  };
  const pages = tabs<Tab>(
    'Parts of the view',
    [
      { id: 'overview', label: 'Overview', content: parts.overview.element },
      { id: 'layers', label: 'Layers', content: parts.layers.element },
    ],
    (tab) => store.set({ tab }),
  );
  const content = h('main', { class: 'content' }, pages.element);
  const notice = h('main', { class: 'notice' });
  replaceChildren(root, parts.header.element, parts.run.element, parts.banners.element, notice, content);

  const noticeChanged = changes();
  store.subscribe((snapshot) => {
    for (const part of [parts.header, parts.run, parts.banners]) part.update(snapshot);
    content.hidden = !snapshot.model;
    notice.hidden = snapshot.model !== null;
    if (noticeChanged(snapshot.model === null, snapshot.unreadable)) drawNotice(notice, snapshot, store);
    if (!snapshot.model) return;
    pages.setActive(snapshot.ui.tab);
    const { length } = snapshot.findings;
    pages.setCount('overview', length || null, length === 1 ? 'finding' : 'findings');
    parts.overview.update(snapshot);
    parts.layers.update(snapshot);
  });
  onThemeChange(() => {
    theme = readTheme();
    parts.overview.restyle();
    parts.layers.restyle();
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
        'Reading the model …',
      ),
    );
    return;
  }
  replaceChildren(
    notice,
    h(
      'div',
      { class: 'unreadable', testId: 'unreadable', attributes: { role: 'alert' } },
      h('h2', {}, 'This file could not be read as a model'),
      h('p', { class: 'unreadable-message' }, h('bdi', {}, shown(unreadable.error.message))),
      h('p', { class: 'unreadable-code' }, 'Error ', h('code', {}, shown(unreadable.error.code))),
      button('Read again', {
        appearance: 'primary',
        testId: 'reanalyze',
        onClick: () => store.post({ type: 'reanalyze' }),
      }).element,
    ),
  );
}
