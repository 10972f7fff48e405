import { writeFile } from 'node:fs/promises';
import { openModelFile } from '../engine/nodeFolder';
import { ModelError } from '../ir/errors';
import { judgedAgain } from '../profile/measuredRules';
import { storedProfile } from '../profile/storedProfile';
import type { ProfileResult } from '../protocol/profile';
import { profileText } from '../reports/profileText';
import { printableJson } from '../reports/textTable';
import { analyzeModel } from '../rules/analyzeModel';
import { withEngine } from './engineCommand';
import { htmlOutput } from './htmlOutput';
import type { ProfileOptions } from './options';
import type { Output } from './output';
import { ProgressBar } from './progressBar';

/**
 * `normscope profile`: returns the exit status. Ctrl+C ends the run and still reports what was measured;
 * a run that failed is reported the same way, with exit status 2.
 */
export function profile(options: ProfileOptions, output: Output): Promise<number> {
  const { model, format, settings } = options;
  const progress = new ProgressBar(process.stderr, settings.steps);
  return withEngine({ model, format, output, progress }, async (client, signal) => {
    const run = client.profile({ path: model }, settings, (e) => progress.update(e), signal);
    const result = judgedAgain(await run, options.severities);
    progress.end();
    output.print(await printed(options, result));
    if (options.output !== undefined) await write(options.output, result);
    if (result.status === 'failed') output.complain(`${model}: ${result.failure ?? 'the run failed'}`);
    return result.status === 'failed' ? 2 : 0;
  });
}

async function write(file: string, result: ProfileResult): Promise<void> {
  try {
    await writeFile(file, storedProfile(result));
  } catch (error) {
    throw new ModelError('not-found', `the profile cannot be written: ${(error as Error).message}`, {}, file);
  }
}

async function printed({ model, format }: ProfileOptions, result: ProfileResult): Promise<string> {
  if (format === 'json') return printableJson(result, 1);
  if (format === 'text') return profileText(result);
  return htmlOutput(await analyzeModel(await openModelFile(model), model), result);
}
