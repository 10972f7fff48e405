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

/** Layers models with weights: one of ours, and a real one where it is present. */
const layersModels = [
  { model: 'samples/tfjs/model.json', norm: 'norm_1', biased: 1, folds: 3 },
  { model: 'corpus/tfjs-layers/mlperf-ad01/model.json', norm: 'batch_normalization_3', biased: 9, folds: 9 },
];
for (const { model, norm, biased, folds } of layersModels) {
  describe(`fixed copies of ${model}`, () => {
    before(function () {
      if (!fs.existsSync(file(model).fsPath)) this.skip();
    });
    afterEach(closeAll);

    const actionsAt = async (place: string) => {
      const document = await vscode.workspace.openTextDocument(file(model));
      await vscode.window.showTextDocument(document);
      await diagnostics(document.uri, () => true);
      const at = document.positionAt(document.getText().indexOf(`"${place}"`));
      const range = new vscode.Range(at, at);
      return vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        file(model),
        range,
      );
    };
    const weights = (uri: vscode.Uri) => {
      const { weightsManifest } = JSON.parse(fs.readFileSync(uri.fsPath, 'utf8')) as {
        weightsManifest: { paths: string[]; weights: { name: string }[] }[];
      };
      const folder = path.dirname(uri.fsPath);
      for (const { paths } of weightsManifest) for (const p of paths) assert.ok(fs.existsSync(path.join(folder, p)), p);
      return weightsManifest.flatMap((group) => group.weights.map((w) => w.name));
    };

    it('are offered on a layer by the light bulb, and made of that layer alone', async () => {
      const actions = await actionsAt(norm);
      const fold = actions.find((a) => a.title === `Save a copy with ${norm} folded into the layer beside it...`)!;
      assert.ok(fold, actions.map((a) => a.title).join(' | '));
      assert.ok(vscode.CodeActionKind.RefactorRewrite.contains(fold.kind!));
      const moved = actions.filter((a) => a.title.includes(`${norm} moved after its activation`));
      assert.match(moved[0].title, /\(changes what the model computes\)/);
      const output = file(`folded-${folds}/model.json`);
      const [uri, asked] = fold.command!.arguments as [vscode.Uri, object];
      await vscode.commands.executeCommand(fold.command!.command, uri, { ...asked, output });
      const gone = weights(file(model)).filter((name) => !weights(output).includes(name));
      assert.deepEqual(
        gone.map((name) => name.split('/').slice(-2).join('/')).sort(),
        ['beta', 'gamma', 'moving_mean', 'moving_variance'].map((name) => `${norm}/${name}`),
      );
    });

    it('are saved by command, of all layers', async () => {
      const output = file(`unbiased-${folds}/model.json`);
      const before = fs.readFileSync(file(model).fsPath, 'utf8');
      await vscode.commands.executeCommand('normscope.saveFixedCopy', file(model), { fix: 'drop-bias', output });
      assert.equal(weights(file(model)).length - weights(output).length, biased);
      assert.equal(fs.readFileSync(file(model).fsPath, 'utf8'), before);
      await vscode.commands.executeCommand('normscope.analyze', output);
      const found = vscode.languages.getDiagnostics(output).map(ruleOf);
      assert.ok(!found.includes('bias-before-norm'), found.join());
    });

    it('are not saved with other results before somebody agrees, nor over a file', async () => {
      const output = file(`moved-${folds}/model.json`);
      const asked = { fix: 'norm-after-activation', output, acceptDifference: true };
      await vscode.commands.executeCommand('normscope.saveFixedCopy', file(model), asked);
      const first = fs.readFileSync(output.fsPath, 'utf8');
      assert.deepEqual(weights(output), weights(file(model)));
      await vscode.commands.executeCommand('normscope.saveFixedCopy', file(model), { ...asked, fix: 'fold' });
      assert.equal(fs.readFileSync(output.fsPath, 'utf8'), first);
    });
  });
}

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
    const { variants } = await vscode.commands.executeCommand<CompareResult>('normscope.compare', model, settings);
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
