import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { CompareResult } from '../../src/protocol/compare';
import { closeAll, eventually, file, diagnostics, ruleOf } from './support';

/** Addresses of what is open in tabs. */
function open(): string[] {
  return vscode.window.tabGroups.all.flatMap((group) =>
    group.tabs.flatMap(({ input }) => (input instanceof vscode.TabInputCustom ? input.uri.toString() : [])),
  );
}

describe('fixed copies', () => {
  afterEach(closeAll);

  it('are saved by command, proven, and lack what they were fixed for', async () => {
    const model = file('samples/sample.onnx');
    const before = fs.readFileSync(model.fsPath);
    const output = file('samples/folded.onnx');
    await vscode.commands.executeCommand('normscope.saveFixedCopy', model, { fix: 'fold', output });
    assert.ok(fs.existsSync(output.fsPath));
    assert.deepEqual(fs.readFileSync(model.fsPath), before);
    const rules = async (uri: vscode.Uri) => {
      await vscode.commands.executeCommand('normscope.analyze', uri);
      return (await diagnostics(uri, () => true)).map(ruleOf);
    };
    assert.ok((await rules(model)).includes('foldable-batch-norm'));
    assert.ok(!(await rules(output)).includes('foldable-batch-norm'));
  });

  it('replace no file unless asked to', async () => {
    const output = file('samples/taken.onnx');
    fs.writeFileSync(output.fsPath, 'something else');
    const save = (more: object) =>
      vscode.commands.executeCommand('normscope.saveFixedCopy', file('samples/sample.onnx'), {
        ...{ fix: 'fold', output },
        ...more,
      });
    await save({});
    assert.equal(fs.readFileSync(output.fsPath, 'utf8'), 'something else');
    await save({ overwrite: true });
    assert.ok(fs.statSync(output.fsPath).size > 1000);
  });

  it('are not saved where there is nothing to fix', async () => {
    const output = file('samples/nothing.onnx');
    await vscode.commands.executeCommand('normscope.saveFixedCopy', file('samples/sample.onnx'), {
      fix: 'inference-mode',
      output,
    });
    assert.ok(!fs.existsSync(output.fsPath));
    assert.deepEqual(
      fs.readdirSync(path.dirname(output.fsPath)).filter((f) => f.endsWith('.part')),
      [],
    );
  });
});

describe('variants', () => {
  afterEach(closeAll);

  it('are exported by command, without a question where all is said, and replace no file unless asked to', async () => {
    const output = file('samples/group.onnx');
    const save = (more: object) =>
      vscode.commands.executeCommand('normscope.exportVariant', file('samples/sample.onnx'), {
        ...{ norm: 'group', output },
        ...more,
      });
    await save({});
    const first = fs.readFileSync(output.fsPath);
    await save({ norm: 'none' });
    assert.deepEqual(fs.readFileSync(output.fsPath), first);
    await save({ norm: 'none', overwrite: true });
    assert.ok(!fs.readFileSync(output.fsPath).equals(first));
  });

  it('are compared by command, without a question where all is said', async () => {
    const settings = { variants: ['as-is', 'none'], seeds: 1, steps: 2, batch: 2 };
    const model = file('samples/tfjs/model.json');
    const { variants } = (await vscode.commands.executeCommand<CompareResult>('normscope.compare', model, settings));
    assert.deepEqual(
      variants.map(({ id, status }) => [id, status]),
      [
        ['as-is', 'complete'],
        ['none', 'complete'],
      ],
    );
  });
});

describe('links to layers', () => {
  afterEach(closeAll);

  const follow = async (query: string, linkPath = '/open') => {
    const extension = vscode.extensions.getExtension<{ openLink(link: vscode.Uri): Promise<void> }>(
      'normscope.normscope',
    )!;
    const links = await extension.activate();
    const { uriScheme: scheme } = vscode.env;
    await links.openLink(vscode.Uri.from({ scheme, authority: extension.id, path: linkPath, query }));
  };

  it('stand on findings of a file that is no text, and open its view', async () => {
    const uri = file('samples/sample.onnx');
    await vscode.commands.executeCommand('normscope.analyze', uri);
    const found = await diagnostics(uri, (d) => ruleOf(d) === 'norm-after-activation');
    const { code } = found.find((d) => ruleOf(d) === 'norm-after-activation')!;
    assert.ok(typeof code === 'object');
    assert.equal(code.target.scheme, vscode.env.uriScheme);
    assert.equal(code.target.authority, 'normscope.normscope');
    await closeAll();
    assert.deepEqual(open(), []);
    await follow(code.target.query);
    await eventually('the view', () => (open().includes(uri.toString()) ? true : undefined));
  });

  it('open files of the workspace by their path as well', async () => {
    const uri = file('samples/linked model.onnx');
    fs.copyFileSync(file('samples/sample.onnx').fsPath, uri.fsPath);
    await follow(`file=${encodeURIComponent(uri.fsPath)}&layer=none`);
    await eventually('the view', () => (open().includes(uri.toString()) ? true : undefined));
  });

  const outside = () => path.join(path.dirname(file('.').fsPath), 'normscope-outside.onnx');
  const hostile: [what: string, query: () => string, path?: string][] = [
    ['a file outside of the workspace', () => `file=${encodeURIComponent(outside())}`],
    [
      'a path that leads out of it',
      () => `file=${encodeURIComponent(`${file('samples').fsPath}/../../normscope-outside.onnx`)}`,
    ],
    ['another machine', () => 'file=file%3A%2F%2Fexample.com%2Fshare%2Fnet.onnx'],
    ['an address of the web', () => 'file=https%3A%2F%2Fexample.com%2Fnet.onnx'],
    ['a command', () => 'file=command%3Aworkbench.action.terminal.new'],
    ['no file', () => 'layer=conv'],
    ['another path', () => `file=${encodeURIComponent(file('samples/sample.onnx').fsPath)}`, '/run'],
  ];
  for (const [what, query, linkPath] of hostile) {
    it(`are refused for ${what}`, async () => {
      fs.copyFileSync(file('samples/sample.onnx').fsPath, outside());
      try {
        await follow(query(), linkPath);
        await new Promise((resolve) => setTimeout(resolve, 200));
        assert.deepEqual(open(), []);
      } finally {
        fs.rmSync(outside());
      }
    });
  }
});
