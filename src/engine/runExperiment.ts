import { experimentWithId } from '../experiments/registry';
import { runExperiment as runOne, type RunOptions } from '../experiments/runExperiment';
import { ModelError } from '../ir/errors';
import { tool } from '../protocol/tool';
import type { ModelLocation } from '../protocol/engine';
import {
  EXPERIMENT_SCHEMA_VERSION,
  type ExperimentEvent,
  type ExperimentReport,
  type ExperimentSettings,
  type ExperimentResult,
  type FailedExperiment,
} from '../protocol/experiment';
import type { EngineFacts } from '../protocol/profile';
import { say } from '../texts/say';
import type { EngineClient } from './engineClient';
import type { EngineHost } from './runProfile';

export interface ExperimentRequest {
  readonly settings: ExperimentSettings;
  /** Instead of the built-in networks. */
  readonly model?: ModelLocation;
}

/** An event of progress at most this often. */
const PROGRESS_MS = 100;

/**
 * Runs experiments one after the other and sends what each measured as it ends. One that cannot be run is reported as such;
 * the others go on.
 *
 * @throws ModelError `cancelled` when `signal` was aborted; `engine` when the runtime cannot be loaded; of the model when it
 *   cannot be opened
 */
export async function runExperiment(
  { settings, model: location }: ExperimentRequest,
  emit: (event: ExperimentEvent) => void,
  signal: AbortSignal,
  host: EngineHost,
): Promise<void> {
  const { runtime } = host.chooseRuntime(settings.engine, settings.threads);
  const model = location && { path: location.path, model: await host.openModel(location.path) };
  emit({ type: 'started', engine: runtime.facts });
  for (const [i, id] of settings.ids.entries()) {
    let last = -Infinity;
    const onProgress = (part: number) => {
      if (performance.now() - last < PROGRESS_MS) return;
      last = performance.now();
      const title = experimentWithId(id)?.about().title ?? id;
      emit({ type: 'progress', id, title, done: (i + part) / settings.ids.length });
    };
    const options = { runtime, pause: () => host.pause(), signal, seeds: settings.seeds, model, onProgress };
    emit({ type: 'experiment', experiment: await resultOf(id, options) });
  }
}

async function resultOf(id: string, options: RunOptions): Promise<ExperimentResult | FailedExperiment> {
  try {
    const experiment = experimentWithId(id);
    if (experiment === undefined) throw new ModelError('not-found', say`there is no experiment '${id}'`);
    return await runOne(experiment, options);
  } catch (error) {
    if (!(error instanceof ModelError) || error.code === 'cancelled') throw error;
    return { id, error: { code: error.code, message: error.describe() } };
  }
}

/**
 * Has experiments run by an engine and gathers the report. One that was cancelled, or whose engine died, still resolves when an
 * experiment was done by then.
 * @throws ModelError when it ended before there was anything to report
 */
export async function experimentReport(
  client: EngineClient,
  request: ExperimentRequest,
  onEvent: (event: ExperimentEvent) => void,
  signal?: AbortSignal,
): Promise<ExperimentReport> {
  const experiments: (ExperimentResult | FailedExperiment)[] = [];
  let engine: EngineFacts | undefined;
  const report = (status: ExperimentReport['status']): ExperimentReport => ({
    schemaVersion: EXPERIMENT_SCHEMA_VERSION,
    tool,
    engine: engine!,
    status,
    experiments,
  });
  const add = (event: ExperimentEvent) => {
    if (event.type === 'started') engine = event.engine;
    if (event.type === 'experiment') experiments.push(event.experiment);
    onEvent(event);
  };
  try {
    await client.run('experiment', request, add, signal);
    return report('complete');
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    if (engine === undefined || experiments.length === 0) {
      throw request.model === undefined ? error : error.withPath(request.model.path);
    }
    return report(error.code === 'cancelled' ? 'cancelled' : 'failed');
  }
}
