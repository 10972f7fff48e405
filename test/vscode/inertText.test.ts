import assert from 'node:assert/strict';
import fs from 'node:fs';
import * as vscode from 'vscode';
import { closeAll, copyOf, diagnostics, errorsOf, eventually, file } from './support';

/** Names that would do something if any place took them for Markdown, HTML, a command, an icon or a format. */
const names = [
  '[click](command:workbench.action.terminal.new)',
  '[a](https://example.com "b") ![p](https://example.com/p.png)',
  '<img src=https://example.com/x.png><script>alert(1)</script>',
  '`code` **bold** _it_ ~~s~~ # h | t |',
  '&lt;b&gt; &#60;i&#62; &nbsp;',
  '$(trash) $(sync~spin) {0} %s %o',
  'https://example.com/auto www.example.com a@example.com command:x.y file:///etc/passwd',
  'line\nbreak\r\n\r\n# heading\n- list\n```\nfence\n```',
  '<a href="command:workbench.action.closeWindow">x</a>',
  '\u202egnp.exe \u200b\u0007\u001b[31m',
  '[ref]: https://example.com',
  '](command:a) [ ] \\[x\\](y) \\',
];

/** A network whose layers are called so, with something to report about each norm. */
function hostileModel(): string {
  const layer = (class_name: string, config: object) => ({ class_name, config });
  const layers = names.flatMap((name, i) => [
    layer('Dense', {
      name: `d ${i} ${name}`,
      units: 4,
      activation: 'relu',
      ...(i === 0 && { batch_input_shape: [null, 3] }),
    }),
    layer('BatchNormalization', { name, axis: -1 }),
  ]);
  layers.push(layer('Dense', { name: 'head', units: 2 }), layer(names[0], { name: names[2] }));
  return JSON.stringify({ class_name: 'Sequential', config: { name: names[1], layers } }, undefined, 1);
}

/** What CommonMark would make a link, image, HTML, code or autolink of: none of it may be left once what is escaped is taken away. */
function assertInert(markdown: string, where: string): void {
  const own = markdown.replace(/!\[[^\]\\]*\]\(data:image\/svg\+xml;base64,[\w+/=]+\)/g, '');
  const rest = own.replace(/\\[!-/:-@[-`{-~]/g, '');
  for (const sign of ['](', '![', '<', '`', '&', '$(', '://', 'www.', 'command:'])
    assert.ok(!rest.includes(sign), `${where}: ${sign} in ${JSON.stringify(rest)}`);
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  assert.doesNotMatch(own, /[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u200b]/, where);
}

describe('text of a model', () => {
  let document: vscode.TextDocument;
  before(async () => {
    document = await vscode.workspace.openTextDocument(
      copyOf('samples/tfjs/model.json', 'hostile.keras.json', hostileModel),
    );
    await vscode.window.showTextDocument(document);
    await diagnostics(document.uri, () => true);
  });
  after(closeAll);

  it('is inert in hovers', async () => {
    const text = document.getText();
    let shown = 0;
    for (let at = text.indexOf('"name"'); at >= 0; at = text.indexOf('"name"', at + 1)) {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        document.positionAt(at + 2),
      );
      for (const content of hovers.flatMap((h) => h.contents)) {
        if (typeof content === 'string' || !('value' in content)) throw new Error('a hover that is no Markdown');
        const markdown = content as vscode.MarkdownString;
        assert.ok(!markdown.isTrusted && !markdown.supportHtml && !markdown.supportThemeIcons);
        assertInert(markdown.value, 'hover');
        shown++;
      }
    }
    assert.ok(shown >= 2 * names.length, `${shown} paragraphs`);
  });

  it('is inert in lenses and inlay hints', async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      100,
    );
    const commands = new Set((await vscode.commands.getCommands(true)).filter((c) => c.startsWith('normscope.')));
    const ours = lenses.filter((l) => l.command?.command.startsWith('normscope.'));
    assert.ok(ours.length > names.length);
    for (const { command } of ours) {
      assert.ok(commands.has(command!.command), command!.command);
      // an icon of ours in front, and no other
      assert.doesNotMatch(command!.title.replace(/^\$\([\w-]+\) /, ''), /\$\(|example\.com|command:|\n/);
    }
    const hints = await vscode.commands.executeCommand<vscode.InlayHint[]>(
      'vscode.executeInlayHintProvider',
      document.uri,
      new vscode.Range(0, 0, document.lineCount, 0),
    );
    assert.ok(hints.length >= names.length);
    for (const { label, tooltip, textEdits } of hints) {
      // a label of parts could hold commands
      assert.equal(typeof label, 'string');
      assert.ok(tooltip === undefined || typeof tooltip === 'string');
      assert.equal(textEdits?.length ?? 0, 0);
    }
  });

  it('is inert in the Problems panel: its codes lead to our pages only', async () => {
    const found = await diagnostics(document.uri, () => true);
    assert.ok(found.length >= names.length);
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    for (const { message } of found) assert.doesNotMatch(message, /[\u0000-\u001f\u202e\u200b]/);
    const pages = vscode.Uri.joinPath(
      vscode.extensions.getExtension('normscope.normscope')!.extensionUri,
      'media/rules',
    );
    for (const { code } of found) {
      if (typeof code !== 'object') continue;
      assert.ok(code.target.toString().startsWith(pages.toString()), code.target.toString());
      assert.ok(fs.existsSync(code.target.fsPath), code.target.fsPath);
    }
  });

  it('is inert in the outline and among quick fixes', async () => {
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[]>(
      'vscode.executeDocumentSymbolProvider',
      document.uri,
    );
    // JSON's own symbols come along
    const ours = symbols.filter((s) => /^(Dense|BatchNormalization)/.test(s.detail));
    assert.equal(ours.length, 2 * names.length + 1);
    // eslint-disable-next-line no-control-regex -- control characters are what is looked for
    for (const { name, detail } of ours) assert.doesNotMatch(`${name}${detail}`, /[\u0000-\u001f\u202e\u200b]/);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      new vscode.Range(0, 0, document.lineCount, 0),
      vscode.CodeActionKind.QuickFix.value,
    );
    for (const action of actions.filter((a) => a.title.startsWith('Move'))) {
      assert.equal(action.command, undefined);
      for (const [uri] of action.edit!.entries()) assert.equal(uri.toString(), document.uri.toString());
    }
  });

  it('is inert in notifications, and so is the name of its file', async () => {
    const uri = vscode.Uri.joinPath(file('broken'), '[click](command:workbench.action.closeWindow).onnx');
    fs.writeFileSync(uri.fsPath, '');
    const said = await errorsOf(() => vscode.commands.executeCommand('normscope.profile', uri));
    assert.match(said, /\[click\] \(command:.*empty/);
    assert.doesNotMatch(said, /\]\(/);
  });

  it('is inert among the models to choose from', async () => {
    const uri = vscode.Uri.joinPath(file('broken'), '$(trash) $(sync~spin) \u202egnp.onnx');
    fs.writeFileSync(uri.fsPath, '');
    await closeAll();
    const { showQuickPick } = vscode.window;
    let labels: string[] = [];
    vscode.window.showQuickPick = ((items: readonly vscode.QuickPickItem[]) => {
      labels = items.map(({ label }) => label);
      return Promise.resolve(undefined);
    }) as unknown as typeof showQuickPick;
    try {
      await vscode.commands.executeCommand('normscope.profile');
    } finally {
      vscode.window.showQuickPick = showQuickPick;
      fs.rmSync(uri.fsPath);
      await vscode.window.showTextDocument(document);
    }
    assert.ok(labels.length > 1, labels.join());
    const hostile = labels.filter((label) => label.includes('trash'));
    assert.equal(hostile.length, 1);
    // an escaped icon stays text
    assert.match(hostile[0], /\\\$\(trash\) \\\$\(sync~spin\) \ufffdgnp\.onnx$/);
  });

  it('opens no window, terminal or file by being analyzed', async () => {
    const before = [vscode.window.terminals.length, vscode.window.tabGroups.all.flatMap((g) => g.tabs).length];
    await vscode.commands.executeCommand('normscope.analyze', document.uri);
    await eventually('the view', () =>
      vscode.window.tabGroups.all.flatMap((g) => g.tabs).length > before[1] ? true : undefined,
    );
    assert.equal(vscode.window.terminals.length, before[0]);
    const views = vscode.window.tabGroups.all
      .flatMap((g) => g.tabs)
      .filter((t) => t.input instanceof vscode.TabInputWebview);
    assert.equal(views.length, 1);
    assert.ok(fs.existsSync(file('samples/tfjs/model.json').fsPath));
  });
});
