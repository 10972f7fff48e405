import type { EngineJob, EngineJobs } from '../protocol/engine';
import { analyzeModel } from '../rules/analyzeModel';
import type { RuleSeverity } from '../rules/severities';
import { FollowedTexts } from './followedTexts';
import { runFix } from './runFix';
import { runCompare } from './runCompare';
import { runExport } from './runExport';
import { runExperiment } from './runExperiment';
import { runProfile, type EngineHost } from './runProfile';

/**
 * Does one job.
 * @throws ModelError, `cancelled` when `signal` was aborted
 */
export type JobRunner<Job extends EngineJob> = (
  request: EngineJobs[Job]['request'],
  emit: (event: EngineJobs[Job]['event']) => void,
  signal: AbortSignal,
  host: EngineHost,
) => Promise<EngineJobs[Job]['result']>;

const texts = new FollowedTexts();

/** What the engine can do. */
export const jobs: { readonly [Job in EngineJob]: JobRunner<Job> } = {
  profile: runProfile,
  experiment: runExperiment,
  compare: runCompare,
  export: (request, emit, signal, host) => runExport(request, emit, signal, host),
  fix: (request, emit, signal, host) => runFix(request, emit, signal, host),
  async analyze({ model, shownPath, severities }, _emit, _signal, host) {
    return analyzeModel(await host.openModel(model.path), shownPath, {
      severities: severities as Readonly<Record<string, RuleSeverity>>,
    });
  },
  analyzeText: (request, _emit, _signal, host) => texts.analyze(request, host.placeOf(request.model.path)),
  closeText: ({ document }) => Promise.resolve(texts.close(document)),
};
