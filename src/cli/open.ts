import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { openModelFile } from '../engine/nodeFolder';
import { ModelError } from '../ir/errors';
import { printable } from '../reports/textTable';
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
  // absolute, so that no name is taken for an option; a shell starts .cmd files, and no name on Windows has quotation marks
  const file = path.resolve(options.model);
  const code = process.platform === 'win32' ? 'code.cmd' : 'code';
  const run =
    process.platform === 'win32'
      ? spawnSync(`${code} "${file}"`, { stdio: 'ignore', shell: true })
      : spawnSync(code, [file], { stdio: 'ignore' });
  if (run.error !== undefined || run.status !== 0) {
    output.complain(
      `cannot start '${code}'. In VS Code, run "Shell Command: Install 'code' command in PATH" from the command palette, ` +
        `or open ${options.model} there yourself`,
    );
    return 2;
  }
  output.print(`opened ${printable(options.model)} in VS Code\n`);
  return 0;
}
