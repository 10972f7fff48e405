import { compareModel } from '../engine/compareModel';
import type { CompareEvent } from '../protocol/compare';
import { compareText } from '../reports/compareText';
import { formatFigure } from '../reports/numbers';
import { printableJson } from '../reports/textTable';
import { withEngine } from './engineCommand';
import type { CompareOptions } from './options';
import type { Output } from './output';
import { StatusLine } from './statusLine';

/** `normscope compare`: returns the exit status. Ctrl+C ends the comparison and still reports what was measured. */
export function compare({ model, settings, format }: CompareOptions, output: Output): Promise<number> {
  const progress = new StatusLine(process.stderr);
  return withEngine({ model, format, output, progress }, async (client, signal) => {
    const follow = (event: CompareEvent) => progress.show(progressText(event));
    const result = await compareModel(client, { path: model }, settings, follow, signal);
    progress.end();
    output.print(format === 'json' ? printableJson(result, 1) : compareText(result));
    if (result.status === 'failed') output.complain(`${model}: ${result.failure ?? 'the comparison failed'}`);
    return result.status === 'failed' ? 2 : 0;
  });
}

function progressText(event: CompareEvent): string {
  if (event.type !== 'progress') return 'comparing ...';
  const what = event.what === 'learning-rate' ? 'largest learning rate' : event.what;
  const loss = event.loss === undefined ? '' : `  loss ${formatFigure(event.loss)}`;
  return `${Math.round(100 * event.done)} %  ${event.variant}, seed ${event.seed}: ${what}${loss}`;
}
