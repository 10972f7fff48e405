// One run of a reader of positions, in a process of its own: <name in `readers`> <model.json>
import { readFileSync } from 'node:fs';
import { parseTree } from 'jsonc-parser';
import { ConfigDocument } from '../../../src/config/configDocument';
import { JsonIndex } from '../../../src/formats/tfjs/jsonIndex';

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  index: (text) => JsonIndex.of(text),
  document: (text) => ConfigDocument.of(text),
  parseTree: (text) => parseTree(text),
};

const [reader, file] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');

/** Bytes on the heap and in typed arrays, garbage left out. */
function held(): number {
  // what was collected may be swept after it
  for (let i = 0; i < 3; i++) globalThis.gc!();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const before = held();
const cpuBefore = process.cpuUsage();
const begin = performance.now();
const index = readers[reader](text);
const ms = performance.now() - begin;
const { user, system } = process.cpuUsage(cpuBefore);
const megabytes = (held() - before) / 2 ** 20;
if (index === undefined) throw new Error(`${file} was not read`);
console.log(JSON.stringify({ ms, cpu: (user + system) / 1000, megabytes }));
