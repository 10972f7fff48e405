import { h } from '../dom';
import { counted } from '../format';
import { linesAbout } from '../graph/aboutHere';
import { blocksOf, type BlockTree } from '../graph/blocks';
import { fitted, revealing, zoomed, zooms, type Camera } from '../graph/camera';
import { layersFound } from '../graph/find';
import { blockTitle, blockWords } from '../graph/labels';
import { lookOf, type Look } from '../graph/look';
import { figures, type FigureName } from '../graph/measured';
import { allBlocks, entered, hereAt, openedAtFirst, step, type Direction, type Here } from '../graph/navigate';
import { paintScene } from '../graph/paint';
import { blocksAround, columnStarts, itemAt, sceneOf, type Item, type Scene } from '../graph/scene';
import { shown } from '../shown';
import type { Snapshot, Store } from '../store';
import { t } from '../texts/texts';
import type { Theme } from '../theme';
import type { LayerPanel } from './layerPanel';
import { networkLegend } from './networkLegend';
import { networkPicture, saveNetworkPng, saveNetworkSvg } from './networkPicture';
import { networkPointer } from './networkPointer';
import { networkTools } from './networkTools';
import { changes, type View } from './view';

/** The network as blocks: folded, opened, searched, coloured by what was measured. */
export function networkTab(store: Store, theme: () => Theme, panel: LayerPanel): View & { restyle(): void } {
  const tools = networkTools(store, {
    openAll: () => setOpened(tree ? allBlocks(tree) : []),
    fold: () => setOpened([]),
    zoomIn: () => zoomBy(zooms.step),
    zoomOut: () => zoomBy(1 / zooms.step),
    fit: () => fit(),
    savePng: () => exportWith(saveNetworkPng),
    saveSvg: () => exportWith(saveNetworkSvg),
  });
  const { search, colour, found: foundCount } = tools;
  const canvas = h('canvas', { testId: 'graph-canvas', attributes: { 'aria-hidden': 'true' } });
  const tip = h('div', {
    class: 'graph-tip',
    testId: 'graph-tip',
    attributes: { hidden: true, 'aria-hidden': 'true' },
  });
  const said = h('p', { class: 'visually-hidden', testId: 'graph-said', attributes: { role: 'status' } });
  const legend = networkLegend();
  const help = h(
    'p',
    { class: 'visually-hidden', id: 'graph-help' },
    t(
      'Arrow keys go along the lines. Enter opens a block or goes to the layer’s panel, Escape folds the block around, plus and minus zoom, 0 fits the window, slash finds.',
    ),
  );
  const stage = h(
    'div',
    {
      class: 'graph-stage',
      testId: 'graph',
      attributes: {
        tabindex: 0,
        role: 'application',
        'aria-roledescription': t('network graph'),
        'aria-label': t('Network'),
        'aria-describedby': 'graph-help',
      },
      on: {
        keydown: onKey,
        focus: () => say(),
      },
    },
    canvas,
    tip,
  );
  const graph = h(
    'section',
    { class: 'graph', attributes: { 'aria-label': t('Network graph') } },
    tools.element,
    stage,
    legend.element,
    help,
    said,
  );
  const element = h('div', { class: 'network-tab' }, graph);

  let snapshot: Snapshot | null = null;
  let tree: BlockTree | null = null;
  let scene: Scene | null = null;
  let columns: ReadonlySet<string> = new Set();
  let camera: Camera | null = null;
  let look: Look | null = null;
  let found: readonly number[] = [];
  let shownLayer: string | null = null;
  let scheduled = false;
  const pen = canvas.getContext('2d')!;
  const treeChanged = changes();
  const sceneChanged = changes();
  const lookChanged = changes();
  const searchChanged = changes();

  networkPointer(stage, tip, { camera: () => camera, hereAt: hitAt, lines, setCamera, panBy, zoomBy, click });
  search.element.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') goToNextFound();
    if (event.key === 'Escape') stage.focus();
  });
  let lastWidth = 0;
  new ResizeObserver(() => {
    const { clientWidth: width } = stage;
    if (!scene || width === 0) return;
    if (!camera) fit(zooms.comfortable);
    // the middle stays in the middle
    else if (lastWidth) setCamera({ ...camera, x: camera.x + (lastWidth - width) / 2 / camera.zoom });
    if (lastWidth && lastWidth !== width) reveal(here());
    lastWidth = width;
    paintSoon();
  }).observe(stage);

  return {
    element,
    restyle() {
      if (!snapshot) return;
      dress(snapshot);
      paintSoon();
    },
    update(next) {
      snapshot = next;
      const { model, ui, profile, revision, findingsOf } = next;
      if (treeChanged(model?.graphHash, model?.layers.length, model?.path)) {
        tree = blocksOf(model!.layers);
        columns = new Set();
        camera = ui.graphCamera;
        // a place that was stored shows what it showed
        shownLayer = camera && ui.layer;
      }
      // the panel comes first: it takes its room from the graph
      const hasPanel = ui.layer !== null && next.layers.has(ui.layer);
      element.classList.toggle('with-panel', hasPanel);
      panel.element.hidden = !hasPanel;
      panel.place(element, () => stage.focus());
      panel.update(next);
      search.set(ui.graphSearch);
      colour.set(ui.graphFigure);
      const selected = selectedPosition();
      // a layer that was chosen elsewhere is brought to light
      const asked = ui.layer !== null && ui.layer !== shownLayer && selected !== null;
      const opened = openedBlocks();
      if (asked && blocksAround(tree!, selected).some((id) => !opened.includes(id)) && ui.graphBlock === null)
        return setOpened([...opened, ...blocksAround(tree!, selected)]);
      shownLayer = ui.layer;
      if (sceneChanged(tree, ui.graphOpened)) layOut(opened);
      if (searchChanged(tree, ui.graphSearch)) find(ui.graphSearch);
      const dressed = [
        tree,
        scene,
        revision,
        profile,
        findingsOf,
        ui.graphFigure,
        ui.graphSearch,
        ui.layer,
        ui.graphBlock,
      ];
      if (lookChanged(...dressed)) dress(next);
      if (!camera) fit(zooms.comfortable);
      if (asked) reveal(here());
      paintSoon();
    },
  };

  // State

  function openedBlocks(): readonly string[] {
    return store.ui.graphOpened ?? openedAtFirst(tree!);
  }

  function setOpened(ids: readonly string[], more: Partial<Snapshot['ui']> = {}): void {
    store.set({ graphOpened: [...new Set(ids)], ...more });
  }

  function selectedPosition(): number | null {
    const { layer } = store.ui;
    return (layer === null ? undefined : tree?.network.positions.get(layer)) ?? null;
  }

  /** Where the keyboard is. */
  function here(): Here | null {
    if (!scene) return null;
    const block = store.ui.graphBlock;
    const item = block === null ? undefined : itemOf(block);
    if (item) return { item, layer: null };
    const position = selectedPosition();
    if (position === null) return null;
    const at = itemAt(scene, position)!;
    return { item: at, layer: at.block.kind === 'run' ? position : null };
  }

  function itemOf(block: string): Item | undefined {
    const stack = [...scene!.items];
    for (const item of stack) {
      if (item.block.id === block) return item;
      stack.push(...item.children);
    }
    return undefined;
  }

  function goTo(next: Here): void {
    if (next.layer === null) store.set({ graphBlock: next.item.block.id });
    else {
      shownLayer = layerAt(next.layer).id;
      store.set({ graphBlock: null, layer: shownLayer });
    }
    reveal(next);
    say(next);
  }

  function layerAt(position: number) {
    return tree!.network.layers[position];
  }

  // Drawing

  function layOut(opened: readonly string[]): void {
    pen.font = `600 11px ${theme().fontFamily}`;
    const measure = (text: string) => pen.measureText(text).width;
    const options = { opened: new Set(opened), measure };
    const before = scene;
    const anchor = before && camera && here()?.item.block.id;
    const anchored = anchor ? itemOf(anchor) : undefined;
    if (!before || before.tree !== tree) {
      // of what is open at first: the columns are the same after a reload
      const column = sceneOf(tree!, { measure, opened: new Set(openedAtFirst(tree!)), columns: new Set() });
      // of the whole tab: the columns stay where they are when the panel comes and goes
      columns = columnStarts(column, element.clientWidth || 1000, stage.clientHeight || 600);
    }
    scene = sceneOf(tree!, { ...options, columns });
    const moved = anchored && itemOf(anchored.block.id);
    // what was opened or folded stays where it was in the window
    if (anchored && moved && camera)
      camera = { ...camera, x: camera.x + moved.x - anchored.x, y: camera.y + moved.y - anchored.y };
  }

  function dress(next: Snapshot): void {
    const { graphFigure, graphSearch } = next.ui;
    const searched = { found: graphSearch.trim() ? new Set(found) : null, selected: selectedPosition() };
    const dressed = lookOf(next, tree!, theme(), searched);
    look = dressed.look;
    const scale = dressed.scale && { scale: dressed.scale, label: figures[graphFigure as FigureName].label };
    legend.show(next.model!, dressed.placements, scale, graphFigure !== 'kind');
  }

  function paintSoon(): void {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(() => {
      scheduled = false;
      paint();
    });
  }

  function paint(): void {
    const { clientWidth: width, clientHeight: height } = stage;
    if (!scene || !look || !camera || width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    paintScene(pen, scene, look, camera, width, height);
  }

  function exportWith(save: typeof saveNetworkPng): void {
    if (scene && look && snapshot?.model) save(store, networkPicture(scene, look, snapshot.model.path));
  }

  // Camera

  function setCamera(next: Camera): void {
    camera = next;
    store.keepCamera(next);
    paintSoon();
  }

  function extent() {
    return { width: stage.clientWidth, height: stage.clientHeight };
  }

  function fit(least?: number): void {
    if (scene && stage.clientWidth > 0) setCamera(fitted(scene, extent(), least));
  }

  function zoomBy(factor: number, x = stage.clientWidth / 2, y = stage.clientHeight / 2): void {
    if (camera) setCamera(zoomed(camera, factor, x, y));
  }

  /** Zooms around where the keyboard is. */
  function zoomAround(at: Here | null, factor: number): void {
    if (!at || !camera) return zoomBy(factor);
    const { x, y, width, height } = at.item;
    zoomBy(factor, (x + width / 2 - camera.x) * camera.zoom, (y + height / 2 - camera.y) * camera.zoom);
  }

  function panBy(dx: number, dy: number): void {
    if (camera) setCamera({ ...camera, x: camera.x + dx / camera.zoom, y: camera.y + dy / camera.zoom });
  }

  function reveal(at: Here | null): void {
    if (at && camera && stage.clientWidth > 0) setCamera(revealing(camera, at.item, extent()));
  }

  // Search

  function find(text: string): void {
    const { layers } = tree!.network;
    found = layersFound(text, layers);
    foundCount.textContent = text.trim() ? t('{0} of {1}', found.length, counted(layers.length, 'layer')) : '';
  }

  function goToNextFound(): void {
    if (!found.length) return;
    const at = selectedPosition() ?? -1;
    const next = found.find((position) => position > at) ?? found[0];
    store.set({ graphBlock: null, layer: layerAt(next).id });
  }

  // Keyboard

  function onKey(event: KeyboardEvent): void {
    if (!scene?.items.length || event.altKey || event.metaKey) return;
    const directions: Readonly<Record<string, Direction>> = {
      ArrowUp: 'up',
      ArrowDown: 'down',
      ArrowLeft: 'left',
      ArrowRight: 'right',
      Home: 'first',
      End: 'last',
    };
    const direction = directions[event.key];
    const at = here();
    if (direction) goTo(at ? step(scene, at, direction) : entered(scene.items[0], 'first'));
    else if (event.key === 'Enter' || event.key === ' ') enter(at);
    else if (event.key === 'Escape') leave(at);
    else if (event.key === '+' || event.key === '=') zoomAround(at, zooms.step);
    else if (event.key === '-') zoomAround(at, 1 / zooms.step);
    else if (event.key === '0') fit();
    else if (event.key === 'PageDown') panBy(0, stage.clientHeight * 0.8);
    else if (event.key === 'PageUp') panBy(0, -stage.clientHeight * 0.8);
    else if (event.key === '/') search.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function enter(at: Here | null): void {
    if (!at) return;
    if (at.layer !== null) panel.focus();
    else toggle(at.item);
  }

  function toggle({ open, block }: Item): void {
    const opened = openedBlocks();
    setOpened(open ? opened.filter((id) => id !== block.id) : [...opened, block.id], { graphBlock: block.id });
    said.textContent = open ? t('Folded: {0}', wordsOf(block.id)) : t('Opened: {0}', wordsOf(block.id));
  }

  /** Out of a layer to the block around it; an open block is folded. */
  function leave(at: Here | null): void {
    if (!at) return;
    if (at.item.open) toggle(at.item);
    else if (at.item.parent) goTo({ item: at.item.parent, layer: null });
  }

  function wordsOf(id: string): string {
    const { block } = itemOf(id)!;
    return [blockTitle(block, tree!.network), blockWords(block, tree!.network)].filter(Boolean).map(shown).join(', ');
  }

  // What is said and what the pointer is told

  function say(at: Here | null = here()): void {
    if (at) said.textContent = lines(at).join('. ');
  }

  function lines(at: Here): string[] {
    return linesAbout(at, tree!.network, look!, snapshot!);
  }

  // Pointer

  /** What is at a place of the stage, in pixels. */
  function hitAt(x: number, y: number): Here | null {
    return scene && camera && hereAt(scene, camera.x + x / camera.zoom, camera.y + y / camera.zoom);
  }

  function click(at: Here): void {
    if (at.layer === null) return toggle(at.item);
    goTo(at);
    if (layerAt(at.layer).source) store.post({ type: 'reveal', layer: layerAt(at.layer).id, keepFocus: true });
  }
}
