import { isUnreadable } from './unreadable';
import type { Finding, LayerFacts, LayerRole, ModelFacts, UnreadableModel } from '../src/protocol/facts';
import type { ProfiledLayer, ProfileEvent, ProfileResult, ProfileSettings } from '../src/protocol/profile';
import type { HostToView, Running, ViewState, ViewToHost } from '../src/protocol/view';
import type { FigureHost } from './charts/figure';
import type { FigureName } from './graph/measured';
import type { Camera } from './graph/camera';
import type { Host } from './host';
import { LiveProfile } from './liveProfile';

/** What the user made of the view. It is stored with the host, so that hiding and reloading lose nothing. */
export interface Ui {
  readonly version: 1;
  /** Id of a tab (tabViews.ts). */
  readonly tab: string;
  readonly layer: string | null;
  readonly sort: { readonly column: string; readonly descending: boolean } | null;
  readonly filter: string;
  readonly role: LayerRole | 'all' | 'found';
  /** Scroll positions in pixels by the name of the scrolled part. */
  readonly scroll: Readonly<Record<string, number>>;
  /** The step whose histograms are shown; null: the last one. */
  readonly step: number | null;
  /** Settings as edited; null: as the host sent them. */
  readonly settings: ProfileSettings | null;
  readonly settingsOpen: boolean;
  /** Ids of the charts whose table is shown. */
  readonly tables: readonly string[];
  readonly depthLayers: 'weighted' | 'all';
  readonly activationFigure: 'rms' | 'std';
  readonly heatFigure: FigureName;
  readonly logarithmicCounts: boolean;
  /** Ids of the graph's open blocks; null: those that are open at first. */
  readonly graphOpened: readonly string[] | null;
  /** Id of the block of the graph that the keyboard is at; null: it is at the layer. */
  readonly graphBlock: string | null;
  readonly graphFigure: FigureName | 'kind';
  readonly graphSearch: string;
  readonly graphCamera: Camera | null;
  /** The layer the host asked for last: it asks once, also when it sends its state again. */
  readonly requestedLayer: string | null;
}

const initialUi: Ui = {
  version: 1,
  tab: 'overview',
  layer: null,
  sort: null,
  filter: '',
  role: 'all',
  scroll: {},
  step: null,
  settings: null,
  settingsOpen: false,
  tables: [],
  depthLayers: 'weighted',
  activationFigure: 'rms',
  heatFigure: 'gradient',
  logarithmicCounts: false,
  graphOpened: null,
  graphBlock: null,
  graphFigure: 'kind',
  graphSearch: '',
  graphCamera: null,
  requestedLayer: null,
};

/** All that a part of the view draws from. Objects that are the same as last time have not changed, the profile of a run excepted. */
export interface Snapshot {
  readonly ui: Ui;
  readonly host: ViewState | null;
  readonly model: ModelFacts | null;
  readonly unreadable: UnreadableModel | null;
  readonly profile: ProfileResult | null;
  /** Grows with every change of the profile, also when it is appended to. */
  readonly revision: number;
  readonly running: Running | null;
  /** The profile is the one that is running, not the one before. */
  readonly live: boolean;
  readonly settings: ProfileSettings;
  readonly findings: readonly Finding[];
  readonly layers: ReadonlyMap<string, LayerFacts>;
  readonly profiled: ReadonlyMap<string, ProfiledLayer>;
  readonly findingsOf: ReadonlyMap<string, readonly Finding[]>;
}

/** Milliseconds between two drawings of a run: ten a second are as many as eyes can follow. */
const liveInterval = 100;
const storeDelay = 150;

export class Store implements FigureHost {
  readonly #host: Host;
  readonly #listeners: ((snapshot: Snapshot) => void)[] = [];
  #ui: Ui;
  readonly #restoredUri: unknown;
  #view: ViewState | null = null;
  #running: Running | null = null;
  #profile: ProfileResult | null = null;
  #live: LiveProfile | null = null;
  #revision = 0;
  /** The host has further events once these are drawn. */
  #hostWaits = false;
  #scheduled = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastDrawn = -Infinity;
  #storing: ReturnType<typeof setTimeout> | undefined;
  readonly #indexModel = onceFor(indexModel);
  readonly #indexProfile = onceFor(indexProfile);
  readonly #mergeFindings = onceFor(mergeFindings);

  constructor(host: Host) {
    this.#host = host;
    const stored = host.restore();
    this.#ui = restored(stored);
    this.#restoredUri = (stored as { uri?: unknown } | null)?.uri;
    host.listen((message) => this.#receive(message));
    // a tab that is hidden may be thrown away at once
    window.addEventListener('pagehide', () => this.#persist());
    document.addEventListener('visibilitychange', () => this.#persist());
  }

  get ui(): Ui {
    return this.#ui;
  }

  /** The page is a report, behind which nobody runs or opens anything. */
  get isReport(): boolean {
    return this.#view?.isReport ?? false;
  }

  /** What a profile would be run with now. */
  get settings(): ProfileSettings {
    return this.#ui.settings ?? this.#view?.settings ?? fallbackSettings;
  }

  subscribe(listener: (snapshot: Snapshot) => void): void {
    this.#listeners.push(listener);
  }

  post(message: ViewToHost): void {
    this.#host.post(message);
  }

  /** Changes what the user made of the view and draws it. */
  set(changes: Partial<Ui>): void {
    this.#ui = { ...this.#ui, ...changes };
    this.#persistSoon();
    this.#schedule(0);
  }

  showTable(id: string, on: boolean): void {
    const { tables } = this.#ui;
    this.set({ tables: on ? [...tables, id] : tables.filter((other) => other !== id) });
  }

  save(file: Parameters<FigureHost['save']>[0]): void {
    this.post({ type: 'save', ...file });
  }

  /** Remembers a scroll position; nothing is drawn for it. */
  setScroll(part: string, position: number): void {
    this.#ui = { ...this.#ui, scroll: { ...this.#ui.scroll, [part]: position } };
    this.#persistSoon();
  }

  /** Remembers where the graph is looked at; it draws itself. */
  keepCamera(graphCamera: Camera): void {
    this.#ui = { ...this.#ui, graphCamera };
    this.#persistSoon();
  }

  /** Shows a layer in the graph where that is open, else in the layers tab. */
  showLayer(layer: string): void {
    const hidden = this.#ui.filter !== '' || this.#ui.role !== 'all';
    const tab = this.#ui.tab === 'network' ? 'network' : 'layers';
    this.set({ tab, layer, graphBlock: null, ...(hidden ? { filter: '', role: 'all' as const } : {}) });
  }

  #receive(message: HostToView): void {
    if (message.type === 'state') this.#replace(message.state);
    else if (message.type === 'select') this.showLayer(message.layer);
    else if (message.type === 'showComparison') this.set({ tab: 'compare' });
    else {
      for (const event of message.events) this.#follow(event);
      const wasRunning = this.#running !== null;
      this.#running = message.running;
      this.#hostWaits = true;
      this.#schedule(wasRunning ? liveInterval : 0);
    }
  }

  #follow(event: ProfileEvent): void {
    const started = event.type === 'started';
    if (started) this.#live = LiveProfile.started(event);
    if (started) this.#profile = this.#live!.result;
    const changed = started || this.#live?.append(event);
    if (changed) this.#revision++;
  }

  #replace(view: ViewState): void {
    // the address is stored at once: a window may be reloaded before the user has touched anything
    if (view.uri !== this.#view?.uri) this.#persistSoon();
    // settings that the host has changed (the user chose a file) are newer than those edited here
    const changed = this.#view && JSON.stringify(view.settings) !== JSON.stringify(this.#view.settings);
    if (changed) this.set({ settings: this.#ui.settings && view.settings });
    this.#view = view;
    this.#running = view.running;
    if (!view.running) this.#live = null;
    this.#profile = this.#live?.result ?? view.profile;
    this.#revision++;
    const requested = view.selectedLayer;
    if (requested !== this.#ui.requestedLayer) {
      this.set({ requestedLayer: requested });
      if (requested !== null) this.showLayer(requested);
    }
    this.#schedule(0);
  }

  #schedule(interval: number): void {
    if (this.#scheduled) return;
    const wait = this.#lastDrawn + interval - performance.now();
    if (interval > 0 && wait > 0) {
      if (this.#timer !== undefined) return;
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#schedule(0);
      }, wait);
      return;
    }
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#lastDrawn = performance.now();
      const snapshot = this.#snapshot();
      for (const listener of this.#listeners) listener(snapshot);
      if (this.#hostWaits) this.post({ type: 'eventsShown' });
      this.#hostWaits = false;
    });
  }

  #snapshot(): Snapshot {
    const shown = this.#view?.model ?? null;
    const model = shown && !isUnreadable(shown) ? shown : null;
    // findings of an older graph are not findings of this one
    const measured = this.#view?.profileIsStale ? null : this.#profile;
    const findings = this.#mergeFindings(model, measured?.findings ?? null);
    const { layers, findingsOf } = this.#indexModel(model, findings);
    return {
      ui: this.#ui,
      host: this.#view,
      model,
      unreadable: shown && isUnreadable(shown) ? shown : null,
      profile: this.#profile,
      revision: this.#revision,
      running: this.#running,
      live: this.#live !== null,
      settings: this.settings,
      findings,
      layers,
      profiled: this.#indexProfile(this.#profile),
      findingsOf,
    };
  }

  #persistSoon(): void {
    this.#storing ??= setTimeout(() => this.#persist(), storeDelay);
  }

  #persist(): void {
    clearTimeout(this.#storing);
    this.#storing = undefined;
    // the extension finds the model of a restored panel by its address
    this.#host.store({ ...this.#ui, uri: this.#view?.uri ?? this.#restoredUri });
  }
}

/** Shown for the moment before the host's first message. */
export const fallbackSettings: ProfileSettings = {
  steps: 20,
  batch: 8,
  optimizer: 'sgd',
  lr: 0.01,
  seed: 0,
  init: 'keep',
  engine: 'auto',
  threads: 0,
};

/** Another version of the extension may have stored something else: only what has the right type is taken. */
function restored(stored: unknown): Ui {
  if (typeof stored !== 'object' || stored === null || (stored as Ui).version !== 1) return initialUi;
  const fitting = Object.entries(initialUi).map(([key, initial]: [string, unknown]) => {
    const value = (stored as Record<string, unknown>)[key];
    const fits = value === null || initial === null || (typeof value === typeof initial && value !== undefined);
    return [key, fits && value !== undefined ? value : initial];
  });
  const ui = Object.fromEntries(fitting) as Ui;
  return { ...ui, settings: isSettings(ui.settings) ? ui.settings : null };
}

function isSettings(stored: object | null): boolean {
  return (
    stored !== null &&
    Object.entries(fallbackSettings).every(([key, usual]) => {
      const value = (stored as Record<string, unknown>)[key];
      // fresh weights may be scaled by a number
      return typeof value === typeof usual || (key === 'init' && typeof value === 'number');
    })
  );
}

function mergeFindings(model: ModelFacts | null, measured: readonly Finding[] | null): readonly Finding[] {
  const order = { error: 0, warning: 1, information: 2, hint: 3 };
  const findings = [...(model?.findings ?? []), ...(measured ?? [])];
  return findings.sort((a, b) => order[a.severity] - order[b.severity]);
}

function indexModel(model: ModelFacts | null, findings: readonly Finding[]) {
  const layers = new Map(model?.layers.map((layer) => [layer.id, layer]));
  const findingsOf = new Map<string, Finding[]>();
  for (const finding of findings)
    for (const id of new Set([...(finding.layer === null ? [] : [finding.layer]), ...(finding.layers ?? [])])) {
      const list = findingsOf.get(id);
      if (list) list.push(finding);
      else findingsOf.set(id, [finding]);
    }
  return { layers, findingsOf };
}

function indexProfile(profile: ProfileResult | null): ReadonlyMap<string, ProfiledLayer> {
  return new Map(profile?.layers.map((layer) => [layer.id, layer]));
}

/** Computes again only when an argument is another object than the last time. */
function onceFor<A extends readonly unknown[], R>(compute: (...arguments_: A) => R): (...arguments_: A) => R {
  let last: { arguments_: A; result: R } | undefined;
  return (...arguments_) => {
    if (!last || arguments_.some((argument, i) => argument !== last!.arguments_[i]))
      last = { arguments_, result: compute(...arguments_) };
    return last.result;
  };
}
