import { chromium, type Browser } from 'playwright-core';
import { findChromium } from './chromium';

/** A headless Chromium, fit for a container (no sandbox) and silent (no background traffic). */
export async function launchBrowser(): Promise<Browser> {
  const { executablePath, env } = await findChromium();
  return chromium.launch({
    executablePath,
    env: { ...(process.env as Record<string, string>), ...env },
    headless: true,
    // the callers end it themselves, after the server
    handleSIGINT: false,
    handleSIGTERM: false,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
