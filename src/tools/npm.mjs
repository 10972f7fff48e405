import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const onWindows = process.platform === 'win32';
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * Runs npm in the repository, printing what it prints; standard input is closed.
 *
 * @param {string[]} args
 * @param {Record<string, string>} [env] beyond this process's own
 * @returns {boolean} whether it succeeded
 */
export function npm(args, env = {}) {
  const [command, rest, options] = npmCommand(args);
  const stdio = ['ignore', 'inherit', 'inherit'];
  return spawnSync(command, rest, { ...options, stdio, env: { ...process.env, ...env } }).status === 0;
}

/**
 * Runs npm beside what else is running.
 *
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, signal?: AbortSignal }} [options] `env` beyond this process's own; `signal` sends npm and
 *   all that it started the system's signal that is its reason
 * @returns {Promise<{ ok: boolean, output: string }>} at its end, with all that it printed
 */
export function npmBeside(args, { env = {}, signal } = {}) {
  const [command, rest, options] = npmCommand(args);
  return new Promise((resolve) => {
    const child = spawn(command, rest, {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      detached: !onWindows, // in a group of its own, to be ended whole
    });
    signal?.addEventListener('abort', () => endGroup(child.pid, signal.reason), { once: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', ({ message }) => resolve({ ok: false, output: `${output}${message}\n` }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
    // what it left behind may keep the pipes open
    child.on('exit', () =>
      setTimeout(() => [child.stdout, child.stderr].forEach((pipe) => pipe.destroy()), 5000).unref(),
    );
  });
}

function endGroup(pid, signal) {
  if (pid === undefined) return;
  if (onWindows) spawnSync('taskkill', ['/pid', String(pid), '/T', '/F']);
  else
    try {
      process.kill(-pid, signal);
    } catch {
      // it has ended by itself
    }
}

/** The npm that started us, or the one on the path (a .cmd file on Windows, which needs a shell). */
function npmCommand(args) {
  const script = process.env.npm_execpath;
  return script?.endsWith('npm-cli.js')
    ? [process.execPath, [script, ...args], { cwd: root }]
    : ['npm', args, { cwd: root, shell: onWindows }];
}

/** Installs the dependencies unless node_modules holds just what the lock file asks for; ends the process if that fails. */
export function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`NormScope needs Node 20.19 or newer; this is ${process.versions.node}`);
    process.exit(1);
  }
  if (isInstalled()) return;
  console.log('Installing dependencies ...');
  if (!npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'])) {
    console.error('npm ci failed: see above');
    process.exit(1);
  }
}

function isInstalled() {
  const read = (file) => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8')).packages;
  const record = 'node_modules/.package-lock.json';
  if (!fs.existsSync(path.join(root, record))) return false;
  const installed = read(record);
  return Object.entries(read('package-lock.json')).every(([place, { version, optional, devOptional }]) => {
    if (place === '') return true;
    if (installed[place] === undefined) return optional || devOptional; // for another platform
    return installed[place].version === version;
  });
}
