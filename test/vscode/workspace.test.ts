import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, diagnostics, file } from './support';

describe('the models of a workspace', () => {
  afterEach(closeAll);

  it('are analyzed by one command, and what is wrong with each is in the Problems panel', async () => {
    await vscode.commands.executeCommand('normscope.analyzeWorkspace');
    const found = await diagnostics(file('samples/sample.onnx'), () => true);
    assert.ok(found.length > 0);
    const broken = await diagnostics(file('broken/empty.onnx'), () => true);
    assert.equal(broken[0].severity, vscode.DiagnosticSeverity.Error);
    assert.ok((await diagnostics(file('broken/text.onnx'), () => true)).length > 0);
  });

  it('can be analyzed several at a time from the explorer', async () => {
    const uris = [file('broken/truncated.onnx'), file('broken/pointer.onnx')];
    await vscode.commands.executeCommand('normscope.analyze', uris[0], uris);
    for (const uri of uris) assert.equal((await diagnostics(uri, () => true)).length, 1);
    assert.equal(vscode.window.tabGroups.all.flatMap((g) => g.tabs).length, 0, 'no view is opened for several');
  });
});
