// npm run workbench [-- MODEL]: the bundled VS Code with the extension installed, for a browser; ends with Ctrl+C.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { writeOpener } from '../../src/tools/opener.mjs';
import { makePackage } from '../../src/tools/package.mjs';
import { currentTarget } from '../../src/tools/runtime.mjs';
import { createHome, installVsix, startServer, windowUrl } from './server';

async function main(): Promise<void> {
  const given = process.argv[2];
  const model = given && path.resolve(process.env.INIT_CWD ?? process.cwd(), given);
  const { file } = await makePackage(currentTarget());
  const home = createHome();
  installVsix(home, file);
  const server = await startServer(home, { extensions: model ? [writeOpener(model)] : [] });
  const folder = model ? path.dirname(model) : path.resolve(__dirname, '../../media/samples');
  const url = windowUrl(server, folder);
  console.log(`VS Code with NormScope is at\n  ${url}\nCtrl+C ends it.`);
  openBrowser(url);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await server.stop();
  fs.rmSync(home.root, { recursive: true, force: true, maxRetries: 5 });
}

function openBrowser(url: string): void {
  if (!process.env.DISPLAY && !process.env.WAYLAND_DISPLAY && !process.env.BROWSER) return;
  const child = spawn(process.env.BROWSER ?? 'xdg-open', [url], { stdio: 'ignore', detached: true });
  child.on('error', () => console.log('no browser could be started: open the address above'));
  child.unref();
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
