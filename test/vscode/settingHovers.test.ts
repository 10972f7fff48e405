import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { closeAll, copyOf, hoverText, lastPlace } from './support';

async function hoverAt(name: string, text: string, word: string): Promise<string> {
  const uri = copyOf('samples/tfjs/model.json', name, () => text);
  const document = await vscode.workspace.openTextDocument(uri);
  return hoverText(uri, lastPlace(document, word));
}

describe('configurations and code that name a norm', () => {
  afterEach(closeAll);

  it('explain it in YAML', async () => {
    assert.match(await hoverAt('rcnn.yaml', 'MODEL:\n  FPN:\n    NORM: "GN"\n', 'NORM'), /Group normalization/);
  });

  it('explain it in a config.json of Hugging Face', async () => {
    const text = '{\n  "model_type": "llama",\n  "rms_norm_eps": 1e-6\n}\n';
    assert.match(await hoverAt('config.json', text, 'rms_norm_eps'), /RMS normalization/);
    assert.equal(await hoverAt('other.json', '{ "name": "x", "eps": 3 }', 'eps'), '');
  });

  it('explain it in Python', async () => {
    const text = 'import torch.nn as nn\n\nbn = nn.BatchNorm2d(64)\n';
    assert.match(await hoverAt('net.py', text, 'BatchNorm2d'), /momentum 0\.1 weights the NEW value/);
  });
});
