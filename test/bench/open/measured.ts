import { readFileSync } from 'node:fs';

/** What one run in a process of its own found out. */
export interface Measured {
  /** Milliseconds of each step, one after the other. */
  readonly steps: Readonly<Record<string, number>>;
  /** Processor time of the first step in milliseconds, all threads: what counts on a machine that others work on as well. */
  readonly cpu: number;
  /** Largest resident memory in MB after the first step. */
  readonly peak: number;
  /** Read up to the end of the first step, where it was counted. */
  readonly bytes?: number;
  readonly reads?: number;
  /** Why there are no figures. */
  readonly error?: string;
}

export type Step<T> = [name: string, run: (previous: T) => T | Promise<T>];

/** Runs the steps one after the other on what the step before returned, and prints the figures for the parent process. */
export async function measure<T>(
  start: T,
  steps: readonly Step<T>[],
  afterFirst?: () => Pick<Measured, 'bytes' | 'reads'>,
): Promise<void> {
  const times: Record<string, number> = {};
  let rest: Pick<Measured, 'cpu' | 'peak' | 'bytes' | 'reads' | 'error'> = { cpu: 0, peak: 0 };
  let value = start;
  try {
    // what loading the modules left behind is not part of what is timed
    globalThis.gc?.();
    const before = process.cpuUsage();
    for (const [name, run] of steps) {
      const begin = performance.now();
      value = await run(value);
      times[name] = performance.now() - begin;
      if (rest.peak > 0) continue;
      const { user, system } = process.cpuUsage(before);
      rest = { cpu: (user + system) / 1000, peak: peakMemory(), ...afterFirst?.() };
    }
  } catch (error) {
    rest = { ...rest, error: error instanceof Error ? error.message : String(error) };
  }
  const measured: Measured = { steps: times, ...rest };
  console.log(JSON.stringify(measured));
}

/** Linux hands a process the maximum of its parent with `maxRSS`, so its own high-water mark is read where there is one. */
function peakMemory(): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))![1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}
