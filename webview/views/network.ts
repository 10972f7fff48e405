import type { Severity } from '../../src/protocol/facts';
import { savePng, saveSvg } from '../charts/export';
import { SvgPen } from '../charts/svgPen';
import { button, dropdown, textField } from '../components';
import { h } from '../dom';
import { counted, formatFigure, modelName } from '../format';
import { blocksOf, type BlockTree } from '../graph/blocks';
import { fitted, revealing, zoomed, zooms, type Camera } from '../graph/camera';
import { blockTitle, blockWords } from '../graph/labels';
import { figures, scaleOf, type ColourScale, type FigureName } from '../graph/measured';
import { allBlocks, entered, openedAtFirst, step, type Direction, type Here } from '../graph/navigate';
import { paintScene, type Look } from '../graph/paint';
import { blocksAround, columnStarts, forItemsIn, itemAt, sceneOf, sizes, type Item, type Scene } from '../graph/scene';
import { placementsOf } from '../placements';
import { shown } from '../shown';
import type { Snapshot, Store } from '../store';
import type { Theme } from '../theme';
import { normTypeWords, placementWords, roleWords, severityWords } from '../words';
import type { LayerPanel } from './layerPanel';
import { networkLegend } from './networkLegend';
import { changes, type View } from './view';
import { t } from '../texts/texts';

const figureOptions = Object.entries(figures).map(([value, { label }]) => ({ value, label }));
const dragStart = 4;
/** Pixels around an exported network. */
const exportMargin = 24;

interface Drag {
  readonly x: number;
  readonly y: number;
  readonly camera: Camera;
  moved: boolean;
}

/** The network as blocks: folded, opened, searched, coloured by what was measured. */
export function networkTab(store: Store, theme: () => Theme, panel: LayerPanel): View & { restyle(): void } {
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
  const foundCount = h('span', { class: 'count', testId: 'graph-found', attributes: { role: 'status' } });
  const tool = (label: string, testId: string, description: string, onClick: () => void) =>
    button(label, { appearance: 'quiet', testId, description, onClick }).element;
  const tools = h(
    'div',
    { class: 'graph-tools' },
    search.element,
    foundCount,
    h(
      'span',
      { class: 'graph-colour' },
      h('span', { attributes: { 'aria-hidden': 'true' } }, t('Colour')),
      colour.element,
    ),
    h(
      'span',
      { class: 'graph-buttons' },
      tool(t('Open all'), 'graph-open-all', t('Open all blocks'), () => setOpened(tree ? allBlocks(tree) : [])),
      tool(t('Fold'), 'graph-fold', t('Fold all blocks'), () => setOpened([])),
      tool('−', 'graph-zoom-out', t('Zoom out (− key)'), () => zoomBy(1 / zooms.step)),
      tool('+', 'graph-zoom-in', t('Zoom in (+ key)'), () => zoomBy(zooms.step)),
      tool(t('Fit'), 'graph-fit', t('Fit the network into the window (0 key)'), () => fit()),
      tool('PNG', 'graph-png', t('Save as PNG'), () => exportPng()),
      tool('SVG', 'graph-svg', t('Save as SVG'), () => exportSvg()),
    ),
  );
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
        wheel: onWheel,
        pointerdown: onPointerDown,
        pointermove: onPointerMove,
        pointerup: onPointerUp,
        pointerleave: () => (tip.hidden = true),
        focus: () => say(),
      },
    },
    canvas,
    tip,
  );
  const graph = h(
    'section',
    { class: 'graph', attributes: { 'aria-label': t('Network graph') } },
    tools,
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
  let drag: Drag | null = null;
  const pen = canvas.getContext('2d')!;
  const treeChanged = changes();
  const sceneChanged = changes();
  const lookChanged = changes();
  const searchChanged = changes();

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

  function dress({ ui, model, profile, profiled, findingsOf }: Snapshot): void {
    const { positions, layers } = tree!.network;
    const placements = placementsOf(model!.summary);
    const colours = new Map(placements.map(({ placement, colour: name }) => [placement, theme().colours[name]]));
    const ofPosition = new Map<number, string>();
    layers.forEach(({ norm }, at) => {
      const placement = norm && colours.get(norm.placement);
      if (placement) ofPosition.set(at, placement);
    });
    const severities = new Map<number, Severity>();
    for (const [id, [first]] of findingsOf) {
      const at = positions.get(id);
      // hints are about most norms of a network: the panel and the pointer tell them
      if (at !== undefined && first.severity !== 'hint') severities.set(at, first.severity);
    }
    let scale: ColourScale | null = null;
    let places: (number | null)[] | null = null;
    if (ui.graphFigure !== 'kind' && profile) {
      const figure = figures[ui.graphFigure];
      const values = layers.map(({ id }) => {
        const layer = profiled.get(id);
        return layer ? figure.last(layer) : null;
      });
      scale = scaleOf(values, figure.logarithmic);
      places = values.map((value) => scale!.place(value));
    }
    look = {
      theme: theme(),
      places,
      placements: ofPosition,
      findings: severities,
      found: ui.graphSearch.trim() ? new Set(found) : null,
      selected: selectedPosition(),
      current: ui.graphBlock,
    };
    legend.show(
      model!,
      placements,
      scale && { scale, label: figures[ui.graphFigure as FigureName].label },
      ui.graphFigure !== 'kind',
    );
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

  /** The whole scene as a picture of its own, with nothing selected. */
  function whole() {
    if (!scene || !look || !snapshot?.model) return null;
    const size = {
      width: Math.ceil(scene.width) + 2 * exportMargin,
      height: Math.ceil(scene.height) + 2 * exportMargin,
    };
    const [drawnScene, plain] = [scene, { ...look, selected: null, current: null }];
    const paintOn = (on: CanvasRenderingContext2D) =>
      paintScene(on, drawnScene, plain, { x: -exportMargin, y: -exportMargin, zoom: 1 }, size.width, size.height);
    return { ...size, paintOn, name: t('Network of {0}', modelName(snapshot.model.path)) };
  }

  function exportSvg(): void {
    const picture = whole();
    if (!picture) return;
    const svgPen = new SvgPen(picture.width, picture.height);
    picture.paintOn(svgPen as unknown as CanvasRenderingContext2D);
    saveSvg(store, picture.name, svgPen.toSvg(theme().background, picture.name));
  }

  function exportPng(): void {
    const picture = whole();
    if (picture) savePng(store, picture.name, picture.width, picture.height, theme().background, picture.paintOn);
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
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    found = words.length
      ? tree!.network.layers.flatMap((layer, at) => {
          const all = [layer.name, layer.kind, layer.role, layer.activation, layer.norm?.type, layer.norm?.placement];
          const hay = all.join(' ').toLowerCase();
          return words.every((word) => hay.includes(word)) ? [at] : [];
        })
      : [];
    foundCount.textContent = words.length
      ? t('{0} of {1}', found.length, counted(tree!.network.layers.length, 'layer'))
      : '';
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

  function lines({ item, layer: position }: Here): string[] {
    const { network } = tree!;
    if (position === null) {
      const { from, to } = item.block;
      const severity = [...Array(to - from).keys()].filter((i) => look?.findings.has(from + i)).length;
      const state = item.open ? t('open') : t('folded');
      return [
        shown(blockTitle(item.block, network)).slice(0, 200),
        `${shown(blockWords(item.block, network))}, ${state}`,
        severity ? t('{0} with findings', counted(severity, 'layer')) : '',
      ].filter(Boolean);
    }
    const layer = layerAt(position);
    const { findingsOf, profiled, ui } = snapshot!;
    const measured = profiled.get(layer.id);
    const figure = ui.graphFigure === 'kind' ? null : figures[ui.graphFigure];
    const first = findingsOf.get(layer.id);
    return [
      shown(layer.name).slice(0, 200),
      `${shown(layer.kind).slice(0, 80)} (${roleWords[layer.role].toLowerCase()})`,
      layer.norm ? `${t('{0} norm', normTypeWords[layer.norm.type])}, ${placementWords[layer.norm.placement]}` : '',
      figure && measured ? `${figure.label} ${formatFigure(figure.last(measured))}` : '',
      first ? `${severityWords[first[0].severity]}: ${first.map(({ ruleId }) => shown(ruleId)).join(', ')}` : '',
    ].filter(Boolean);
  }

  // Pointer

  function onPointerDown(event: PointerEvent): void {
    if (event.button !== 0 || !camera) return;
    drag = { x: event.clientX, y: event.clientY, camera, moved: false };
    stage.setPointerCapture(event.pointerId);
  }

  function onPointerMove(event: PointerEvent): void {
    if (drag) {
      const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
      if (!drag.moved && Math.hypot(dx, dy) < dragStart) return;
      drag.moved = true;
      tip.hidden = true;
      stage.classList.add('dragging');
      const { x, y, zoom } = drag.camera;
      setCamera({ zoom, x: x - dx / zoom, y: y - dy / zoom });
      return;
    }
    const hit = hitAt(event);
    stage.classList.toggle('over', hit !== null);
    tip.hidden = hit === null;
    if (!hit) return;
    const text = lines(hit).join('\n');
    if (tip.textContent !== text) tip.textContent = text;
    const { left, top } = stage.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    tip.style.left = `${Math.max(4, Math.min(x + 14, stage.clientWidth - tip.offsetWidth - 4))}px`;
    tip.style.top = `${y + 18 + tip.offsetHeight > stage.clientHeight ? y - tip.offsetHeight - 8 : y + 18}px`;
  }

  function onPointerUp(event: PointerEvent): void {
    const { moved } = drag ?? { moved: true };
    drag = null;
    stage.classList.remove('dragging');
    if (moved) return;
    const hit = hitAt(event);
    if (!hit) return;
    if (hit.layer === null) return toggle(hit.item);
    goTo(hit);
    if (layerAt(hit.layer).source) store.post({ type: 'reveal', layer: layerAt(hit.layer).id, keepFocus: true });
  }

  function onWheel(event: WheelEvent): void {
    event.preventDefault();
    if (!event.ctrlKey && !event.metaKey) return panBy(event.deltaX, event.deltaY);
    const { left, top } = stage.getBoundingClientRect();
    zoomBy(
      Math.exp(-event.deltaY * zooms.wheel * (event.deltaMode ? 30 : 1)),
      event.clientX - left,
      event.clientY - top,
    );
  }

  /** The layer, the folded block or the head of the open one below the pointer. */
  function hitAt(event: PointerEvent): Here | null {
    if (!scene || !camera) return null;
    const { left, top } = stage.getBoundingClientRect();
    const x = camera.x + (event.clientX - left) / camera.zoom;
    const y = camera.y + (event.clientY - top) / camera.zoom;
    let hit: Here | null = null;
    forItemsIn(scene.items, { left: x, top: y, right: x, bottom: y }, (item) => {
      if (item.open) hit = y <= item.y + sizes.head ? { item, layer: null } : null;
      else if (item.block.kind !== 'run') hit = { item, layer: null };
      else {
        const chip = item.chips.findLast((each) => x >= item.x + each.x - 2) ?? item.chips[0];
        hit = { item, layer: chip.position };
      }
    });
    return hit;
  }
}
