// What the extension costs its host, in a process of its own: <folder with dist/> <model.json> <edits>
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import * as path from 'node:path';
import { editor, TextDocument, vscode } from './editor';

const HOVERS = 400;

const [root, file, edits] = process.argv.slice(2);
const loading = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
const load = loading._load.bind(Module);
loading._load = (request, ...rest) => (request === 'vscode' ? vscode : load(request, ...rest));

interface Cost {
  readonly ms: number;
  /** Processor time of this process, all threads. */
  readonly cpu: number;
}

async function cost(run: () => unknown): Promise<Cost> {
  const before = process.cpuUsage();
  const begin = performance.now();
  await run();
  const ms = performance.now() - begin;
  const { user, system } = process.cpuUsage(before);
  return { ms, cpu: (user + system) / 1000 };
}

const at = (sorted: readonly Cost[], share: number): Cost => ({
  ms: [...sorted].sort((a, b) => a.ms - b.ms)[Math.ceil(share * sorted.length) - 1].ms,
  cpu: [...sorted].sort((a, b) => a.cpu - b.cpu)[Math.ceil(share * sorted.length) - 1].cpu,
});

async function main(): Promise<void> {
  const text = readFileSync(file, 'utf8');
  const document = new TextDocument(file, text);
  const context = {
    subscriptions: [],
    extension: { id: 'normscope.normscope', extensionUri: document.uri },
    extensionUri: document.uri,
    globalStorageUri: document.uri,
    asAbsolutePath: (relative: string) => path.join(root, relative),
  };

  const activation = await cost(() => {
    const product = load(path.join(root, 'dist/extension.js'), module, false) as { activate: (c: object) => void };
    product.activate(context);
  });
  const opening = await cost(async () => {
    const problems = editor.problems();
    editor.open(document);
    await problems;
  });

  // over the whole file, so that no hover finds what the one before has prepared
  const places = Array.from({ length: HOVERS }, (_, i) =>
    document.positionAt(
      text.indexOf('"class_name":"BatchNormalization"', (((i * 7919) % HOVERS) * text.length) / HOVERS / 1.3) + 3,
    ),
  );
  const first = await cost(() => editor.hover(document, places[0]));
  const hovers: Cost[] = [];
  let shown = 0;
  for (const place of places)
    hovers.push(
      await cost(async () => {
        if ((await editor.hover(document, place)).some((h) => h !== undefined)) shown++;
      }),
    );
  if (shown < HOVERS) throw new Error(`${shown} of ${HOVERS} hovers`);

  const changes: Cost[] = [];
  let longest = 0;
  for (let i = 0; i < Number(edits); i++) {
    const epsilon = text.indexOf('"epsilon":0.001', (text.length * i) / Number(edits) / 2) + '"epsilon":0.001'.length;
    let last = performance.now();
    longest = 0;
    const tick = () => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    };
    const ticking = setInterval(tick, 5);
    changes.push(
      await cost(async () => {
        const problems = editor.problems();
        editor.edit(document, `${text.slice(0, epsilon)}${i + 1}${text.slice(epsilon)}`);
        await problems;
      }),
    );
    tick();
    clearInterval(ticking);
  }
  const steady = changes.slice(1);
  console.log(
    JSON.stringify({
      activation,
      opening,
      firstHover: first,
      hover95: at(hovers, 0.95),
      edit: at(steady, 0.5),
      longest,
    }),
  );
  process.exit(0);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
