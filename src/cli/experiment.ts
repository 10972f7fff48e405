import { experimentReport } from '../engine/runExperiment';
import { experiments, experimentWithId, factsOf } from '../experiments/registry';
import { experimentListText, experimentText } from '../reports/experimentText';
import { printableJson } from '../reports/textTable';
import { withEngine } from './engineCommand';
import { nearest } from './nearest';
import type { ExperimentOptions } from './options';
import type { Output } from './output';
import { StatusLine } from './statusLine';
import { UsageError } from './usage';

/**
 * `normscope experiment`: returns the exit status. A gate that is missed is a result, not an error: 0 when every experiment
 * could be run, 2 when one could not. Ctrl+C ends the run and still reports the experiments that were done.
 * @throws UsageError for an experiment that there is not
 */
export async function experiment(options: ExperimentOptions, output: Output): Promise<number> {
  const { format } = options;
  const settings = { ...options.settings, ids: chosenExperiments(options) };
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

/** The ids of those that were asked for, each once; `all` are those that can be run on the model where one is given. */
export function chosenExperiments({ settings, model }: ExperimentOptions): string[] {
  const asked = settings.ids;
  const known = experiments.map((e) => e.id);
  for (const id of asked) {
    if (id === 'all' || experimentWithId(id) !== undefined) continue;
    const near = nearest(id, known);
    const meant = near === undefined ? `all, or some of ${known.join(', ')}` : `did you mean ${near}?`;
    throw new UsageError(`unknown experiment '${id}': ${meant}`);
  }
  if (!asked.includes('all')) return [...new Set(asked)];
  return known.filter((id) => model === undefined || experimentWithId(id)!.measureModel !== undefined);
}
