import fs from 'node:fs';
import path from 'node:path';
import {
  errors,
  type Browser,
  type BrowserContext,
  type ConsoleMessage,
  type FrameLocator,
  type Locator,
  type Page,
} from 'playwright-core';
import { windowUrl, type Server } from './server';

const screenshots = path.resolve(__dirname, '../../out/screenshots');

export type Theme = 'light' | 'dark';

/** Where a webview's scripts come from; the workbench's own complaints (accounts, the gallery) are not ours. */
const ourScript = /\/normscope\.normscope-[^/]*\//;

export interface Problem {
  severity: 'error' | 'warning' | 'information';
  message: string;
}

/** One window of VS Code, worked as a person would: by keyboard, mouse and looking. */
export class WorkbenchWindow {
  /** Errors that our pages threw or wrote to the console, and every breach of a content security policy. */
  readonly pageErrors: string[] = [];

  private constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
  ) {}

  /** A fresh window: no editor open, no state of another window, an extension host of its own. */
  static async open(browser: Browser, server: Server, folder: string): Promise<WorkbenchWindow> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' });
    const page = await context.newPage();
    const window = new WorkbenchWindow(page, context);
    page.on('console', (message) => window.noteConsole(message));
    page.on('pageerror', (error) => window.notePageError(error));
    await page.goto(windowUrl(server, folder));
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    await window.waitForExtension();
    return window;
  }

  /** Until VS Code has read what extensions contribute, it opens a model as any binary file: waits for a command of ours. */
  private async waitForExtension(): Promise<void> {
    await this.listed('F1', '>NormScope: Analyze Model', 'NormScope: Analyze Model');
    await this.page.keyboard.press('Escape');
    await this.quickInput().waitFor({ state: 'hidden' });
  }

  /**
   * Does what should make something appear and looks for it, again and again and each time more patiently, for a minute: on a quiet
   * machine nothing is waited for in vain, and on a busy one the last attempts have the time that they need.
   *
   * @param look takes what it sees within so many milliseconds: it may be gone a moment later
   * @returns whether, or what, it saw
   */
  private async insist<T>(act: () => Promise<void>, look: (patience: number) => Promise<T>): Promise<T | undefined> {
    const deadline = Date.now() + 60_000;
    for (let patience = 500; Date.now() < deadline; patience *= 1.5) {
      await act();
      const seen = await within(look(patience));
      if (seen !== undefined) return seen;
    }
    return undefined;
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  /** Reloads the window as VS Code itself does: it saves what is open, and starts a new extension host. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load', { timeout: 60_000 });
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
  }

  /** Runs a command of the palette by its title, such as "NormScope: Analyze Model". */
  async runCommand(title: string): Promise<void> {
    await this.pick('F1', `>${title}`, title);
  }

  /** Opens a file of the folder by its path or the end of it. */
  async openFile(file: string): Promise<void> {
    const name = path.posix.basename(file);
    for (let attempt = 1; ; attempt++) {
      await this.pick('Control+P', file, name);
      await this.page.locator('.tab.active', { hasText: name }).waitFor();
      if (!name.endsWith('.onnx') || (await this.isInModelView())) return;
      // a window that has just started knows the extension's commands before it knows its editors
      if (attempt === 5) throw new Error(`VS Code opens ${name} as a binary file`);
      await this.runCommand('View: Close Editor');
    }
  }

  /** Whether the active editor is the view of a model, and not VS Code's own words about a binary file. */
  private async isInModelView(): Promise<boolean> {
    const binary = this.page.getByText('The file is not displayed in the text editor');
    await binary.or(this.page.locator('iframe.webview.ready:visible')).first().waitFor({ timeout: 60_000 });
    return !(await binary.isVisible());
  }

  /** Puts the cursor of the active text editor at a place; both count from 1, in UTF-16 units. */
  async goTo(line: number, column: number): Promise<void> {
    const input = this.quickInput();
    const asked = await this.insist(
      async () => {
        await this.page.keyboard.press('Control+1'); // from wherever the focus is to the editor
        await this.page.keyboard.press('Control+G');
      },
      async (timeout) => {
        await input.fill(`:${line}:${column}`, { timeout });
        return true;
      },
    );
    if (!asked) throw new Error('VS Code does not ask for a line');
    await this.page.keyboard.press('Enter');
    await input.waitFor({ state: 'hidden' });
  }

  /**
   * Rests the mouse on a place of the active text editor.
   *
   * @param line from 1
   * @param column from 1, of the character that the mouse points at
   * @returns the hover's text
   * @throws when no hover with `expected` in it appears
   */
  async hoverAt(line: number, column: number, expected: string | RegExp): Promise<string> {
    await this.goTo(line, column);
    const cursor = this.page.locator('.editor-group-container.active .monaco-editor .cursor').first();
    const hover = this.page.locator('.monaco-hover:visible', { hasText: expected }).first();
    // sticky lines and lenses that come later move the text away from below the mouse, and while the editor scrolls to the place
    // there is no cursor: looks for it again, as a person would
    const text = await this.insist(
      async () => {
        const box = await within(cursor.boundingBox({ timeout: 1000 }));
        if (!box) return;
        await this.page.mouse.move(box.x + 60, box.y + box.height / 2);
        await this.page.mouse.move(box.x + 3, box.y + box.height / 2, { steps: 4 });
      },
      (timeout) => hover.innerText({ timeout }),
    );
    if (text === undefined) throw new Error(`no hover with ${String(expected)} at ${line}:${column}`);
    return text;
  }

  /** The line and column, from 1, of the first (or `nth`, from 0) occurrence of `text` in the file's own text. */
  static find(text: string, wanted: string, nth = 0): { line: number; column: number } {
    let at = -1;
    for (let i = 0; i <= nth; i++) {
      at = text.indexOf(wanted, at + 1);
      if (at < 0) throw new Error(`"${wanted}" occurs only ${i} times`);
    }
    const before = text.slice(0, at).split('\n');
    return { line: before.length, column: before.at(-1)!.length + 1 };
  }

  /** Opens the Problems panel and waits until a problem with `expected` is in it. @returns all that are shown */
  async problems(expected: string | RegExp): Promise<Problem[]> {
    const panel = this.page.locator('.markers-panel-container');
    if (!(await panel.isVisible())) await this.runCommand('Problems: Focus on Problems View');
    const rows = panel.locator('.monaco-list-row').filter({ has: this.page.locator('.marker-icon') });
    await rows.filter({ hasText: expected }).first().waitFor({ timeout: 30_000 });
    return Promise.all((await rows.all()).map(readProblem));
  }

  /** A notification with `text`. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast', { hasText: text });
  }

  /** The inside of the visible webview: VS Code's own frame holds a second one with the extension's page. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready:visible').frameLocator('iframe#active-frame');
  }

  /** Switches the colours of the window; waits until they are there. */
  async useTheme(theme: Theme): Promise<void> {
    await this.page.emulateMedia({ colorScheme: theme }); // the settings tell VS Code to follow the system's
    await this.page
      .locator(theme === 'dark' ? '.monaco-workbench.vs-dark' : '.monaco-workbench.vs')
      .first()
      .waitFor();
    if (await this.page.locator('iframe.webview.ready:visible').count())
      await this.webview().locator(`body.vscode-${theme}`).waitFor();
    await this.page.waitForTimeout(100); // webviews repaint
  }

  /** out/screenshots/NAME-light.png and NAME-dark.png. */
  async screenshot(name: string): Promise<void> {
    for (const theme of ['light', 'dark'] as const) {
      await this.useTheme(theme);
      await this.page.screenshot({ path: screenshotFile(`${name}-${theme}`) });
    }
  }

  /** The window as it is, for the record of a failure. */
  async snapshot(name: string): Promise<void> {
    await this.page.screenshot({ path: screenshotFile(name) });
  }

  /**
   * Waits until the quick input that a key opens lists `row`.
   *
   * @param key F1 for commands, Control+P for files
   */
  listed(key: string, typed: string, row: string): Promise<void> {
    return this.askUntil(key, typed, row, (first, timeout) => first.waitFor({ timeout }));
  }

  private pick(key: string, typed: string, row: string): Promise<void> {
    return this.askUntil(key, typed, row, (first, timeout) => first.click({ timeout }));
  }

  /**
   * Types into the quick input that a key opens, until something can be done with the row that it lists first. A key is lost while
   * the focus moves between frames, and the list holds what was known when it was asked for: closes it and asks again.
   */
  private async askUntil(
    key: string,
    typed: string,
    row: string,
    act: (first: Locator, timeout: number) => Promise<void>,
  ): Promise<void> {
    const input = this.quickInput();
    const rows = this.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row', { hasText: row });
    const done = await this.insist(
      async () => {
        if (await input.isVisible()) await this.page.keyboard.press('Escape');
        await this.page.keyboard.press(key);
        await within(input.fill(typed, { timeout: 2000 }));
      },
      async (timeout) => {
        await act(rows.first(), timeout);
        return true;
      },
    );
    if (!done) throw new Error(`VS Code does not list "${row}" for "${typed}"`);
  }

  private quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible input[type=text]');
  }

  private noteConsole(message: ConsoleMessage): void {
    if (message.type() !== 'error') return;
    const text = message.text();
    if (text.includes('Content Security Policy') || ourScript.test(message.location().url)) this.pageErrors.push(text);
  }

  private notePageError(error: Error): void {
    if (ourScript.test(error.stack ?? '')) this.pageErrors.push(`uncaught ${error.message}`);
  }
}

/** What Playwright gives within its time; undefined when that is over. */
async function within<T>(given: Promise<T>): Promise<T | undefined> {
  try {
    return await given;
  } catch (error) {
    if (error instanceof errors.TimeoutError) return undefined;
    throw error;
  }
}

async function readProblem(row: Locator): Promise<Problem> {
  const icon = (await row.locator('.marker-icon .codicon, .marker-icon.codicon').first().getAttribute('class')) ?? '';
  const severity = icon.includes('error') ? 'error' : icon.includes('warning') ? 'warning' : 'information';
  return { severity, message: (await row.innerText()).replace(/\s+/g, ' ').trim() };
}

function screenshotFile(name: string): string {
  fs.mkdirSync(screenshots, { recursive: true });
  return path.join(screenshots, `${name}.png`);
}
