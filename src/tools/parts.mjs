// Bundles for Node in several files: what an entry loads at once is one, and what it loads later (`import()`) lies beside it.
import esbuild from 'esbuild';
import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';

/** What is smaller lies in the entry's file: a file of its own takes longer to find than that to compile. */
const SMALL_PART = 4 * 1024;
/** The same for what several parts share, which is needed more often. */
const SMALL_SHARED = 16 * 1024;

/**
 * An esbuild plugin for a build of one entry. It writes CommonJS: `<entry>.js`, `<entry>.<part>.js` for each `import()`, and
 * `<entry>.shared<n>.js` for what parts have in common. Every module is in one file only, as in a single bundle.
 *
 * Node looks at every function of a file that it loads: with all in one file a start takes three times as long. esbuild splits ES
 * modules alone, and what is loaded at once into dozens of files: they are bundled a second time.
 * @returns {esbuild.Plugin}
 */
export function inParts() {
  return {
    name: 'in-parts',
    setup({ initialOptions, onEnd }) {
      const { banner, ...options } = initialOptions;
      const split = { format: 'esm', splitting: true, write: false, metafile: true, minify: false, banner: undefined };
      Object.assign(initialOptions, split, options.sourcemap && { sourcemap: 'external' });
      onEnd(async (result) => {
        if (result.errors.length > 0) return;
        const { metafile } = await join(result, banner?.js ?? '', options);
        result.metafile.outputs = metafile.outputs;
      });
    },
  };
}

/** Bundles the files into which esbuild has split an entry. */
async function join(result, banner, options) {
  const [entry] = Object.keys(options.entryPoints);
  const main = `${entry}.js`;
  const files = splitFiles(result);
  const atOnce = [...loadedAtOnce(main, files)];
  const later = [...files.keys()].filter((file) => !atOnce.includes(file));
  const names = new Map(later.map((file) => [file, `${entry}.${partName(file, files, later)}`]));
  if (new Set(names.values()).size < names.size) throw new Error(`two parts of ${entry} have the same name`);

  // the entry's file gives its modules to the parts, by names that are unique in it
  const given = new Set(later.flatMap((file) => files.get(file).needs.filter((need) => atOnce.includes(need))));
  const unique = (file, name) => `${name}_${atOnce.indexOf(file)}`;
  const list = (file, one) => `{ ${files.get(file).exports.map(one).join(', ')} }`;
  const sources = {
    entry: () =>
      [
        `${banner}\nexport * from './${main}';`,
        ...Array.from(given, (file) => `export ${list(file, (x) => `${x} as ${unique(file, x)}`)} from './${file}';`),
      ].join('\n'),
    given: (file) => `export ${list(file, (x) => `${unique(file, x)} as ${x}`)} from './${main}';`,
    split: (file) => files.get(file).text,
  };
  const plugin = {
    name: 'join',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /./ }, ({ path: wanted, importer, namespace, kind }) => {
        if (kind === 'entry-point') return { path: wanted, namespace: wanted === entry ? 'entry' : 'split' };
        const file = path.basename(wanted);
        if (!wanted.startsWith('./') || namespace === 'given') return { path: wanted, external: true };
        if (!atOnce.includes(file)) return { path: `./${names.get(file)}.js`, external: true };
        return { path: file, namespace: namespace === 'entry' || atOnce.includes(importer) ? 'split' : 'given' };
      });
      for (const [namespace, source] of Object.entries(sources))
        onLoad({ filter: /./, namespace }, ({ path: file }) => ({ contents: source(file) }));
    },
  };
  const folder = path.resolve(options.absWorkingDir, options.outdir);
  fs.mkdirSync(folder, { recursive: true });
  for (const file of fs.readdirSync(folder)) if (file.startsWith(`${entry}.`)) fs.rmSync(path.join(folder, file));
  return esbuild.build({
    ...options,
    entryPoints: { [entry]: entry, ...Object.fromEntries(later.map((file) => [names.get(file), file])) },
    metafile: true,
    plugins: [plugin],
    // a `require` that comes later: Node's `import()` of CommonJS takes longer than most of what is loaded
    supported: { 'dynamic-import': false },
  });
}

/** The files of a build by name: text with its source map, size in bytes, files loaded with it and later, names of its exports. */
function splitFiles({ metafile, outputFiles }) {
  const texts = new Map(outputFiles.map((file) => [path.basename(file.path), file.text]));
  const outputs = Object.entries(metafile.outputs).filter(([file]) => !file.endsWith('.map'));
  return new Map(
    outputs.map(([file, { bytes, imports, exports, entryPoint }]) => {
      const name = path.basename(file);
      const own = imports.filter((i) => !i.external);
      const named = (isLater) =>
        own.filter((i) => (i.kind === 'dynamic-import') === isLater).map((i) => path.basename(i.path));
      const [needs, asks] = [named(false), named(true)];
      const text = texts.get(name) + inlineMap(texts.get(`${name}.map`));
      return [name, { text, bytes, needs, asks, exports, isShared: entryPoint === undefined }];
    }),
  );
}

function inlineMap(map) {
  return map ? `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}\n` : '';
}

/** The files that an entry cannot do without, and small ones that need no others and that no part asks for later. */
function loadedAtOnce(main, files) {
  const found = new Set([main]);
  for (const file of found) for (const need of files.get(file).needs) found.add(need);
  const askers = (file) => [...files].filter(([, { asks }]) => asks.includes(file)).map(([asker]) => asker);
  const isSmall = (file, { bytes, needs, isShared }) =>
    bytes <= (isShared ? SMALL_SHARED : SMALL_PART) && [...needs, ...askers(file)].every((other) => found.has(other));
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const [file, facts] of files) if (isSmall(file, facts)) found.add(file);
  }
  return found;
}

/** Parts are called after the file that an `import()` names; what they share is numbered. */
function partName(file, files, later) {
  if (!files.get(file).isShared) return file.replace(/-\w+\.js$/, '');
  return `shared${later.filter((other) => files.get(other).isShared).indexOf(file) + 1}`;
}
