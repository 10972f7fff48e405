import assert from 'node:assert/strict';
import fs from 'node:fs';
import * as vscode from 'vscode';
import { closeAll, diagnostics, eventually, file, ruleOf } from './support';

const viewType = 'normscope.modelView';

describe('ONNX files', () => {
  afterEach(closeAll);

  it('open in the model view, and their findings appear with a link', async () => {
    const uri = file('samples/sample.onnx');
    // a window that has just opened may not know yet which editors there are
    await eventually('the model view', async () => {
      await closeAll();
      await vscode.commands.executeCommand('vscode.open', uri);
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputCustom && input.viewType === viewType ? input : undefined;
    });
    const found = await diagnostics(uri, (d) => ruleOf(d) === 'norm-after-activation');
    for (const d of found) {
      assert.ok(typeof d.code === 'object', `${ruleOf(d)} has no link`);
      // to the layer in the view, or to the rule's page where no layer is meant
      const { scheme, fsPath } = d.code.target;
      assert.ok(scheme === vscode.env.uriScheme || fs.existsSync(fsPath), `${fsPath} does not exist`);
    }
  });

  it('are analyzed by command as well', async () => {
    const uri = file('samples/sample.onnx');
    await vscode.commands.executeCommand('normscope.analyze', uri);
    await diagnostics(uri, (d) => ruleOf(d) === 'norm-after-activation');
  });

  const broken: [string, RegExp][] = [
    ['broken/empty.onnx', /empty/i],
    ['broken/text.onnx', /text|not .*ONNX/i],
    ['broken/truncated.onnx', /truncated|ends/i],
    ['broken/pointer.onnx', /git lfs pull/i],
  ];
  for (const [name, reason] of broken) {
    it(`that cannot be read say why: ${name}`, async () => {
      await vscode.commands.executeCommand('normscope.analyze', file(name));
      const found = await diagnostics(file(name), () => true);
      assert.equal(found.length, 1);
      assert.match(found[0].message, reason);
      assert.ok(found[0].message.includes(name.split('/')[1]), found[0].message);
      assert.equal(found[0].severity, vscode.DiagnosticSeverity.Error);
      assert.ok(!/\n\s+at /.test(found[0].message), 'a stack trace');
    });
  }

  it('follow the file: a broken file that is mended loses its error', async () => {
    const uri = file('broken/mended.onnx');
    fs.writeFileSync(uri.fsPath, '');
    await vscode.commands.executeCommand('normscope.analyze', uri);
    await diagnostics(uri, (d) => d.severity === vscode.DiagnosticSeverity.Error);
    fs.copyFileSync(file('samples/sample.onnx').fsPath, uri.fsPath);
    const found = await diagnostics(uri, (d) => ruleOf(d) === 'norm-after-activation');
    assert.ok(found.every((d) => d.severity !== vscode.DiagnosticSeverity.Error));
  });
});
