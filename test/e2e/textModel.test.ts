import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { formatModel } from '../../src/config/formattedText';
import { hasCorpusModel } from '../workbench/workspace';
import { WorkbenchWindow } from '../workbench/window';
import { useWindow } from './support';

const corpusModel = 'tfjs-layers/resnet50_topology_only';

/** Real models are one line of 100 000 characters; a clone without the shared models has one of the tests' making. */
const models = [
  { name: 'a long one-line model', path: 'oneline/model.json', there: true },
  { name: 'ResNet-50 in one line', path: `corpus/${corpusModel}/model.json`, there: hasCorpusModel(corpusModel) },
];

for (const model of models) {
  (model.there ? describe : describe.skip)(`a fresh window: ${model.name}`, function () {
    this.timeout(120_000);
    const scenario = useWindow([corpusModel]);

    it('offers the formatted view, and explains its last batch norm on hovering', async () => {
      const { window, workspace } = scenario;
      const text = fs.readFileSync(path.join(workspace.folder, model.path), 'utf8');
      await window.openFile(model.path);
      const toast = window.notification('very long lines');
      await toast.waitFor({ timeout: 30_000 });
      await toast.getByText('Open Formatted View').click();
      await window.page.locator('.monaco-editor .view-line').nth(5).waitFor();

      const formatted = formatModel(text).text;
      const occurrences = formatted.split('"BatchNormalization"').length - 1;
      const { line, column } = WorkbenchWindow.find(formatted, '"BatchNormalization"', occurrences - 1);
      const hover = await window.hoverAt(line, column + 3, /batch norm/i);
      assert.match(hover, /epsilon/i);
      await window.snapshot(`hover-${path.basename(path.dirname(model.path))}`);
    });
  });
}
