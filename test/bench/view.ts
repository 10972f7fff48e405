import type { Page } from 'playwright-core';
import { serveRecordedPage } from '../support/recordedPage';
import { launchBrowser } from '../workbench/browser';

/**
 * What the view costs, in the browser of its tests: the first picture of a model, frames a second while its graph is panned (as a
 * person sees it first, with all blocks open, and with all of them in the window at once), and frames while a run of 25 steps a second is
 * followed. The last stand beside the frames of the same page at rest, which tells what a busy machine takes.
 *
 *   npm run bench:view
 */

const frames = 120;
/** Shorter than the recorded run of twenty steps. */
const followedMs = 600;

async function main(): Promise<void> {
  const server = await serveRecordedPage({ minify: true });
  const browser = await launchBrowser();
  const open = async (layers: number, tab: string, state = 'profiled'): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width: 1600, height: 960 } });
    const search = `?state=${state}&layers=${layers}`;
    await page.addInitScript(([key, ui]) => (globalThis as unknown as Storing).sessionStorage.setItem(key, ui), [
      `recorded${search}`,
      JSON.stringify({ version: 1, tab }),
    ] as const);
    await page.goto(`${server.url}/${search}`);
    return page;
  };
  try {
    console.log('From the model arriving in the view to the frame that shows it, ms');
    for (const layers of [10, 100, 1000, 10_000])
      for (const tab of ['overview', 'network', 'layers']) {
        const page = await open(layers, tab);
        console.log(
          `  ${String(layers).padStart(6)} layers  ${tab.padEnd(9)} ${(await firstPaint(page)).toFixed(0).padStart(6)}`,
        );
        await page.close();
      }
    console.log('Frames a second while panning the graph: median, slowest of twenty');
    for (const layers of [1000, 10_000]) {
      const page = await open(layers, 'network');
      await firstPaint(page);
      await report(page, layers, 'folded');
      await page.getByTestId('graph-open-all').click();
      await page.waitForTimeout(1500);
      await report(page, layers, 'all open');
      for (let i = 0; i < 14; i++) await page.getByTestId('graph-zoom-out').click();
      await page.waitForTimeout(300);
      await report(page, layers, 'all open, from far');
      await page.close();
    }
    console.log(
      'Following a run: drawings a second; frames after more than 1/40 s, longest frame in ms; the same at rest',
    );
    for (const layers of [100, 1000])
      for (const tab of ['overview', 'network', 'layers']) {
        const page = await open(layers, tab, 'analysed');
        await page.getByTestId('tile-layers').waitFor();
        const rest = await followed(page);
        await page.getByTestId('profile').click();
        await page.locator('[data-testid=progress]:not([aria-valuenow="0"])').waitFor();
        const run = await followed(page);
        const row = (late: Followed) => `${percent(late.late)} ${late.longest.toFixed(0).padStart(5)}`;
        const drawings = run.drawings.toFixed(1).padStart(5);
        console.log(
          `  ${String(layers).padStart(6)} layers  ${tab.padEnd(9)} ${drawings}   ${row(run)}   ${row(rest)}`,
        );
        await page.close();
      }
  } finally {
    await browser.close();
    await server.close();
  }
}

interface Storing {
  readonly sessionStorage: { setItem(key: string, value: string): void };
}

/** Milliseconds from the first message of the host to the frame after it was drawn. */
async function firstPaint(page: Page): Promise<number> {
  await page.getByTestId('tile-layers').waitFor();
  return page.evaluate<number>(`new Promise((resolve) => {
    const first = (name) => performance.getEntriesByName(name)[0]?.startTime;
    requestAnimationFrame(function wait() {
      if (first('view-drawn') === undefined) requestAnimationFrame(wait);
      else resolve(first('view-drawn') - first('recorded-sent'));
    });
  })`);
}

async function report(page: Page, layers: number, what: string): Promise<void> {
  const times = await page.evaluate<number[]>(`new Promise((resolve) => {
    const stage = document.querySelector('[data-testid=graph]');
    const times = [];
    requestAnimationFrame(function pan(time) {
      times.push(time);
      const down = times.length % 60 < 30 ? 1 : -1;
      stage.dispatchEvent(new WheelEvent('wheel', { deltaY: 37 * down, deltaX: 11 * down, cancelable: true }));
      if (times.length <= ${frames}) requestAnimationFrame(pan);
      else resolve(times.slice(1).map((at, i) => at - times[i]));
    });
  })`);
  times.sort((a, b) => a - b);
  const rate = (at: number) => (1000 / times[Math.floor(times.length * at)]).toFixed(0).padStart(4);
  console.log(`  ${String(layers).padStart(6)} layers  ${what.padEnd(20)} ${rate(0.5)} ${rate(0.95)}`);
}

interface Followed {
  /** Updates of the progress line a second. */
  readonly drawings: number;
  /** Share of the frames. */
  readonly late: number;
  /** Milliseconds. */
  readonly longest: number;
}

/** What the frames of a moment looked like, from the next one on. */
function followed(page: Page): Promise<Followed> {
  return page.evaluate<Followed>(`new Promise((resolve) => {
    let drawings = 0;
    const observer = new MutationObserver(() => drawings++);
    observer.observe(document.querySelector('[data-testid=phase]'), { childList: true, characterData: true, subtree: true });
    const times = [];
    requestAnimationFrame(function frame(time) {
      times.push(time);
      if (time - times[0] < ${followedMs}) return requestAnimationFrame(frame);
      observer.disconnect();
      const gaps = times.slice(1).map((at, i) => at - times[i]);
      resolve({
        drawings: (1000 * drawings) / (time - times[0]),
        late: gaps.filter((gap) => gap > 1000 / 40).length / gaps.length,
        longest: Math.max(...gaps),
      });
    });
  })`);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0).padStart(3)} %`;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
