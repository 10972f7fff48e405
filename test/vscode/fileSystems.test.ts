import assert from 'node:assert/strict';
import fs from 'node:fs';
import * as vscode from 'vscode';
import { closeAll, diagnostics, errorsOf, file, hoverText, lastPlace, ruleOf } from './support';

/** A file system that is nowhere but here, as those of virtual workspaces are. */
class MemoryFiles implements vscode.FileSystemProvider {
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  readonly files = new Map<string, Uint8Array>();

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }
  stat({ path }: vscode.Uri): vscode.FileStat {
    const content = this.files.get(path);
    const isFolder = content === undefined && [...this.files.keys()].some((f) => f.startsWith(`${path}/`));
    if (content === undefined && !isFolder) throw vscode.FileSystemError.FileNotFound(path);
    const type = isFolder ? vscode.FileType.Directory : vscode.FileType.File;
    return { type, ctime: 0, mtime: 0, size: content?.length ?? 0 };
  }
  readDirectory(): [string, vscode.FileType][] {
    return [];
  }
  readFile({ path }: vscode.Uri): Uint8Array {
    const content = this.files.get(path);
    if (content === undefined) throw vscode.FileSystemError.FileNotFound(path);
    return content;
  }
  writeFile(uri: vscode.Uri, content: Uint8Array): void {
    this.files.set(uri.path, content);
    this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }
  createDirectory(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
  delete(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
  rename(): void {
    throw vscode.FileSystemError.NoPermissions();
  }
}

const files = new MemoryFiles();
const memory = (path: string) => vscode.Uri.from({ scheme: 'normscope-memory', path });
const frozen = (path: string) => vscode.Uri.from({ scheme: 'normscope-frozen', path });

describe('file systems that are no disk', () => {
  const registered: vscode.Disposable[] = [];
  before(() => {
    registered.push(
      vscode.workspace.registerFileSystemProvider('normscope-memory', files, { isCaseSensitive: true }),
      vscode.workspace.registerFileSystemProvider('normscope-frozen', files, {
        isCaseSensitive: true,
        isReadonly: true,
      }),
    );
    files.files.set('/nets/sample.onnx', fs.readFileSync(file('samples/sample.onnx').fsPath));
    const tfjs = file('samples/tfjs').fsPath;
    for (const name of fs.readdirSync(tfjs)) files.files.set(`/nets/tfjs/${name}`, fs.readFileSync(`${tfjs}/${name}`));
  });
  after(() => vscode.Disposable.from(...registered).dispose());
  afterEach(closeAll);

  for (const [what, uri] of [
    ['in memory', memory],
    ['read-only', frozen],
  ] as const) {
    it(`(${what}) have their ONNX models analyzed`, async () => {
      await vscode.commands.executeCommand('normscope.analyze', uri('/nets/sample.onnx'));
      const found = await diagnostics(uri('/nets/sample.onnx'), (d) => ruleOf(d) === 'norm-after-activation');
      assert.ok(found.every((d) => d.severity !== vscode.DiagnosticSeverity.Error));
    });

    it(`(${what}) have hovers on their text models`, async () => {
      const document = await vscode.workspace.openTextDocument(uri('/nets/tfjs/model.json'));
      const text = await hoverText(document.uri, lastPlace(document, '"BatchNormalization"'));
      assert.match(text, /batch norm/i);
    });
  }

  it('follow a file that changes', async () => {
    const uri = memory('/nets/changing.onnx');
    files.writeFile(uri, new Uint8Array());
    await vscode.commands.executeCommand('normscope.analyze', uri);
    await diagnostics(uri, (d) => d.severity === vscode.DiagnosticSeverity.Error);
    files.writeFile(uri, fs.readFileSync(file('samples/sample.onnx').fsPath));
    await vscode.commands.executeCommand('normscope.analyze', uri);
    await diagnostics(uri, (d) => ruleOf(d) === 'norm-after-activation');
  });

  it('get no profile, and a message that says why', async () => {
    const said = await errorsOf(() => vscode.commands.executeCommand('normscope.profile', memory('/nets/sample.onnx')));
    assert.match(said, /profiling needs the model as a file on disk/);
  });

  it('take no fixed copy, and nothing appears on the disk in its place', async () => {
    const output = memory('/nets/folded.onnx');
    const fix = { fix: 'fold', output };
    const model = file('samples/sample.onnx');
    const said = await errorsOf(() => vscode.commands.executeCommand('normscope.saveFixedCopy', model, fix));
    assert.match(said, /on disk/);
    assert.ok(!fs.existsSync(output.fsPath));
    assert.ok(!files.files.has(output.path));
  });

  it('that are read-only take no saved profile, and a message says so', async () => {
    const model = file('samples/sample.onnx');
    const steps = vscode.workspace.getConfiguration('normscope.profile');
    await steps.update('steps', 2, vscode.ConfigurationTarget.Workspace);
    const { showSaveDialog } = vscode.window;
    try {
      await vscode.commands.executeCommand('normscope.profile', model);
      vscode.window.showSaveDialog = () => Promise.resolve(frozen('/nets/kept.normscope.json'));
      const said = await errorsOf(() => vscode.commands.executeCommand('normscope.saveProfile', model));
      assert.match(said, /kept\.normscope\.json could not be written: .*read-?only/i);
      assert.ok(!files.files.has('/nets/kept.normscope.json'));
    } finally {
      vscode.window.showSaveDialog = showSaveDialog;
      await steps.update('steps', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
