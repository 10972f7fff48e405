import type { ExperimentsState, ExperimentsToHost } from '../../src/protocol/experimentView';
import type { HostToView, ViewState, ViewToHost } from '../../src/protocol/view';
import { recordedComparison } from './recordedComparison';
import {
  emptyState,
  endedState,
  hostileState,
  loadingState,
  modelOf,
  recordedEvents,
  recordedState,
  unreadableState,
} from './recordedProfiles';
import { recordedThemes, type ThemeName } from './recordedThemes';

/**
 * Stands in for VS Code in a plain browser: hands out `acquireVsCodeApi`, sets the theme as the workbench does and answers the view
 * with recorded data. The address says which: ?state=profiled&layers=100&theme=dark&language=it
 */

interface Page {
  readonly location: { readonly search: string; readonly pathname: string };
  readonly document: {
    readonly body: { className: string };
    readonly documentElement: { readonly style: { cssText: string; setProperty(name: string, value: string): void } };
  };
  readonly sessionStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
  dispatchEvent(event: Event): boolean;
  requestAnimationFrame(callback: () => void): void;
  acquireVsCodeApi?: () => unknown;
  recorded?: RecordedHost;
  /** What the server was given to show. */
  readonly givenState?: ViewState | null;
  readonly givenExperiments?: ExperimentsState | null;
}

export interface RecordedHost {
  /** What the view has said so far. */
  readonly sent: readonly (ViewToHost | ExperimentsToHost)[];
  send(message: HostToView): void;
  setTheme(name: ThemeName): void;
}

/** Milliseconds per recorded step, faster than the view may draw. */
const stepMs = 40;

const page = globalThis as unknown as Page;
const query = new URLSearchParams(page.location.search);
const layers = Math.min(Math.max(Number(query.get('layers')) || 10, 6), 20_000);
const states: Readonly<Record<string, () => ViewState>> = {
  analysed: () => recordedState(layers, false),
  profiled: () => recordedState(layers),
  stale: () => ({ ...recordedState(layers), profileIsStale: true }),
  compared: () => comparedState(layers),
  cancelled: () => endedState(layers, 'cancelled', 7),
  failed: () => endedState(layers, 'failed', 7),
  partial: () => partialState(layers),
  impossible: () => ({
    ...recordedState(layers, false),
    failure:
      'The model cannot be trained: no weight is reached by the gradient of its output (Loop has no gradient here).',
  }),
  hostile: hostileState,
  loading: loadingState,
  unreadable: unreadableState,
  empty: emptyState,
  given: () => page.givenState ?? loadingState(),
};
let state = (states[query.get('state') ?? 'profiled'] ?? states.profiled)();
let playing: ReturnType<typeof setInterval> | undefined;
const sent: (ViewToHost | ExperimentsToHost)[] = [];
const storageKey = `recorded${page.location.search}`;

page.recorded = { sent, send, setTheme };
page.acquireVsCodeApi = () => ({
  postMessage: receive,
  getState: () => JSON.parse(page.sessionStorage.getItem(storageKey) ?? 'null') ?? undefined,
  setState: (stored: unknown) => page.sessionStorage.setItem(storageKey, JSON.stringify(stored)),
});
setTheme((query.get('theme') as ThemeName | null) ?? 'dark');

function receive(message: ViewToHost | ExperimentsToHost): void {
  sent.push(message);
  if (page.location.pathname === '/experiments') {
    const data = { type: 'experiments', state: page.givenExperiments };
    if (message.type === 'ready' && data.state)
      setTimeout(() => page.dispatchEvent(new MessageEvent('message', { data })));
    return;
  }
  if (message.type === 'ready') send({ type: 'state', state });
  if (message.type === 'profile') play();
  if (message.type === 'cancel') stop('cancelled');
}

/** As a webview receives it: a copy, later. */
function send(message: HostToView): void {
  if (message.type === 'state') state = message.state;
  const data = structuredClone(message);
  setTimeout(() => {
    performance.mark('recorded-sent');
    page.dispatchEvent(new MessageEvent('message', { data }));
    // the view draws in the next frame; the one after that shows it
    page.requestAnimationFrame(() => page.requestAnimationFrame(() => performance.mark('view-drawn')));
  });
}

function play(): void {
  const profile = recordedState(layers).profile!;
  const events = recordedEvents(profile);
  const steps = profile.loss.length;
  send({ type: 'state', state: { ...state, profile: null, running: { phase: 'reading', step: 0, steps } } });
  let next = 0;
  playing = setInterval(() => {
    const event = events[next++];
    if (event.type === 'finished') return stop('complete');
    const phase = event.type === 'phase' ? event.phase : 'training';
    const step = event.type === 'step' ? event.step + 1 : 0;
    const loss = event.type === 'step' ? event.loss : undefined;
    send({
      type: 'events',
      events: [event],
      running: { phase, step, steps, loss, secondsLeft: ((steps - step) * stepMs) / 1000 },
    });
  }, stepMs);
}

function stop(status: 'complete' | 'cancelled'): void {
  clearInterval(playing);
  const { profile } = status === 'complete' ? recordedState(layers) : endedState(layers, 'cancelled', 7);
  send({ type: 'state', state: { ...state, profile, running: null } });
}

function comparedState(count: number): ViewState {
  const full = recordedState(count);
  return { ...full, comparison: recordedComparison(modelOf(full).graphHash) };
}

function partialState(count: number): ViewState {
  const full = recordedState(count);
  const profile = full.profile!;
  return {
    ...full,
    model: {
      ...modelOf(full),
      weights: 'partial',
      problems: [
        { code: 'external-data-missing', message: 'weights.bin is not there: 3 tensors have shapes but no numbers.' },
        { code: 'unknown-operator', message: 'com.example.FancyNorm is not an operator that NormScope knows.' },
      ],
    },
    profile: {
      ...profile,
      settings: {
        ...profile.settings,
        weights: 'partly re-initialised',
        notes: ['Resize has no gradient here: no gradient passes node "up/resize", and 3 layers before it have none.'],
      },
      layers: profile.layers.map((layer, i) => (i < 3 ? { ...layer, gradient: [] } : layer)),
    },
  };
}

function setTheme(name: ThemeName): void {
  const { bodyClass, tokens } = recordedThemes[name] ?? recordedThemes.dark;
  const { style } = page.document.documentElement;
  style.cssText = '';
  for (const [token, value] of Object.entries(tokens)) style.setProperty(`--vscode-${token}`, value);
  page.document.body.className = bodyClass;
}
