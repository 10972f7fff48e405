import type { HostToView, ViewToHost } from '../src/protocol/view';

/** The other side of the view: the extension, or the page of recorded data, which has the same three functions. */
export interface Host {
  post(message: ViewToHost): void;
  /** What the view stored before it was hidden or reloaded. */
  restore(): unknown;
  store(state: unknown): void;
  listen(listener: (message: HostToView) => void): void;
}

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

/** May be called once in the life of a page: VS Code hands out its interface only once. */
export function connectHost(): Host {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    restore: () => api.getState(),
    store: (state) => api.setState(state),
    listen: (listener) =>
      window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (isMessage(data)) listener(data);
      }),
  };
}

function isMessage(data: unknown): data is HostToView {
  const type = (data as { type?: unknown } | null)?.type;
  return ['state', 'events', 'select', 'showComparison'].some((known) => known === type);
}
