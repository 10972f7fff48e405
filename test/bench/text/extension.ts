// What the extension costs its host, in a process of its own: <folder with dist/> <model.json> <edits>
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import * as path from 'node:path';
import { editor, Range, TextDocument, vscode } from './editor';

const HOVERS = 400;

const [root, file, editCount] = process.argv.slice(2);
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

interface Edit extends Cost {
  /** What the extension waits before it begins. */
  readonly pause: number;
  /** The longest time in which the host could do nothing else. */
  readonly longest: number;
  /** What the editor asks for by itself when the findings are there: hints in view, lenses, the outline. */
  readonly asked: Cost;
}

/** An edit of a text behind an offset: something in the place of a stretch. */
type Change = (
  text: string,
  from: number,
) => { readonly offset: number; readonly length: number; readonly put: string };

/** Something in the place of what `words` end with. */
const replaced =
  (words: string, length: number, put: string): Change =>
  (text, from) => ({ offset: text.indexOf(words, from) + words.length - length, length, put });

/** A further activation behind a layer that is one, which the layer behind it does not read yet. */
const addedLayer: Change = (text, from) => {
  const start = text.indexOf('{"class_name":"Activation"', from);
  const end = text.indexOf(']]]}', start) + ']]]}'.length;
  const layer = text.slice(start, end);
  const [, name] = /"name":"([^"]+)"/.exec(layer)!;
  const added = layer.replaceAll(`"name":"${name}"`, `"name":"added_${text.length}"`);
  return { offset: end, length: 0, put: `,${added.replace(/\[\[\["[^"]+"/, `[[["${name}"`)}` };
};

/** Edits of a text all over the file. */
async function edited(document: TextDocument, change: Change): Promise<Edit[]> {
  const edits: Edit[] = [];
  for (let i = 0; i <= Number(editCount); i++) {
    const text = document.getText();
    const { offset, length, put } = change(text, (text.length * ((i * 7) % 10)) / 13);
    const end = offset + length;
    let last = performance.now();
    let longest = 0;
    const tick = () => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    };
    const ticking = setInterval(tick, 2);
    let pause = 0;
    const whole = await cost(async () => {
      const analyzed = editor.analyzed();
      pause = longestTimer(() => editor.edit(document, offset, length, put));
      await analyzed;
    });
    tick();
    clearInterval(ticking);
    const place = document.positionAt(end);
    const asked = await cost(() => editor.show(document, new Range(place, place)));
    edits.push({ ...whole, pause, longest, asked });
  }
  // the first one is analyzed after the long opening, and as such
  return edits.slice(1);
}

/** Medians of edits of one kind: whole, without the pause, and so on. */
function middle(kind: string, edits: readonly Edit[]): Record<string, Cost> {
  const of = (costs: readonly Cost[]) => at(costs, 0.5);
  return {
    [kind]: of(edits),
    [`${kind}Alone`]: of(edits.map(({ ms, cpu, pause }) => ({ ms: ms - pause, cpu }))),
    [`${kind}Longest`]: of(edits.map(({ longest, cpu }) => ({ ms: longest, cpu }))),
    [`${kind}Asked`]: of(edits.map(({ asked }) => asked)),
  };
}

/** Milliseconds of the longest timer that is set meanwhile. */
function longestTimer(run: () => void): number {
  const { setTimeout } = globalThis;
  let longest = 0;
  globalThis.setTimeout = ((work: () => void, delay = 0) => {
    longest = Math.max(longest, delay);
    return setTimeout(work, delay);
  }) as typeof setTimeout;
  run();
  globalThis.setTimeout = setTimeout;
  return longest;
}

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
    const analyzed = editor.analyzed();
    editor.open(document);
    await analyzed;
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

  const numbers = await edited(document, replaced('"epsilon":0.001', 0, '7'));
  const settings = await edited(document, replaced('"activation":"relu"', 'relu"'.length, 'tanh"'));
  const sizes = await edited(document, replaced('"filters":4', 1, '8'));
  const biases = await edited(document, replaced('"use_bias":false', 'false'.length, 'true'));
  const norms = '"class_name":"BatchNormalization"';
  const kinds = await edited(document, replaced(norms, 'BatchNormalization"'.length, 'LayerNormalization"'));
  const layers = await edited(document, addedLayer);
  console.log(
    JSON.stringify({
      activation,
      opening,
      firstHover: first,
      hover95: at(hovers, 0.95),
      ...middle('number', numbers),
      ...middle('setting', settings),
      ...middle('size', sizes),
      ...middle('bias', biases),
      ...middle('kind', kinds),
      ...middle('layer', layers),
    }),
  );
  process.exit(0);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
