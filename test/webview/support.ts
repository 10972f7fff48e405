import assert from 'node:assert/strict';
import type { Browser, Locator, Page } from 'playwright-core';
import type { ViewToHost } from '../../src/protocol/view';
import type { RecordedHost } from '../support/recordedHost';
import { serveRecordedPage, type RecordedPage } from '../support/recordedPage';
import type { ThemeName } from '../support/recordedThemes';
import { launchBrowser } from '../workbench/browser';

let served: { browser: Browser; server: RecordedPage } | undefined;

/** One browser and one server for all files of these tests. */
export async function useBrowser(): Promise<{ browser: Browser; server: RecordedPage }> {
  served ??= { browser: await launchBrowser(), server: await serveRecordedPage({ minify: true }) };
  return served;
}

after(async () => {
  await served?.browser.close();
  await served?.server.close();
  served = undefined;
});

export interface Query {
  readonly state?: string;
  readonly layers?: number;
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  readonly language?: 'en' | 'it';
}

/** The view on recorded data in a window of its own, its complaints collected. */
export class OpenView {
  /** What the page said on the console above a log message, exceptions and violations of the policy included. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('console', (message) => {
      // the tests read the canvases back, the view does not
      if (message.text().startsWith('Canvas2D: Multiple readback')) return;
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  static async open({
    state = 'profiled',
    layers = 10,
    theme = 'dark',
    width = 1280,
    height = 900,
    language = 'en',
  }: Query = {}) {
    const { browser, server } = await useBrowser();
    const view = new OpenView(await browser.newPage({ viewport: { width, height } }));
    await view.page.goto(`${server.url}/?state=${state}&layers=${layers}&theme=${theme}&language=${language}`);
    await view.page.waitForFunction(
      () => (globalThis as unknown as { recorded: RecordedHost }).recorded.sent.length > 0,
    );
    return view;
  }

  get(testId: string): Locator {
    return this.page.getByTestId(testId);
  }

  /** The text field inside the toolkit's element. */
  input(testId: string): Locator {
    return this.get(testId).locator('input');
  }

  async tab(name: string): Promise<void> {
    await this.get(`tab-${name}`).click();
  }

  /** The messages of one type that the view has posted. */
  async sent(type: ViewToHost['type']): Promise<ViewToHost[]> {
    return this.page.evaluate(
      (wanted) =>
        (globalThis as unknown as { recorded: RecordedHost }).recorded.sent.filter(
          (message): message is ViewToHost => message.type === wanted,
        ),
      type,
    );
  }

  async send(message: Parameters<RecordedHost['send']>[0]): Promise<void> {
    await this.page.evaluate(
      (sent) => (globalThis as unknown as { recorded: RecordedHost }).recorded.send(sent),
      message,
    );
  }

  async setTheme(theme: ThemeName): Promise<void> {
    await this.page.evaluate(
      (name) => (globalThis as unknown as { recorded: RecordedHost }).recorded.setTheme(name),
      theme,
    );
  }

  /** Waits until a run has come to a step. */
  async progressOf(step: number): Promise<void> {
    const bar = await this.get('progress').elementHandle();
    await this.page.waitForFunction(
      ([element, least]) => Number((element as unknown as Element).getAttribute('aria-valuenow')) >= least,
      [bar, step] as const,
    );
    interface Element {
      getAttribute(name: string): string | null;
    }
  }

  /** Cells of a column of the table behind a figure. */
  async column(figure: string, heading: string): Promise<string[]> {
    const table = this.get(`${figure}-table`);
    await table.locator('tbody tr').first().waitFor({ state: 'attached' });
    const at = (await table.locator('thead th').allTextContents()).indexOf(heading);
    assert.ok(at >= 0, `${figure} has no column ${heading}`);
    return table.locator(`tbody tr > :nth-child(${at + 1})`).allTextContents();
  }

  /** Pixels of a canvas by colour (#rrggbb), only those that can be told from the background. */
  async inks(figure: string): Promise<Map<string, number>> {
    const canvas = this.get(`${figure}-canvas`);
    await canvas.scrollIntoViewIfNeeded();
    await this.settle();
    const counts = await canvas.evaluate((element: Drawn) => {
      const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
      const found: Record<string, number> = {};
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] < 150) continue;
        const colour = `#${[0, 1, 2].map((k) => data[i + k].toString(16).padStart(2, '0')).join('')}`;
        found[colour] = (found[colour] ?? 0) + 1;
      }
      return found;
    });
    return new Map(Object.entries(counts));
  }

  /** Pixels of a canvas that are nearly of a colour: lines between pixels are mixed with what is around them. */
  async inkNear(figure: string, colour: string): Promise<number> {
    const parts = (text: string) => [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16));
    const wanted = parts(colour);
    let near = 0;
    for (const [ink, count] of await this.inks(figure))
      if (parts(ink).every((value, i) => Math.abs(value - wanted[i]) <= 36)) near += count;
    return near;
  }

  /** Waits until what was asked for has been drawn: in the next frame, or, by what watches sizes and visibility, in those after it. */
  async settle(): Promise<void> {
    await this.page.evaluate(`new Promise((resolve) => {
      let frames = 4;
      requestAnimationFrame(function next() {
        if (--frames > 0) requestAnimationFrame(next);
        else setTimeout(resolve);
      });
    })`);
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}

interface Drawn {
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): { getImageData(...box: number[]): { data: Uint8ClampedArray } };
}

/** Opens a view before each test of the calling suite and closes it afterwards; every test ends without a complaint. */
export function useView(query: Query = {}): { readonly view: OpenView } {
  let view: OpenView | undefined;
  beforeEach(async () => {
    view = await OpenView.open(query);
  });
  afterEach(async function () {
    const { complaints } = view!;
    await view!.close();
    if (this.currentTest?.state === 'passed') assert.deepEqual(complaints, []);
  });
  return {
    get view() {
      return view!;
    },
  };
}
