// Bundles the extension host, the engine's process, the command line and the webview into dist/.
//   node esbuild.mjs [--production] [--watch]
// As a module: build({ outdir, production, target }).
import esbuild from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMain } from './src/tools/isMain.mjs';
import { thirdPartyNotices } from './src/tools/notices.mjs';
import { inParts } from './src/tools/parts.mjs';

const root = path.dirname(fileURLToPath(import.meta.url));

// The oldest hosts we run on: VS Code 1.95 (Electron 32) and the Node of package.json's engines.
// jsonc-parser's `main` is UMD, whose requires no bundler can follow: its `module` comes first.
const node = { platform: 'node', format: 'cjs', target: 'node20.18', mainFields: ['module', 'main'] };
// The extension host of a browser is a web worker with a `require` for 'vscode' alone.
const webHost = { platform: 'browser', format: 'cjs', target: 'chrome128', external: ['vscode'] };
const browser = { platform: 'browser', format: 'iife', target: 'chrome128' };

// ONNX Runtime stays outside: it finds its binaries relative to its own files (see src/tools/runtime.mjs).
export const external = ['vscode', 'onnxruntime-node', 'onnxruntime-web', 'onnxruntime-common'];

/** What is built, by the file in dist/ that it becomes. */
export const bundles = [
  { name: 'extension', source: 'src/extension/extension.ts', ...node },
  { name: 'engine', source: 'src/engine/child.ts', ...node },
  { name: 'cli', source: 'src/cli/main.ts', ...node, banner: { js: '#!/usr/bin/env node' } },
  { name: 'webview', source: 'webview/main.ts', ...browser },
  { name: 'experiments', source: 'webview/experiments.ts', ...browser },
  { name: 'web/extension', source: 'src/extension/webExtension.ts', ...webHost },
  { name: 'web/engine', source: 'src/engine/web/worker.ts', ...browser },
];

/**
 * @param {{ outdir?: string, production?: boolean, watch?: boolean }} options
 * @returns {Promise<{ file: string, bytes: number }[]>} what was written; in watch mode it stays open
 */
export async function build({ outdir = 'dist', production = false, watch = false } = {}) {
  const out = path.resolve(root, outdir);
  const written = [];
  const inputs = new Set();
  const building = watch && reporter(bundles.map(({ name }) => name));
  for (const { name, source, ...settings } of bundles) {
    const options = {
      ...settings,
      absWorkingDir: root,
      entryPoints: { [name]: source },
      outdir: out,
      bundle: true,
      minify: production,
      sourcemap: production ? false : 'linked',
      legalComments: 'none', // in THIRD_PARTY_NOTICES.txt
      define: { 'process.env.NODE_ENV': production ? '"production"' : '"development"' },
      external: settings.platform === 'node' ? external : (settings.external ?? []),
      metafile: true,
      logLevel: 'warning',
      plugins: settings.platform === 'node' ? [inParts()] : [],
    };
    if (watch) {
      const context = await esbuild.context({ ...options, plugins: [...options.plugins, building(name)] });
      await context.watch();
      continue;
    }
    const { metafile } = await esbuild.build(options);
    for (const input of Object.keys(metafile.inputs)) inputs.add(input);
    for (const [file, { bytes }] of Object.entries(metafile.outputs))
      if (!file.endsWith('.map')) written.push({ file: path.resolve(root, file), bytes });
  }
  if (production) {
    const file = path.join(out, 'THIRD_PARTY_NOTICES.txt');
    fs.writeFileSync(file, thirdPartyNotices(root, inputs, external.slice(1)));
    written.push({ file, bytes: fs.statSync(file).size });
  }
  const cli = path.join(out, 'cli.js');
  if (!watch && fs.existsSync(cli)) fs.chmodSync(cli, 0o755);
  return written;
}

/** Says when a round of builds begins and ends, in the words that .vscode/tasks.json waits for. */
function reporter(names) {
  const pending = new Set(names); // the first round is over when all were built once
  const begin = () => console.log('[watch] build started');
  begin();
  return (name) => ({
    name: 'reporter',
    setup({ onStart, onEnd }) {
      onStart(() => {
        if (!pending.size) begin();
        pending.add(name);
      });
      onEnd(() => {
        pending.delete(name);
        if (!pending.size) console.log('[watch] build finished');
      });
    },
  });
}

async function main() {
  const { values } = parseArgs({ options: { production: { type: 'boolean' }, watch: { type: 'boolean' } } });
  const written = await build(values);
  for (const { file, bytes } of written)
    console.log(`${path.relative(root, file).padEnd(28)} ${(bytes / 1024).toFixed(1).padStart(8)} KB`);
}

if (isMain(import.meta.url))
  main().catch((error) => {
    if (!error.errors) console.error(error.message); // esbuild has printed its own errors, with their places
    process.exit(1);
  });
