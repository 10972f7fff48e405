// npm start [-- path/to/model]: builds, analyses and profiles a model in the terminal, then opens it in VS Code.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ensureInstalled, npm, root } from './npm.mjs';
import { writeOpener } from './opener.mjs';

const code = process.platform === 'win32' ? 'code.cmd' : 'code';

function main() {
  const [given, ...rest] = process.argv.slice(2);
  if (rest.length || given?.startsWith('-')) {
    console.error('usage: npm start [-- path/to/model.onnx or model.json]');
    return 2;
  }
  // npm runs us in the repository; the user's paths are relative to where they typed
  const model = given
    ? path.resolve(process.env.INIT_CWD ?? process.cwd(), given)
    : path.join(root, 'media/samples/sample.onnx');
  ensureInstalled();
  console.log('Building ...');
  if (!npm(['run', '--silent', 'build'])) return 1;

  for (const args of [
    ['analyze', model, '--fail-on', 'never'],
    ['profile', model],
  ]) {
    console.log(`\n> normscope ${args[0]} ${path.relative(process.cwd(), model)}\n`);
    const { status } = spawnSync(process.execPath, [path.join(root, 'dist/cli.js'), ...args], { stdio: 'inherit' });
    if (status !== 0) return status ?? 1;
  }
  console.log('');
  return openInEditor(model);
}

function openInEditor(model) {
  if (process.env.CI || !(hasDisplay() || inRemoteTerminal())) return explain(model);
  if (onPath(code)) return openInCode(model);
  if (process.platform === 'linux' && (process.env.BROWSER || onPath('xdg-open')))
    return npm(['run', '--silent', 'workbench', '--', model]) ? 0 : 1;
  return explain(model);
}

/** The user's own VS Code, in a window of its own that has the extension as it was just built. */
function openInCode(model) {
  const folder = path.dirname(model);
  if (inRemoteTerminal()) {
    // there `code` takes no development path: install the package
    const vsix = path.join(root, 'out/normscope.vsix');
    if (!npm(['run', '--silent', 'package', '--', '--out', vsix])) return 1;
    if (!runCode(['--install-extension', vsix, '--force'])) return 1;
    return runCode([folder, model]) ? 0 : 1;
  }
  console.log('Opening VS Code ...');
  const extensions = [root, writeOpener(model)].map((extension) => `--extensionDevelopmentPath=${extension}`);
  return runCode(['--new-window', ...extensions, folder]) ? 0 : 1;
}

function runCode(args) {
  const quoted = process.platform === 'win32' ? args.map((arg) => `"${arg}"`) : args;
  const { status } = spawnSync(code, quoted, {
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  return status === 0;
}

function explain(model) {
  console.log(`There is no display here to open VS Code on. To go on:
  - in VS Code: npm run package, then "Extensions: Install from VSIX..." and open ${model}
  - in a browser on this machine, or elsewhere through a forwarded port: npm run workbench -- ${model}`);
  return 0;
}

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** A terminal inside VS Code that works on this machine over SSH, in a container or in WSL. */
function inRemoteTerminal() {
  return Boolean(process.env.VSCODE_IPC_HOOK_CLI);
}

function onPath(program) {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => fs.existsSync(path.join(folder, program)));
}

process.exitCode = main();
