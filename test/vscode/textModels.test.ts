import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, copyOf, diagnostics, eventually, file, hoverText, lastPlace, ruleOf } from './support';

const sample = 'samples/tfjs/model.json';

describe('TensorFlow.js models as text', () => {
  afterEach(closeAll);

  it('say what a layer is on hovering, with no command run before', async () => {
    const document = await vscode.workspace.openTextDocument(file(sample));
    const text = await hoverText(document.uri, lastPlace(document, '"BatchNormalization"'));
    assert.match(text, /batch norm/i);
    assert.match(text, /epsilon/i);
    assert.match(text, /momentum/i);
  });

  it('say nothing about other JSON files', async () => {
    const uri = copyOf(sample, 'settings.json', () => '{ "name": "BatchNormalization", "layers": 3 }');
    const document = await vscode.workspace.openTextDocument(uri);
    assert.equal(await hoverText(uri, lastPlace(document, 'BatchNormalization')), '');
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri);
    assert.deepEqual(lenses, []);
  });

  it('mark values that a norm does not take, where they stand, and nothing in a file that is no model', async () => {
    const momentum = /"momentum": [\d.]+/;
    const wrong = copyOf(sample, 'wrong.keras.json', (text) => text.replace(momentum, '"momentum": 99'));
    const other = copyOf(
      sample,
      'other.json',
      () => '{ "class_name": "BatchNormalization", "config": { "momentum": 99 } }',
    );
    await vscode.workspace.openTextDocument(other);
    const document = await vscode.workspace.openTextDocument(wrong);
    const isOne = (d: vscode.Diagnostic) => ruleOf(d) === 'setting';
    const found = (await diagnostics(wrong, isOne)).filter(isOne);
    assert.deepEqual(
      found.map((d) => [document.getText(d.range), d.message]),
      [['99', 'momentum of BatchNormalization must be a number from 0 to 1: the weight of the old value.']],
    );
    assert.deepEqual(vscode.languages.getDiagnostics(other), []);
  });

  it('are marked at the class of the layer also when they were analyzed before anybody opened them', async () => {
    const uri = copyOf(sample, 'unopened.keras.json');
    await vscode.commands.executeCommand('normscope.analyzeWorkspace');
    const isOne = (d: vscode.Diagnostic) => ruleOf(d) === 'norm-after-activation';
    await diagnostics(uri, isOne);
    const document = await vscode.workspace.openTextDocument(uri);
    await diagnostics(uri, (d) => isOne(d) && document.getText(d.range) === '"class_name": "BatchNormalization"');
  });

  it('are marked, explained and edited at the same places where lines end as on Windows, behind a byte order mark too', async () => {
    const lines = copyOf(sample, 'lines.keras.json', (text) => JSON.stringify(JSON.parse(text), null, 2));
    const windows = copyOf(
      sample,
      'windows.keras.json',
      (text) => `\uFEFF${JSON.stringify(JSON.parse(text), null, 2).replaceAll('\n', '\r\n')}`,
    );
    const isOne = (d: vscode.Diagnostic) => ruleOf(d) === 'norm-after-activation';
    const seen = await Promise.all(
      [lines, windows].map(async (uri) => {
        const document = await vscode.workspace.openTextDocument(uri);
        const found = await diagnostics(uri, (d) => isOne(d) && document.getText(d.range).startsWith('"class_name"'));
        const ask = <T>(what: string, ...more: unknown[]) =>
          vscode.commands.executeCommand<T[]>(`vscode.execute${what}Provider`, uri, ...more);
        const whole = new vscode.Range(0, 0, document.lineCount, 0);
        const [lenses, hints, symbols] = await Promise.all([
          ask<vscode.CodeLens>('CodeLens'),
          ask<vscode.InlayHint>('InlayHint', whole),
          ask<vscode.DocumentSymbol>('DocumentSymbol'),
        ]);
        const marks = found.map((d) => [ruleOf(d), document.getText(d.range), d.range]);
        const all = [
          ...[marks, lenses.map((l) => l.range), hints.map((i) => [i.label, i.position])],
          ...[symbols.map((s) => [s.name, s.selectionRange, s.children.length])],
          await hoverText(uri, lastPlace(document, '"BatchNormalization"')),
        ];
        return { document, mark: found.find(isOne)!.range, all: JSON.stringify(all) };
      }),
    );
    assert.equal(seen[1].document.eol, vscode.EndOfLine.CRLF);
    assert.ok(seen[0].all.length > 2000);
    assert.equal(seen[1].all, seen[0].all);

    const edited = await Promise.all(
      seen.map(async ({ document, mark }) => {
        const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
          'vscode.executeCodeActionProvider',
          document.uri,
          mark,
        );
        const { edit } = actions.find((a) => a.edit !== undefined && a.edit.size > 0)!;
        assert.ok(await vscode.workspace.applyEdit(edit!));
        return document.getText();
      }),
    );
    assert.doesNotMatch(edited[1], /[^\r]\n/);
    assert.equal(edited[1].replaceAll('\r\n', '\n'), edited[0]);
  });

  it('have lenses that lead to the commands', async () => {
    await vscode.workspace.openTextDocument(file(sample));
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      file(sample),
      10,
    );
    const commands = lenses.map((l) => l.command?.command);
    for (const id of ['analyze', 'profile', 'compare'])
      assert.ok(commands.includes(`normscope.${id}`), commands.join());
    const norms = lenses.filter((l) => l.command?.command === 'normscope.showLayer');
    assert.ok(norms.length >= 3, 'norms have no lens of their own');
    assert.equal(norms[0].command!.arguments![1], 'norm_1');
    const beside = lenses.filter((l) => l.range.start.line === norms[0].range.start.line);
    assert.deepEqual(
      beside.map((l) => [l.command!.command, ...l.command!.arguments!.slice(1)]),
      [['normscope.showLayer', 'norm_1'], ['normscope.profile', 'norm_1'], ['normscope.compare']],
    );
  });

  it('have no lenses of norms where several stand in one line', async () => {
    const uri = copyOf(sample, 'lenses.model.json', (text) => JSON.stringify(JSON.parse(text)));
    await vscode.workspace.openTextDocument(uri);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 20);
    const commands = lenses.map((l) => l.command?.command);
    for (const id of ['analyze', 'profile', 'compare'])
      assert.equal(commands.filter((c) => c === `normscope.${id}`).length, 1, commands.join());
    assert.ok(!commands.includes('normscope.showLayer'), commands.join());
  });

  it('have inlay hints that say where norms sit, which can be switched off', async () => {
    const document = await vscode.workspace.openTextDocument(file(sample));
    const ask = () =>
      vscode.commands.executeCommand<vscode.InlayHint[]>(
        'vscode.executeInlayHintProvider',
        document.uri,
        new vscode.Range(0, 0, document.lineCount, 0),
      );
    const label = (h: vscode.InlayHint) =>
      typeof h.label === 'string' ? h.label : h.label.map((p) => p.value).join('');
    const hints = await ask();
    const first = hints.find((h) => label(h).includes('N,H,W'))!;
    assert.ok(first, hints.map(label).join(' | '));
    assert.match(document.lineAt(first.position.line).text, /"class_name": "BatchNormalization"/);
    assert.match(label(first), /before activation; 32x32x16/);
    const setting = vscode.workspace.getConfiguration('normscope.inlayHints');
    await setting.update('enabled', false, vscode.ConfigurationTarget.Workspace);
    try {
      assert.deepEqual(await ask(), []);
    } finally {
      await setting.update('enabled', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });

  it('have an outline of their layers', async () => {
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      file(sample),
    );
    // JSON's own symbols come along
    const norm = symbols.find((s) => s.name === 'norm_1')!;
    assert.match(norm?.detail ?? symbols.map((s) => s.name).join(), /^BatchNormalization: N,H,W/);
    assert.ok(norm.range.contains(norm.selectionRange));
  });

  it('have quick fixes that edit the text', async () => {
    const layer = (name: string, config: object) => ({ class_name: name, config });
    const layers = [
      layer('Dense', { name: 'd', units: 4, batch_input_shape: [null, 3], activation: 'relu' }),
      layer('BatchNormalization', { name: 'bn', axis: -1 }),
      layer('Dense', { name: 'head', units: 2 }),
    ];
    const model = JSON.stringify({ class_name: 'Sequential', config: { name: 's', layers } }, undefined, 2);
    const uri = copyOf(sample, 'fix.keras.json', () => model);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const [found] = await diagnostics(uri, (d) => ruleOf(d) === 'norm-after-activation');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      found.range,
      vscode.CodeActionKind.QuickFix.value,
    );
    const move = actions.find((a) => a.title.startsWith('Move bn before the activation'))!;
    assert.ok(move, actions.map((a) => a.title).join());
    await vscode.workspace.applyEdit(move.edit!);
    await eventually('the finding to go', () =>
      vscode.languages.getDiagnostics(uri).some((d) => ruleOf(d) === 'norm-after-activation') ? undefined : true,
    );
    await document.save();
  });

  it('have findings that follow the text as it is typed', async () => {
    // a sigmoid network deep enough for deep-saturating-without-norm, switched to ReLU while open
    const dense = (i: number) =>
      `{"class_name":"Dense","config":{"name":"dense_${i}","units":8,"activation":"sigmoid","use_bias":true` +
      `${i === 0 ? ',"batch_input_shape":[null,8]' : ''}}}`;
    const layers = Array.from({ length: 8 }, (_, i) => dense(i)).join(',\n');
    const model = `{"modelTopology":{"model_config":{"class_name":"Sequential","config":{"name":"s","layers":[\n${layers}\n]}}},"weightsManifest":[]}`;
    const uri = copyOf(sample, 'sigmoid.model.json', () => model);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    const found = await diagnostics(uri, (d) => ruleOf(d) === 'deep-saturating-without-norm');
    assert.equal(found[0].severity, vscode.DiagnosticSeverity.Warning);
    assert.equal(document.getText(found[0].range), '"class_name":"Dense"');

    const edit = new vscode.WorkspaceEdit();
    const all = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
    edit.replace(uri, all, document.getText().replaceAll('sigmoid', 'relu'));
    await vscode.workspace.applyEdit(edit);
    await eventually('the finding to go', () => {
      const left = vscode.languages.getDiagnostics(uri).filter((d) => d.source === 'NormScope');
      return left.some((d) => ruleOf(d) === 'deep-saturating-without-norm') ? undefined : true;
    });
    await document.save();
  });

  it('have findings as loud as the setting of rules says', async () => {
    const dense = (i: number) =>
      `{"class_name":"Dense","config":{"name":"dense_${i}","units":8,"activation":"sigmoid"` +
      `${i === 0 ? ',"batch_input_shape":[null,8]' : ''}}}`;
    const layers = Array.from({ length: 8 }, (_, i) => dense(i)).join(',\n');
    const model = `{"modelTopology":{"model_config":{"class_name":"Sequential","config":{"name":"s","layers":[\n${layers}\n]}}},"weightsManifest":[]}`;
    const uri = copyOf(sample, 'loud.model.json', () => model);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    const rule = 'deep-saturating-without-norm';
    await diagnostics(uri, (d) => ruleOf(d) === rule && d.severity === vscode.DiagnosticSeverity.Warning);
    const set = (value: object | undefined) =>
      vscode.workspace.getConfiguration('normscope').update('rules', value, vscode.ConfigurationTarget.Workspace);
    try {
      await set({ [rule]: 'error' });
      await diagnostics(uri, (d) => ruleOf(d) === rule && d.severity === vscode.DiagnosticSeverity.Error);
      await set({ [rule]: 'off' });
      await eventually('the finding to go', () =>
        vscode.languages.getDiagnostics(uri).some((d) => ruleOf(d) === rule) ? undefined : true,
      );
    } finally {
      await set(undefined);
    }
    await diagnostics(uri, (d) => ruleOf(d) === rule && d.severity === vscode.DiagnosticSeverity.Warning);
  });

  it('that are one line get a formatted view, with hovers in it', async () => {
    const uri = copyOf(sample, 'oneline.model.json', (text) => JSON.stringify(JSON.parse(text)));
    await vscode.commands.executeCommand('normscope.openFormatted', uri);
    const editor = await eventually('the formatted view', () => {
      const active = vscode.window.activeTextEditor;
      return active?.document.uri.scheme === 'normscope-formatted' ? active : undefined;
    });
    assert.ok(editor.document.lineCount > 50, `${editor.document.lineCount} lines`);
    assert.deepEqual(
      JSON.parse(editor.document.getText()),
      JSON.parse((await vscode.workspace.fs.readFile(uri)).toString()),
    );
    const text = await hoverText(editor.document.uri, lastPlace(editor.document, '"BatchNormalization"'));
    assert.match(text, /batch norm/i);

    // the view cannot be edited: its layers are fixed in a copy of the model
    const at = editor.document.positionAt(editor.document.getText().indexOf('"norm_1"'));
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      editor.document.uri,
      new vscode.Range(at, at),
    );
    const copies = actions.filter((a) => a.command?.command === 'normscope.saveFixedCopy');
    assert.ok(copies.length >= 2, actions.map((a) => a.title).join(' | '));
    assert.ok(actions.every((a) => a.edit === undefined));
    assert.equal(String(copies[0].command!.arguments![0]), uri.toString());
  });
});
