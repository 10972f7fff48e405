import { compareModel } from '../engine/compareModel';
import { EngineClient } from '../engine/engineClient';
import { ModelError } from '../ir/errors';
import type { CompareEvent } from '../protocol/compare';
import { compareText } from '../reports/compareText';
import { formatFigure } from '../reports/numbers';
import { engineTransport } from './engineTransport';
import type { CompareOptions } from './options';
import { errorJson, type Output } from './output';
import { StatusLine } from './statusLine';

/** `normscope compare`: returns the exit status. Ctrl+C ends the comparison and still reports what was measured. */
export async function compare(options: CompareOptions, output: Output): Promise<number> {
  const client = new EngineClient(engineTransport);
  const line = new StatusLine(process.stderr);
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt);
  try {
    const follow = (event: CompareEvent) => line.show(progressText(event));
    const result = await compareModel(client, { path: options.model }, options.settings, follow, abort.signal);
    line.end();
    output.print(options.format === 'json' ? `${JSON.stringify(result, null, 1)}\n` : compareText(result));
    if (result.status === 'failed') output.complain(`${options.model}: ${result.failure ?? 'the comparison failed'}`);
    return result.status === 'failed' ? 2 : 0;
  } catch (error) {
    line.end();
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

function progressText(event: CompareEvent): string {
  if (event.type !== 'progress') return 'comparing ...';
  const what = event.what === 'learning-rate' ? 'largest learning rate' : event.what;
  const loss = event.loss === undefined ? '' : `  loss ${formatFigure(event.loss)}`;
  return `${Math.round(100 * event.done)} %  ${event.variant}, seed ${event.seed}: ${what}${loss}`;
}
