import type { Store } from '../store';

/** Remembers how far a part is scrolled, and scrolls it there again once it has something to scroll. */
export function keepScroll(element: HTMLElement, part: string, store: Store): { restore(): void } {
  let pending = store.ui.scroll[part] ?? 0;
  element.addEventListener(
    'scroll',
    () => {
      // a part that is not shown reports 0
      if (element.clientHeight > 0 && !pending) store.setScroll(part, element.scrollTop);
    },
    { passive: true },
  );
  return {
    restore() {
      if (!pending || element.scrollHeight <= element.clientHeight) return;
      element.scrollTop = pending;
      pending = 0;
    },
  };
}
