import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import esbuild, { type Plugin } from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(__dirname, '../../..');
const folder = path.join(root, 'out/test/parts');
const tool: string = '../../../src/tools/parts.mjs';

/** More than goes along with an entry. */
const long = `const table = [${'0, '.repeat(8000)}0];`;

const sources: Readonly<Record<string, string>> = {
  'main.ts': `
    import { Fault, state } from './common';
    console.log('at once', globalThis.loaded.join());
    async function run() {
      state.count++;
      await import('./first');
      try {
        (await import('./second')).fail();
      } catch (error) {
        console.log(error instanceof Fault, state.count, globalThis.loaded.join());
      }
      console.log((await import('./tiny')).value);
      console.log(await (await import('./first')).asked());
    }
    void run();`,
  'common.ts': `
    (globalThis.loaded ??= []).push('common');
    export class Fault extends Error {}
    export const state = { count: 0 };`,
  'first.ts': `
    import { large } from './large';
    import { state } from './common';
    globalThis.loaded.push('first');
    state.count += large.length;
    export const asked = async () => (await import('./little')).value;`,
  'second.ts': `
    import { large } from './large';
    import { named } from './small';
    import { Fault } from './common';
    globalThis.loaded.push(named);
    export function fail(): never {
      throw new Fault(String(large.length));
    }`,
  'large.ts': `globalThis.loaded.push('large'); ${long} export const large = table;`,
  // lies in the entry's file and runs when it is asked for all the same
  'tiny.ts': `export const value = globalThis.loaded.length;`,
  // asked for by a part: the entry's file does not give it away
  'little.ts': `export const value = globalThis.loaded.join();`,
  'small.ts': `export const named = 'second';`,
};

describe('bundles in parts', function () {
  this.timeout(20_000);

  async function build(minify: boolean): Promise<string[]> {
    const { inParts } = (await import(tool)) as { inParts: () => Plugin };
    const { metafile } = await esbuild.build({
      absWorkingDir: folder,
      entryPoints: { program: 'main.ts' },
      outdir: 'dist',
      bundle: true,
      platform: 'node',
      format: 'cjs',
      minify,
      banner: { js: '#!/usr/bin/env node' },
      sourcemap: minify ? false : 'linked',
      metafile: true,
      logLevel: 'silent',
      plugins: [inParts()],
    });
    return Object.keys(metafile.outputs)
      .map((file) => path.basename(file))
      .filter((file) => !file.endsWith('.map'))
      .sort();
  }

  before(() => {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
    for (const [file, text] of Object.entries(sources)) fs.writeFileSync(path.join(folder, file), text);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  for (const minify of [false, true])
    it(`load what is needed, each module once${minify ? ', minified' : ''}`, async () => {
      const files = await build(minify);
      assert.deepEqual(files, [
        'program.first.js',
        'program.js',
        'program.little.js',
        'program.second.js',
        'program.shared1.js',
      ]);
      const [program] = files.filter((file) => file === 'program.js').map((file) => path.join(folder, 'dist', file));
      const { stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
      assert.equal(stderr, '');
      assert.deepEqual(stdout.split('\n'), [
        'at once common',
        'true 8002 common,large,first,second',
        '4',
        'common,large,first,second',
        '',
      ]);
      assert.ok(fs.statSync(program).size < 4096);
      assert.match(fs.readFileSync(program, 'utf8'), /^#!\/usr\/bin\/env node\n/);
      assert.doesNotMatch(fs.readFileSync(path.join(folder, 'dist/program.first.js'), 'utf8'), /^#!/);
    });

  it('point to the sources, and leave no old file behind', async () => {
    fs.writeFileSync(path.join(folder, 'dist/program.old.js'), '');
    await build(false);
    const written = fs.readdirSync(path.join(folder, 'dist'));
    assert.ok(!written.includes('program.old.js'));
    const map = JSON.parse(fs.readFileSync(path.join(folder, 'dist/program.second.js.map'), 'utf8')) as {
      sources: string[];
      sourcesContent: string[];
    };
    assert.equal(map.sourcesContent[map.sources.indexOf('../second.ts')], sources['second.ts']);
  });

  it('say what is wrong in a source', async () => {
    fs.writeFileSync(path.join(folder, 'small.ts'), 'export const named = ;');
    await assert.rejects(build(true), /small\.ts:1:21: ERROR: Unexpected ";"/);
    fs.writeFileSync(path.join(folder, 'small.ts'), sources['small.ts']);
  });
});
