import { encode } from 'fast-png';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { makePackage } from '../../src/tools/package.mjs';
import { currentTarget } from '../../src/tools/runtime.mjs';
import { launchBrowser } from '../workbench/browser';
import { createHome, installVsix, startServer, type Server } from '../workbench/server';
import { WorkbenchWindow } from '../workbench/window';
import { convolutions } from './open/modelFiles';

/**
 * From the click on a file in the explorer of the real workbench to the frame that shows its content: a model of a thousand nodes in
 * the packaged extension, beside what VS Code has of its own in the same window, a picture (also a custom editor with a webview) and a text of
 * as many bytes. The first click on a model starts the extension, too. Ratios tell more than milliseconds on a busy machine.
 *
 *   npm run bench:paint
 */

const windows = 3;
const clicks = 5;
const blocks = 334;
const channels = 8;
const kinds = ['model', 'picture', 'text'] as const;
type Kind = (typeof kinds)[number];

async function main(): Promise<void> {
  const home = createHome();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-paint-'));
  let server: Server | undefined;
  let browser: Browser | undefined;
  try {
    installVsix(home, (await makePackage(currentTarget())).file);
    const bytes = writeFiles(folder);
    server = await startServer(home);
    browser = await launchBrowser();
    console.log(`Files of ${(bytes / 1024).toFixed(0)} KB; the model has ${3 * blocks} nodes`);
    const times: Record<Kind, { first: number[]; later: number[] }> = {
      model: { first: [], later: [] },
      picture: { first: [], later: [] },
      text: { first: [], later: [] },
    };
    for (let i = 0; i < windows; i++) {
      const window = await WorkbenchWindow.open(browser, server, folder);
      // who comes first warms what the others use, too
      const order = kinds.map((_, at) => kinds[(i + at) % kinds.length]);
      for (let click = 0; click < clicks; click++)
        for (const kind of order) {
          const time = await clicked(window.page, `${kind}-${click}`);
          times[kind][click === 0 ? 'first' : 'later'].push(time);
        }
      await window.close();
    }
    for (const when of ['first', 'later'] as const) {
      console.log(`From the click to its frame, ms, ${when} click of a window: median, all`);
      for (const kind of kinds) {
        const ratio =
          kind === 'model' ? '' : `  the model is ${ratioOf(times.model[when], times[kind][when])} times that`;
        const all = times[kind][when].map((time) => time.toFixed(0)).join(' ');
        console.log(`  ${kind.padEnd(8)} ${median(times[kind][when]).toFixed(0).padStart(6)}   ${all}${ratio}`);
      }
    }
  } finally {
    await browser?.close();
    await server?.stop();
    for (const made of [home.root, folder]) fs.rmSync(made, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** `model-I.onnx`, `picture-I.png` and `text-I.txt`. @returns the size of each of them */
function writeFiles(folder: string): number {
  const model = convolutions(folder, 'model', blocks, channels);
  const bytes = fs.statSync(model).size;
  const line = 'norm(x) = gamma * (x - mean) / sqrt(variance + epsilon) + beta\n';
  const text = line.repeat(Math.ceil(bytes / line.length)).slice(0, bytes);
  const side = Math.round(Math.sqrt(bytes / 3));
  // noise cannot be packed
  const picture = encode({ width: side, height: side, channels: 3, data: randomBytes(3 * side * side) });
  for (let i = 0; i < clicks; i++) {
    fs.copyFileSync(model, path.join(folder, `model-${i}.onnx`));
    fs.writeFileSync(path.join(folder, `text-${i}.txt`), text);
    fs.writeFileSync(path.join(folder, `picture-${i}.png`), picture);
  }
  fs.rmSync(model);
  return bytes;
}

/** When the largest text or picture of a frame was painted, once the content is there; the browser itself notes it. */
const shownIn = `new Promise((resolve) => {
  if (!document.querySelector('[data-testid=tile-layers], .image img')) return resolve(null);
  new PerformanceObserver((list) => {
    const content = list.getEntries().filter(({ element }) => element && !element.closest('.loading'));
    if (content.length) resolve(performance.timeOrigin + content.at(-1).startTime);
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  setTimeout(() => resolve(null), 1000);
})`;

/** @returns milliseconds */
async function clicked(page: Page, name: string): Promise<number> {
  const row = page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
  await page.evaluate(`document.addEventListener('mousedown', () => {
    globalThis.clickedAt = performance.timeOrigin + performance.now();
    globalThis.shownAt = undefined;
    requestAnimationFrame(function look() {
      const tab = document.querySelector('.tab.active');
      const line = document.querySelector('.editor-group-container.active .monaco-editor .view-line span');
      if (!tab?.textContent.includes(${JSON.stringify(name)}) || !line?.textContent) return requestAnimationFrame(look);
      requestAnimationFrame(() => (globalThis.shownAt = performance.timeOrigin + performance.now()));
    });
  }, { capture: true, once: true })`);
  await row.click();
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await page.waitForTimeout(100)) {
    const clickedAt = await page.evaluate<number>('globalThis.clickedAt');
    for (const frame of page.frames()) {
      const look = frame === page.mainFrame() ? 'globalThis.shownAt' : shownIn;
      const shownAt = await frame.evaluate<number | null | undefined>(look).catch(() => null);
      if (shownAt && shownAt > clickedAt) {
        await page.waitForTimeout(500);
        return shownAt - clickedAt;
      }
    }
  }
  throw new Error(`${name} was not shown within a minute`);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function ratioOf(a: readonly number[], b: readonly number[]): string {
  return (median(a) / median(b)).toFixed(2);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
