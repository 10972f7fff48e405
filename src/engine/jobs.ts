import type { EngineJob, EngineJobs } from '../protocol/engine';
import type { RuleSeverity } from '../rules/severities';
import type { FollowedTexts } from './followedTexts';
import type { EngineHost } from './runProfile';

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

let followed: Promise<FollowedTexts> | undefined;

/** What the engine can do. What a job needs is loaded when it is asked for. */
export const jobs: { readonly [Job in EngineJob]: JobRunner<Job> } = {
  profile: async (...job) => (await import('./runProfile')).runProfile(...job),
  experiment: async (...job) => (await import('./runExperiment')).runExperiment(...job),
  compare: async (...job) => (await import('./runCompare')).runCompare(...job),
  export: async (...job) => (await import('./runExport')).runExport(...job),
  fix: async (...job) => (await import('./runFix')).runFix(...job),
  async analyze({ model, shownPath, severities }, _emit, _signal, host) {
    const { analyzeModel } = await import('../rules/analyzeModel');
    return analyzeModel(await host.openModel(model.path), shownPath, {
      severities: severities as Readonly<Record<string, RuleSeverity>>,
    });
  },
  async analyzeText(request, _emit, _signal, host) {
    const texts = await (followed ??= import('./followedTexts').then((m) => new m.FollowedTexts()));
    return texts.analyze(request, host.placeOf(request.model.path));
  },
  closeText: async ({ document }) => (await followed)?.close(document),
};
