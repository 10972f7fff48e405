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
    for (const name of ['normscope_analyze', 'normscope_profile', 'normscope_compare', 'normscope_rule'])
      assert.ok(names.includes(name), name);
  });

  it('analyze a model of the workspace', async () => {
    const byName = await invoke('normscope_analyze', { path: 'samples/sample.onnx' });
    assert.match(byName, /norm-after-activation/);
    assert.match(await invoke('normscope_analyze', { path: file('samples/sample.onnx').fsPath }), /late\.norm/);
    // as an agent writes it on Windows
    assert.match(await invoke('normscope_analyze', { path: 'samples\\sample.onnx' }), /late\.norm/);
  });

  it('read nothing outside the workspace', async () => {
    for (const path of ['/etc/hostname', '../../other.onnx', 'samples/none.onnx'])
      assert.match(await invoke('normscope_analyze', { path }), /no such file in the folders of the workspace/, path);
  });

  it('compare normalizations of a model of the workspace', async () => {
    const few = { path: 'samples/sample.onnx', variants: ['as-is', 'group'], seeds: 1, steps: 2, batch: 2 };
    const answer = await invoke('normscope_compare', few);
    assert.match(answer, /2 variants, 1 seed, 2 steps each/);
    assert.match(answer, /group +\d/);
    assert.match(await invoke('normscope_compare', { path: '../../other.onnx' }), /no such file/);
  });

  it('explain a rule', async () => {
    assert.match(await invoke('normscope_rule', { id: 'bias-before-norm' }), /bias/i);
  });
});
