import assert from 'node:assert/strict';
import esbuild, { type Metafile } from 'esbuild';
import path from 'node:path';

const root = path.resolve(__dirname, '../../..');

/** Rooms of which activation may load nothing but what is named: the rest comes with the first model, command or question. */
const rooms: Readonly<Record<string, RegExp>> = {
  formats:
    /^src\/formats\/(jsonShape|tfjs\/(parseJson|jsonIndex|jsonRows|jsonPlace|jsonAccess|topology|statedLayers|inboundNodes|statedTensor))\.ts$/,
  rules: /^src\/rules\/(severities|words)\.ts$/,
  engine:
    /^src\/engine\/(engineClient|engineText|factsParts|compareModel|transport|forkTransport|nodeFolder|nodeFile|editedFolder|web\/workerTransport)\.ts$/,
  reports: /^src\/reports\/pageHtml\.ts$/,
  ...Object.fromEntries(
    ['layers', 'variants', 'autodiff', 'training', 'experiments', 'cli'].map((room) => [room, /^$/]),
  ),
};

/** Files that run when the bundle of an entry is loaded: those reached without an `import()`. */
async function loadedAtOnce(entry: string): Promise<{ files: string[]; bytes: number; outside: string[] }> {
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    preserveSymlinks: true,
    entryPoints: [entry],
    outdir: 'out',
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['vscode', 'onnxruntime-node', 'onnxruntime-web', 'onnxruntime-common'],
  });
  const files = [entry];
  const outside = new Set<string>();
  for (const file of files)
    for (const { path: imported, kind, external } of metafile.inputs[file].imports) {
      if (external) outside.add(imported);
      else if (kind !== 'dynamic-import' && !files.includes(imported)) files.push(imported);
    }
  return { files, bytes: bytesOf(metafile, files), outside: [...outside].sort() };
}

function bytesOf({ outputs }: Metafile, files: readonly string[]): number {
  const [{ inputs }] = Object.values(outputs).filter((o) => o.entryPoint !== undefined);
  return files.reduce((sum, file) => sum + (inputs[file]?.bytesInOutput ?? 0), 0);
}

describe('a start of the other entries', () => {
  const later = /^src\/(formats|layers|variants|autodiff|training|experiments\/catalogue|reports\/\w*(Text|Report))\b/;
  const apart =
    /^src\/(formats\/jsonShape|layers\/layerView|training\/hostTensor|variants\/normFolding|reports\/\w*textTable)\.ts$/i;
  for (const entry of ['src/engine/child.ts', 'src/cli/main.ts'])
    it(`of ${path.basename(entry)} loads no reader, variant, training or report`, async () => {
      const { files, outside } = await loadedAtOnce(entry);
      assert.deepEqual(
        files.filter((file) => later.test(file) && !apart.test(file)),
        [],
      );
      assert.deepEqual(
        outside.filter((module) => module.startsWith('onnx')),
        [],
      );
    });
});

describe('activation', () => {
  for (const entry of ['src/extension/extension.ts', 'src/extension/webExtension.ts']) {
    it(`of ${path.basename(entry)} loads nothing before it is needed`, async () => {
      const { files, bytes, outside } = await loadedAtOnce(entry);
      const early = files.filter((file) => {
        const allowed = rooms[/^src\/(\w+)\//.exec(file)?.[1] ?? ''];
        return allowed !== undefined && !allowed.test(file);
      });
      assert.deepEqual(early, []);
      const packages = files.filter((file) => file.startsWith('node_modules/'));
      assert.deepEqual([...new Set(packages.map((file) => file.split('/')[1]))], ['jsonc-parser']);
      assert.ok(bytes < 160 * 1024, `${bytes} bytes`);
      const modules = entry.includes('web') ? [] : ['node:child_process', 'node:fs', 'node:path'];
      assert.deepEqual(outside, [...modules, 'vscode']);
    });
  }
});
