import { writeFile } from 'node:fs/promises';
import { EngineClient } from '../engine/engineClient';
import { openModelFile } from '../engine/nodeFolder';
import { engineTransport } from './engineTransport';
import { ModelError } from '../ir/errors';
import { judgedAgain } from '../profile/measuredRules';
import { storedProfile } from '../profile/storedProfile';
import type { ProfileResult } from '../protocol/profile';
import { profileText } from '../reports/profileText';
import { analyzeModel } from '../rules/analyzeModel';
import { htmlOutput } from './htmlOutput';
import type { ProfileOptions } from './options';
import { errorJson, type Output } from './output';
import { ProgressBar } from './progressBar';

/**
 * `normscope profile`: returns the exit status. Ctrl+C ends the run and still reports what was measured;
 * a run that failed is reported the same way, with exit status 2.
 */
export async function profile(options: ProfileOptions, output: Output): Promise<number> {
  const client = new EngineClient(engineTransport);
  const bar = new ProgressBar(process.stderr, options.settings.steps);
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt);
  try {
    const run = client.profile({ path: options.model }, options.settings, (e) => bar.update(e), abort.signal);
    const result = judgedAgain(await run, options.severities);
    bar.end();
    output.print(await printed(options, result));
    if (options.output !== undefined) await write(options.output, result);
    if (result.status === 'failed') output.complain(`${options.model}: ${result.failure ?? 'the run failed'}`);
    return result.status === 'failed' ? 2 : 0;
  } catch (error) {
    bar.end();
    if (!(error instanceof ModelError)) throw error;
    const named = error.withPath(options.model);
    output.complain(named.describe());
    if (options.format === 'json') {
      output.print(errorJson({ code: named.code, message: named.message, path: options.model }));
    }
    return 2;
  } finally {
    process.off('SIGINT', interrupt);
    client.dispose();
  }
}

async function write(file: string, result: ProfileResult): Promise<void> {
  try {
    await writeFile(file, storedProfile(result));
  } catch (error) {
    throw new ModelError('not-found', `the profile cannot be written: ${(error as Error).message}`, {}, file);
  }
}

async function printed({ model, format }: ProfileOptions, result: ProfileResult): Promise<string> {
  if (format === 'json') return `${JSON.stringify(result, null, 1)}\n`;
  if (format === 'text') return profileText(result);
  return htmlOutput(await analyzeModel(await openModelFile(model), model), result);
}
