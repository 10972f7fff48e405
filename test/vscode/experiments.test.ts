import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, eventually } from './support';

interface Report {
  readonly status: string;
  readonly experiments: readonly { readonly id: string; readonly verdict: string; readonly network: string }[];
}

describe('Run Experiment', () => {
  afterEach(closeAll);

  it('runs one in an engine and shows it in its page', async () => {
    const report = await vscode.commands.executeCommand<Report>('normscope.runExperiment', 'norm-axes');
    assert.equal(report.status, 'complete');
    assert.deepEqual(
      report.experiments.map(({ id, verdict, network }) => ({ id, verdict, network })),
      [{ id: 'norm-axes', verdict: 'pass', network: 'built-in' }],
    );
    await eventually('the page of experiments', () =>
      vscode.window.tabGroups.all.flatMap((g) => g.tabs).find((t) => t.label === 'Experiments'),
    );
  });
});
