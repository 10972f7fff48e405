import assert from 'node:assert/strict';
import { nodeHost } from '../../../src/engine/nodeHost';
import { runExperiment } from '../../../src/engine/runExperiment';
import { ModelError } from '../../../src/ir/errors';
import {
  EXPERIMENT_SCHEMA_VERSION,
  type ExperimentEvent,
  type ExperimentReport,
  type ExperimentSettings,
} from '../../../src/protocol/experiment';
import { tool } from '../../../src/protocol/tool';
import { experimentText } from '../../../src/reports/experimentText';
import { assertFollows } from '../../support/schemas';

const settings = (...ids: string[]): ExperimentSettings => ({ ids, seeds: 3, engine: 'native', threads: 1 });

async function eventsOf(request: Parameters<typeof runExperiment>[0], abort = new AbortController()) {
  const events: ExperimentEvent[] = [];
  await runExperiment(request, (e) => events.push(e), abort.signal, nodeHost);
  return events;
}

function reportOf(events: readonly ExperimentEvent[]): ExperimentReport {
  const [started] = events;
  assert.ok(started.type === 'started');
  return {
    schemaVersion: EXPERIMENT_SCHEMA_VERSION,
    tool,
    engine: started.engine,
    status: 'complete',
    experiments: events.flatMap((e) => (e.type === 'experiment' ? [e.experiment] : [])),
  };
}

describe('the job of experiments', function () {
  this.timeout(60_000);

  it('runs what was asked for in its order and reports as the schema says', async () => {
    const events = await eventsOf({ settings: settings('norm-axes', 'gamma-beta') });
    const report = reportOf(events);
    assert.deepEqual(
      report.experiments.map((e) => e.id),
      ['norm-axes', 'gamma-beta'],
    );
    assertFollows('experiment', JSON.parse(JSON.stringify(report)));
    const done = events.flatMap((e) => (e.type === 'progress' ? [e.done] : []));
    assert.ok(done.length > 0 && done.every((d, i) => d >= 0 && d <= 1 && (i === 0 || d >= done[i - 1])));
    const text = experimentText(report);
    assert.match(text, /^2 experiments on onnxruntime-node/);
    assert.match(text, /\nexperiment +claim +published +measured +verdict\n/);
    assert.match(text, /\nnorm-axes .* pass\n/);
    assert.ok(text.split('\n').every((line) => line.length <= 160));
  });

  it('goes on behind an experiment that cannot be run', async () => {
    const report = reportOf(await eventsOf({ settings: settings('no-such', 'norm-axes') }));
    const [missing, run] = report.experiments;
    assert.ok('error' in missing && missing.error.code === 'not-found');
    assert.ok('verdict' in run && run.verdict === 'pass');
    assertFollows('experiment', JSON.parse(JSON.stringify(report)));
    assert.match(experimentText(report), /not run/);
  });

  it('ends when it is cancelled', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 200);
    const begun = performance.now();
    await assert.rejects(
      eventsOf({ settings: settings('larger-learning-rate') }, abort),
      (e) => e instanceof ModelError && e.code === 'cancelled',
    );
    assert.ok(performance.now() - begun < 10_000);
  });
});
