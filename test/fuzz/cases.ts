// Opens and analyzes damaged models, in a process that may crash or hang: <seed> <first case> <end>
import * as path from 'node:path';
import { NodeFolder } from '../../src/engine/nodeFolder';
import { openModel } from '../../src/formats/openModel';
import { BytesSource, type ByteSource, type ModelFolder } from '../../src/ir/byteSource';
import { ModelError } from '../../src/ir/errors';
import { analyzeModel } from '../../src/rules/analyzeModel';
import { originals, type Original } from './models';
import { Chance, mutated } from './mutateBytes';
import { rearranged } from './mutateFields';

/** What the parent process is told. */
export type Message =
  | { readonly begun: number; readonly name: string }
  | { readonly outcome: 'opened' | 'refused' }
  | { readonly failed: number; readonly what: string };

/** Processor time, which does not depend on what else the machine does: opening a file of some kilobytes takes milliseconds. */
const LONGEST_MS = 3000;
const MOST_MEMORY = 1.5 * 2 ** 30;

/** The damaged model in the place of the sound one, beside the files that are there. */
class DamagedFolder implements ModelFolder {
  private readonly disk: NodeFolder;

  constructor(
    { folder }: Original,
    private readonly bytes: Uint8Array,
  ) {
    this.disk = new NodeFolder(folder);
  }

  open(relativePath: string): Promise<ByteSource> {
    return relativePath === 'model' ? Promise.resolve(new BytesSource(this.bytes)) : this.disk.open(relativePath);
  }
}

async function main(): Promise<void> {
  const [seed, first, end] = process.argv.slice(2).map(Number);
  const models = originals();
  // small files come up more often: they are fast, and a larger part of them is structure
  const shares: number[] = [];
  for (const { bytes } of models) shares.push((shares.at(-1) ?? 0) + 1 / (1 + bytes.length / 8192));
  for (let i = first; i < end; i++) {
    const chance = new Chance(Math.imul(seed, 0x9e3779b1) ^ Math.imul(i + 1, 0x85ebca6b));
    const share = chance.next() * shares.at(-1)!;
    const model = models[shares.findIndex((s) => share < s)];
    tell({ begun: i, name: model.name });
    const alike = models.filter((m) => m.isJson === model.isJson);
    const whole =
      chance.below(3) === 0 ? rearranged(model.bytes, chance.of(alike).bytes, model.isJson, chance) : undefined;
    const bytes = whole ?? mutated(model.bytes, model.isJson, chance);
    const before = process.cpuUsage();
    try {
      await analyzeModel(await openModel(new DamagedFolder(model, bytes), 'model'), path.basename(model.name));
      tell({ outcome: 'opened' });
    } catch (error) {
      if (error instanceof ModelError) tell({ outcome: 'refused' });
      else tell({ failed: i, what: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
    const { user, system } = process.cpuUsage(before);
    const took = (user + system) / 1000;
    if (took > LONGEST_MS) tell({ failed: i, what: `it took ${took.toFixed(0)} ms of processor time` });
    const memory = process.memoryUsage.rss();
    if (memory > MOST_MEMORY) throw new Error(`it took ${(memory / 2 ** 20).toFixed(0)} MB`);
  }
  process.disconnect();
}

function tell(message: Message): void {
  process.send!(message);
}

void main();
