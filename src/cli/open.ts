import { spawnSync } from 'node:child_process';
import { openModelFile } from '../engine/nodeFolder';
import { ModelError } from '../ir/errors';
import type { OpenOptions } from './options';
import type { Output } from './output';

/** `normscope open`: hands the file to the user's VS Code. Returns the exit status. */
export async function open(options: OpenOptions, output: Output): Promise<number> {
  try {
    await openModelFile(options.model);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    output.complain(error.withPath(options.model).describe());
    return 2;
  }
  const code = process.platform === 'win32' ? 'code.cmd' : 'code';
  const run = spawnSync(code, [options.model], { stdio: 'ignore', shell: process.platform === 'win32' });
  if (run.error !== undefined || run.status !== 0) {
    output.complain(
      `cannot start '${code}'. In VS Code, run "Shell Command: Install 'code' command in PATH" from the command palette, ` +
        `or open ${options.model} there yourself`,
    );
    return 2;
  }
  output.print(`opened ${options.model} in VS Code\n`);
  return 0;
}
