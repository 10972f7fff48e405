import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { installServer, serverNode, vscodeRoot } from './install';

/** The folders of one VS Code: nothing of the user's own is read or written. */
export interface Home {
  root: string;
  user: string;
  extensions: string;
  server: string;
}

export interface Server {
  port: number;
  /** host:port, as in vscode-remote:// addresses */
  authority: string;
  url: string;
  log: string;
  stop(): Promise<void>;
}

/** VS Code without what is slow, needs the network or differs from run to run. */
const settings: Record<string, unknown> = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'editor.hover.delay': 100,
  'git.enabled': false,
  'window.confirmBeforeClose': 'never',
  'window.autoDetectColorScheme': true,
};

/** Built-in extensions that want an account, the network or native modules. */
const hiddenExtensions = new Set([
  'copilot',
  'git',
  'git-base',
  'github',
  'github-authentication',
  'mermaid-markdown-features',
  'microsoft-authentication',
  'ms-vscode.js-debug',
  'ms-vscode.js-debug-companion',
  'ms-vscode.vscode-js-profile-table',
  'terminal-suggest',
  'tunnel-forwarding',
]);

const serverMain = path.join(vscodeRoot, 'out/server-main.js');

/**
 * Empty folders for one VS Code, with our settings, under the system's temporary folder; the caller removes `root`.
 *
 * @param further settings beyond ours
 */
export function createHome(further: Record<string, unknown> = {}): Home {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-workbench-'));
  const home = {
    root,
    user: path.join(root, 'user'),
    extensions: path.join(root, 'extensions'),
    server: path.join(root, 'server'),
  };
  for (const folder of [home.extensions, home.server, path.join(home.user, 'User')])
    fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(home.user, 'User/settings.json'), JSON.stringify({ ...settings, ...further }, null, 2));
  return home;
}

/** @throws with VS Code's output when it does not accept the package */
export function installVsix(home: Home, vsix: string): void {
  installServer();
  const args = [serverMain, ...folderArguments(home), '--install-extension', vsix, '--force'];
  const { status, stdout, stderr } = spawnSync(serverNode(), args, { encoding: 'utf8' });
  if (status !== 0 || !stdout.includes('successfully installed'))
    throw new Error(`VS Code did not install ${vsix} (${status})\n${stdout}${stderr}`);
}

export interface ServerOptions {
  env?: Record<string, string>;
  /**
   * The page obeys extensionDevelopmentPath and extensionTestsPath only with the smoke-test driver, which hides notification
   * toasts: on for tests inside the extension host, off for tests with the mouse.
   */
  inHostTests?: boolean;
  /** Folders of further extensions, unpacked. */
  extensions?: string[];
  /** Folders are not trusted until the user says so, as they are in VS Code by default. */
  workspaceTrust?: boolean;
}

/** @throws with the end of its log when the server is not up within 60 seconds */
export async function startServer(
  home: Home,
  { env = {}, inHostTests = false, extensions = [], workspaceTrust = false }: ServerOptions = {},
): Promise<Server> {
  installServer();
  const log = path.join(home.root, 'server.log');
  const output = fs.openSync(log, 'w');
  const args = [
    serverMain,
    ...['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--accept-server-license-terms'],
    ...['--telemetry-level', 'off', '--reconnection-grace-time', '1'],
    ...(workspaceTrust ? [] : ['--disable-workspace-trust']),
    ...(inHostTests ? ['--enable-smoke-test-driver'] : []),
    ...['--builtin-extensions-dir', builtinExtensions(home, extensions)],
    ...folderArguments(home),
  ];
  // in a process group of its own, so that its extension hosts and watchers end with it
  const child = spawn(serverNode(), args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
    detached: true,
  });
  let running = true;
  const ended = new Promise<void>((resolve) =>
    child.on('exit', () => {
      running = false;
      resolve();
    }),
  );
  const signal = (name: NodeJS.Signals) => {
    try {
      process.kill(-child.pid!, name);
    } catch {
      // the group is gone
    }
  };
  const stop = async () => {
    signal('SIGTERM');
    await Promise.race([ended, wait(5000)]);
    signal('SIGKILL');
    fs.closeSync(output);
  };
  for (const deadline = Date.now() + 60_000; running && Date.now() < deadline; await wait(100)) {
    const port = /Extension host agent listening on (\d+)/.exec(fs.readFileSync(log, 'utf8'))?.[1];
    if (!port) continue;
    const authority = `127.0.0.1:${port}`;
    return { port: Number(port), authority, url: `http://${authority}`, log, stop };
  }
  await stop();
  throw new Error(`VS Code's server did not start\n${fs.readFileSync(log, 'utf8').slice(-3000)}`);
}

/** The address of a window on `folder`; `payload`: the page's own arguments, as [name, value] pairs. */
export function windowUrl(server: Server, folder: string, payload: [string, string][] = []): string {
  const url = new URL(server.url);
  url.searchParams.set('folder', folder);
  if (payload.length) url.searchParams.set('payload', JSON.stringify(payload));
  return url.toString();
}

function folderArguments(home: Home): string[] {
  return ['--user-data-dir', home.user, '--extensions-dir', home.extensions, '--server-data-dir', home.server];
}

/** A folder of links: VS Code's own extensions that are wanted here, and `further` ones. */
function builtinExtensions(home: Home, further: string[]): string {
  const folder = path.join(home.root, 'builtin');
  fs.mkdirSync(folder);
  const all = path.join(vscodeRoot, 'extensions');
  const own = fs.readdirSync(all).filter((name) => !hiddenExtensions.has(name));
  for (const extension of [...own.map((name) => path.join(all, name)), ...further])
    if (fs.existsSync(path.join(extension, 'package.json')))
      fs.symlinkSync(extension, path.join(folder, path.basename(extension)));
  return folder;
}

export const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
