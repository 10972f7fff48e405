import type { Transport } from '../engine/transport';
import { fixPhases, fixText } from '../reports/fixText';
import { printableJson } from '../reports/textTable';
import { withEngine } from './engineCommand';
import type { FixOptions } from './options';
import type { Output } from './output';
import { StatusLine } from './statusLine';

/**
 * `normscope fix`: returns the exit status, 1 for a copy that was not saved because its results differ. Ctrl+C ends the work;
 * nothing is written then.
 * @param start starts the engine
 */
export function fix({ model, settings, format }: FixOptions, output: Output, start?: () => Transport): Promise<number> {
  const progress = new StatusLine(process.stderr);
  return withEngine({ model, format, output, progress, start }, async (client, signal) => {
    const request = { model: { path: model }, settings };
    const result = await client.run('fix', request, ({ phase }) => progress.show(`${fixPhases[phase]} ...`), signal);
    progress.end();
    output.print(format === 'json' ? printableJson(result, 1) : fixText(result));
    return result.output === null ? 1 : 0;
  });
}
