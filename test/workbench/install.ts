import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** The folder with the two package.json files whose packages make the workbench. */
export const workbenchFolder = __dirname;
export const vscodeRoot = path.join(__dirname, 'server/node_modules/code-server/lib/vscode');

/** True where VS Code's server can be run from packages of the npm registry. */
export const workbenchSupported = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);

/**
 * Installs VS Code's server unless the installed one matches the lock file. Reaches the package registry and nothing else,
 * and runs no install script: the two native modules that would need one have stand-ins in server/stubs.
 *
 * @throws with npm's output when the packages cannot be installed
 */
export function installServer(): void {
  if (!workbenchSupported)
    throw new Error(`the bundled workbench runs on Linux only, not on ${process.platform} ${process.arch}`);
  installPackages('server', (modules) => {
    const remove = (...parts: string[]) => fs.rmSync(path.join(modules, ...parts), { recursive: true, force: true });
    // half of the 480 MB is never loaded
    for (const part of ['include', 'share', 'lib']) remove(`node-linux-${process.arch}`, part);
    for (const name of ['copilot', 'mermaid-markdown-features']) remove('code-server/lib/vscode/extensions', name);
    const ripgrep = '@vscode/ripgrep-universal/bin';
    for (const platform of fs.readdirSync(path.join(modules, ripgrep)))
      if (platform !== `linux-${process.arch}`) remove(ripgrep, platform);
    // the server and the page look for their modules beside VS Code's own files
    fs.symlinkSync('../../..', path.join(modules, 'code-server/lib/vscode/node_modules'), 'dir');
  });
}

/**
 * VS Code's server needs `module.registerHooks` and is tested with Node 24.
 *
 * @returns this process's Node if it is one, else the Node 24 that is installed with the server
 */
export function serverNode(): string {
  const bundled = path.join(workbenchFolder, `server/node_modules/node-linux-${process.arch}/bin/node`);
  return process.versions.node.startsWith('24.') || !fs.existsSync(bundled) ? process.execPath : bundled;
}

/**
 * `npm ci` in `workbenchFolder`/`name` unless it was done for the same lock file before.
 *
 * @param finish called with the node_modules folder after an installation
 */
export function installPackages(name: string, finish: (modules: string) => void): void {
  const folder = path.join(workbenchFolder, name);
  const modules = path.join(folder, 'node_modules');
  const mark = path.join(modules, '.installed');
  const wanted = createHash('sha256').update(fs.readFileSync(path.join(folder, 'package-lock.json')));
  wanted.update(fs.readFileSync(__filename)); // what is cut away changes with this file
  for (const file of stubFiles(folder)) wanted.update(fs.readFileSync(file));
  const digest = wanted.digest('hex');
  if (fs.existsSync(mark) && fs.readFileSync(mark, 'utf8') === digest) return;
  console.log(`installing the workbench's ${name}`);
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', env: cleanEnvironment() });
  if (status !== 0) throw new Error(`npm ci failed in ${folder} (${status})\n${stdout}${stderr}`);
  finish(modules);
  fs.writeFileSync(mark, digest);
}

function stubFiles(folder: string): string[] {
  const stubs = path.join(folder, 'stubs');
  if (!fs.existsSync(stubs)) return [];
  return fs
    .readdirSync(stubs, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((file) => path.join(stubs, file))
    .filter((file) => fs.statSync(file).isFile());
}

/** Without what an outer `npm run` put there: its settings are for the outer package. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|config_local_prefix)/.test(name),
  );
  return Object.fromEntries(entries);
}
