import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the extension', () => {
  const extension = () => vscode.extensions.getExtension('normscope.normscope');

  it('is present and activates', async () => {
    assert.ok(extension(), 'VS Code does not know the extension');
    await extension()!.activate();
    assert.equal(extension()!.isActive, true);
  });

  it('registers its commands', async () => {
    await extension()!.activate();
    const commands = new Set(await vscode.commands.getCommands(true));
    const contributed: { command: string }[] = extension()!.packageJSON.contributes.commands;
    assert.ok(contributed.length > 0);
    for (const id of ['analyze', 'analyzeWorkspace', 'profile', 'cancelProfile', 'openSample', 'openFormatted'].map(
      (name) => `normscope.${name}`,
    ))
      assert.ok(
        contributed.some(({ command }) => command === id),
        `${id} is not in package.json`,
      );
    for (const { command } of contributed)
      assert.ok(commands.has(command), `${command} is contributed but not registered`);
  });

  it('contributes the model view for binary models and saved profiles', () => {
    const editors: { viewType: string; selector: { filenamePattern: string }[] }[] =
      extension()!.packageJSON.contributes.customEditors;
    const view = editors.find(({ viewType }) => viewType === 'normscope.modelView');
    assert.deepEqual(
      view?.selector.map(({ filenamePattern }) => filenamePattern),
      ['*.onnx', '*.keras', '*.normscope.json'],
    );
  });
});
