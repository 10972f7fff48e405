import type { Snapshot, Store } from './store';
import type { Theme } from './theme';
import { compareTab } from './views/compare';
import type { LayerPanel } from './views/layerPanel';
import { layersTab } from './views/layers';
import { networkTab } from './views/network';
import { overview } from './views/overview';
import type { View } from './views/view';
import { t } from './texts/texts';

/** What a tab shows. `update` is called while the tab is the shown one, `restyle` when the theme changes. */
export interface TabPage extends View {
  restyle(): void;
}

/** A tab of the view: one entry of `tabViews` hangs it into the tab bar. */
export interface TabView {
  /** Short and without spaces: names the tab's elements, and is what the view stores. */
  readonly id: string;
  readonly title: string;
  /** Whether the tab can be chosen; one that cannot is not in the bar. */
  available(snapshot: Snapshot): boolean;
  /** The number behind the title, and in words what it counts. */
  count?(snapshot: Snapshot): { readonly count: number; readonly words: string } | null;
  /** @param panel the one panel of the selected layer, for tabs that show it beside their own */
  render(store: Store, theme: () => Theme, panel: LayerPanel): TabPage;
}

/** The tabs in the order of the bar; the first is shown first. */
export const tabViews: readonly TabView[] = [
  {
    id: 'overview',
    title: t('Overview'),
    available: () => true,
    count: ({ findings: { length } }) =>
      length ? { count: length, words: length === 1 ? t('finding') : t('findings') } : null,
    render: overview,
  },
  { id: 'network', title: t('Network'), available: ({ model }) => model!.layers.length > 0, render: networkTab },
  { id: 'layers', title: t('Layers'), available: () => true, render: layersTab },
  { id: 'compare', title: t('Compare'), available: ({ host }) => Boolean(host?.comparison), render: compareTab },
];
