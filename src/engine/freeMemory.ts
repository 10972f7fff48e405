import { execFileSync } from 'node:child_process';
import os from 'node:os';

/** Bytes of memory that a process can still get. */
export function freeMemory(): number {
  if (process.platform !== 'darwin') return os.freemem();
  // macOS fills what nobody needs with files: of what Node calls free there is next to nothing
  try {
    const said = execFileSync('/usr/bin/vm_stat', [], { encoding: 'utf8', timeout: 2000, stdio: 'pipe' });
    return freeOfVmStat(said) ?? os.freemem();
  } catch {
    return os.freemem();
  }
}

/** What macOS gives away when it is asked for: free pages and those of files that nobody has used for a while; undefined for another text. */
export function freeOfVmStat(text: string): number | undefined {
  const page = /page size of (\d+) bytes/.exec(text)?.[1];
  const counts = ['free', 'inactive', 'speculative'].map((kind) =>
    new RegExp(`^Pages ${kind}:\\s*(\\d+)\\.`, 'm').exec(text),
  );
  if (page === undefined || counts.includes(null)) return undefined;
  return Number(page) * counts.reduce((sum, found) => sum + Number(found![1]), 0);
}
