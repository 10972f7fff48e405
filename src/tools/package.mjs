// Makes a VSIX: npm run package [-- --target linux-x64|...|universal] [--out FILE]
// Everything is laid out in out/package/<target> first, so that the packages of two targets never mix.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from '../../esbuild.mjs';
import { isMain } from './isMain.mjs';
import { copyRuntime, currentTarget, nativeTargets, universal } from './runtime.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Largest size of a package in bytes. */
export function budget(target) {
  return (target === universal ? 8 : 26) * 1024 * 1024;
}

/** Where the package of a target goes unless told otherwise. */
export function vsixFile(target) {
  const { version, name } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  return path.join(root, `out/${name}-${version}-${target}.vsix`);
}

/**
 * @param {string} target
 * @param {string} [file] where the VSIX goes
 * @returns {Promise<{ file: string, bytes: number }>}
 * @throws when vsce fails or the package is larger than its budget
 */
export async function makePackage(target, file) {
  if (target !== universal && !nativeTargets.includes(target))
    throw new Error(`no such target: ${target}; there are ${[universal, ...nativeTargets].join(', ')}`);
  const vsix = file ? path.resolve(file) : vsixFile(target);
  const stage = path.join(root, 'out/package', target);
  fs.rmSync(stage, { recursive: true, force: true });
  fs.mkdirSync(stage, { recursive: true });
  await build({ outdir: path.join(stage, 'dist'), production: true });
  copyRuntime(root, path.join(stage, 'dist'), target);
  const texts = ['package.nls.json', 'package.nls.it.json'];
  for (const part of ['package.json', ...texts, '.vscodeignore', 'README.md', 'CHANGELOG.md', 'LICENSE', 'media'])
    fs.cpSync(path.join(root, part), path.join(stage, part), { recursive: true });

  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  const args = [
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--out',
    vsix,
  ];
  if (target !== universal) args.push('--target', target);
  const { status, stdout, stderr } = spawnSync(process.execPath, [vsce, ...args], { cwd: stage, encoding: 'utf8' });
  if (status !== 0) throw new Error(`vsce failed (${status})\n${stdout}${stderr}`);
  const bytes = fs.statSync(vsix).size;
  if (bytes > budget(target))
    throw new Error(
      `${vsix} has ${megabytes(bytes)}, more than the ${megabytes(budget(target))} a ${target} package may have`,
    );
  return { file: vsix, bytes };
}

const megabytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(2)} MB`;

async function main() {
  const { values } = parseArgs({ options: { target: { type: 'string' }, out: { type: 'string' } } });
  const target = values.target ?? currentTarget();
  const { file, bytes } = await makePackage(target, values.out);
  console.log(
    `${path.relative(process.cwd(), file)}: ${megabytes(bytes)} (${target}, at most ${megabytes(budget(target))})`,
  );
}

if (isMain(import.meta.url))
  main().catch((error) => {
    if (!error.errors) console.error(error.message); // esbuild has printed its own
    process.exit(1);
  });
