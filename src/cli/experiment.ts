import { experimentReport } from '../engine/runExperiment';
import { experiments, factsOf } from '../experiments/registry';
import { experimentListText, experimentText } from '../reports/experimentText';
import { printableJson } from '../reports/textTable';
import { withEngine } from './engineCommand';
import type { ExperimentOptions } from './options';
import type { Output } from './output';
import { StatusLine } from './statusLine';

/**
 * `normscope experiment`: returns the exit status. A gate that is missed is a result, not an error: 0 when every experiment
 * could be run, 2 when one could not. Ctrl+C ends the run and still reports the experiments that were done.
 */
export async function experiment(options: ExperimentOptions, output: Output): Promise<number> {
  const { settings, format } = options;
  if (settings.ids.length === 0) {
    output.print(experimentListText(experiments.map(factsOf)));
    return 0;
  }
  const model = options.model === undefined ? undefined : { path: options.model };
  const progress = new StatusLine(process.stderr);
  return withEngine({ format, output, progress }, async (client, signal) => {
    const report = await experimentReport(
      client,
      { settings, model },
      (e) => {
        if (e.type === 'progress') progress.show(`${Math.floor(100 * e.done)} %  ${e.title}`);
      },
      signal,
    );
    progress.end();
    output.print(format === 'json' ? printableJson(report, 1) : experimentText(report));
    const failed = report.experiments.filter((e) => 'error' in e);
    for (const { id, error } of failed) output.complain(`${id}: ${error.message}`);
    return failed.length > 0 || report.status === 'failed' ? 2 : 0;
  });
}
