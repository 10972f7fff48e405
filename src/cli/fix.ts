import { EngineClient } from '../engine/engineClient';
import type { Transport } from '../engine/transport';
import { ModelError } from '../ir/errors';
import { fixPhases, fixText } from '../reports/fixText';
import { engineTransport } from './engineTransport';
import type { FixOptions } from './options';
import { errorJson, type Output } from './output';
import { StatusLine } from './statusLine';

/**
 * `normscope fix`: returns the exit status, 1 for a copy that was not saved because its results differ. Ctrl+C ends the work;
 * nothing is written then.
 * @param start starts the engine
 */
export async function fix(
  { model, settings, format }: FixOptions,
  output: Output,
  start: () => Transport = engineTransport,
): Promise<number> {
  const client = new EngineClient(start);
  const line = new StatusLine(process.stderr);
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt);
  try {
    const request = { model: { path: model }, settings };
    const result = await client.run('fix', request, ({ phase }) => line.show(`${fixPhases[phase]} ...`), abort.signal);
    line.end();
    output.print(format === 'json' ? `${JSON.stringify(result, null, 1)}\n` : fixText(result));
    return result.output === null ? 1 : 0;
  } catch (error) {
    line.end();
    if (!(error instanceof ModelError)) throw error;
    const named = error.withPath(model);
    output.complain(named.describe());
    if (format === 'json') output.print(errorJson({ code: named.code, message: named.message, path: model }));
    return 2;
  } finally {
    process.off('SIGINT', interrupt);
    client.dispose();
  }
}
