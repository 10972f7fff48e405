import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, copyOf } from './support';

/** What the editor offers at the bar of a text, of ours only, and the document with one of them taken. */
async function completions(name: string, marked: string) {
  const uri = copyOf('samples/tfjs/model.json', name, () => marked.replace('|', ''));
  const document = await vscode.workspace.openTextDocument(uri);
  const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
    'vscode.executeCompletionItemProvider',
    uri,
    document.positionAt(marked.indexOf('|')),
  );
  const ours = items.filter((i) => i.detail?.startsWith('NormScope'));
  const label = (i: vscode.CompletionItem) => (typeof i.label === 'string' ? i.label : i.label.label);
  return {
    labels: ours.map(label),
    take: async (wanted: string): Promise<{ text: string; item: vscode.CompletionItem }> => {
      const item = ours.find((i) => label(i) === wanted)!;
      assert.ok(item, `${wanted} is not among ${ours.map(label).join()}`);
      const edit = new vscode.WorkspaceEdit();
      const range = item.range instanceof vscode.Range ? item.range : item.range!.replacing;
      edit.replace(uri, range, typeof item.insertText === 'string' ? item.insertText : item.insertText!.value);
      await vscode.workspace.applyEdit(edit);
      const text = document.getText();
      await document.save();
      return { text, item };
    },
  };
}

const model = (config: string) =>
  `{"class_name":"Sequential","config":{"name":"s","layers":[\n{"class_name":"BatchNormalization","config":{${config}}}]}}`;

describe('completion', () => {
  afterEach(closeAll);

  it('offers the settings of a norm with their defaults and what they do', async () => {
    const { labels, take } = await completions('keras.complete.json', model('\n  "axis": -1,\n  "|"'));
    assert.deepEqual(labels, ['momentum', 'epsilon', 'center', 'scale']);
    const { text, item } = await take('momentum');
    assert.match(item.detail!, /0\.99/);
    assert.ok(item.documentation instanceof vscode.MarkdownString || typeof item.documentation === 'string');
    assert.match(JSON.stringify(item.documentation), /old value/);
    const parsed = JSON.parse(text) as { config: { layers: { config: object }[] } };
    assert.deepEqual(parsed.config.layers[0].config, { axis: -1, momentum: 0.99 });
  });

  it('offers the classes of norms', async () => {
    const { labels } = await completions('keras.classes.json', model('').replace('BatchNormalization', 'Bat|'));
    assert.deepEqual(labels.slice(0, 2), ['"BatchNormalization"', '"LayerNormalization"']);
  });

  it('offers what the family of a Hugging Face model has', async () => {
    const { labels, take } = await completions('config.json', '{\n  "model_type": "llama",\n  |\n}\n');
    assert.deepEqual(labels, ['rms_norm_eps', 'hidden_act']);
    assert.equal((JSON.parse((await take('rms_norm_eps')).text) as { rms_norm_eps: number }).rms_norm_eps, 1e-6);
  });

  it('offers kinds of norms in YAML', async () => {
    const { labels, take } = await completions('mask.yaml', 'MODEL:\n  FPN:\n    NORM: |\n');
    assert.ok(labels.includes('"GN"') && labels.includes('"FrozenBN"'), labels.join());
    assert.match((await take('"GN"')).text, /NORM: "GN"\n/);
  });

  it('offers nothing of ours in other files', async () => {
    assert.deepEqual((await completions('package.other.json', '{ "name": "|" }')).labels, []);
    assert.deepEqual((await completions('other.yaml', 'jobs:\n  test: |\n')).labels, []);
  });
});
