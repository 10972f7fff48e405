import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { file } from './support';

async function invoke(name: string, input: object): Promise<string> {
  const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
}

describe('the tools of chat agents', () => {
  it('are known to the editor', () => {
    const names = vscode.lm.tools.map((t) => t.name);
    for (const name of ['normscope_analyze', 'normscope_profile', 'normscope_rule'])
      assert.ok(names.includes(name), name);
  });

  it('analyze a model of the workspace', async () => {
    const byName = await invoke('normscope_analyze', { path: 'samples/sample.onnx' });
    assert.match(byName, /norm-after-activation/);
    assert.match(await invoke('normscope_analyze', { path: file('samples/sample.onnx').fsPath }), /late\.norm/);
  });

  it('read nothing outside the workspace', async () => {
    for (const path of ['/etc/hostname', '../../other.onnx', 'samples/none.onnx'])
      assert.match(await invoke('normscope_analyze', { path }), /no such file in the folders of the workspace/, path);
  });

  it('explain a rule', async () => {
    assert.match(await invoke('normscope_rule', { id: 'bias-before-norm' }), /bias/i);
  });
});
