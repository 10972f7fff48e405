import fs from 'node:fs';
import os from 'node:os';

const MOST_BY_DEFAULT = 4;

/** The number of threads for a setting: itself, or for 0 one for each physical core, at most 4 so that the editor stays quick. */
export function threadCount(setting: number): number {
  return setting > 0 ? setting : Math.max(1, Math.min(MOST_BY_DEFAULT, physicalCores()));
}

/** Physical cores that this process may use. Hardware threads of one core do not add to matrix products. */
export function physicalCores(): number {
  const usable = os.availableParallelism();
  const cores = linuxCores();
  if (cores !== undefined) return Math.min(usable, cores);
  // no portable way to ask: x64 processors of desktops have two threads a core, ARM ones have one
  return process.arch === 'x64' && usable >= 4 ? Math.ceil(usable / 2) : usable;
}

function linuxCores(): number | undefined {
  const folder = '/sys/devices/system/cpu';
  try {
    const siblings = new Set<string>();
    for (const entry of fs.readdirSync(folder)) {
      if (/^cpu\d+$/.test(entry)) {
        siblings.add(fs.readFileSync(`${folder}/${entry}/topology/thread_siblings_list`, 'utf8').trim());
      }
    }
    return siblings.size > 0 ? siblings.size : undefined;
  } catch {
    return undefined;
  }
}
