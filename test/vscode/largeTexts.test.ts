import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, copyOf, diagnostics, eventually, ruleOf } from './support';

const rule = 'norm-after-activation';

/** A network of 900 layers, 300 KB: too much to be read in the process that all extensions share. */
function largeModel(): string {
  const layers = Array.from({ length: 450 }, (_, i) => [
    {
      class_name: 'Dense',
      config: { name: `dense_${i}`, units: 8, activation: 'relu', ...(i === 0 && { batch_input_shape: [null, 8] }) },
      note: 'x'.repeat(500),
    },
    { class_name: 'BatchNormalization', config: { name: `norm_${i}`, axis: -1 } },
  ]).flat();
  return JSON.stringify({ class_name: 'Sequential', config: { name: 's', layers } }, undefined, 1);
}

describe('a large text of a model', () => {
  afterEach(closeAll);

  it('has findings that follow what is typed, saved or not', async () => {
    const uri = copyOf('samples/tfjs/model.json', 'large.keras.json', largeModel);
    const document = await vscode.workspace.openTextDocument(uri);
    assert.ok(document.getText().length > 300_000);
    await vscode.window.showTextDocument(document);
    const found = await diagnostics(uri, (d) => ruleOf(d) === rule);
    assert.match(
      document.getText(found.find((d) => ruleOf(d) === rule)!.range),
      /^"class_name": "BatchNormalization"$/,
    );
    const edit = new vscode.WorkspaceEdit();
    const all = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
    edit.replace(uri, all, document.getText().replaceAll('"relu"', '"linear"'));
    await vscode.workspace.applyEdit(edit);
    assert.ok(document.isDirty);
    await eventually('the findings to go', () =>
      vscode.languages.getDiagnostics(uri).some((d) => ruleOf(d) === rule) ? undefined : true,
    );
    await document.save();
  });
});
