import assert from 'node:assert/strict';
import { fileKey } from '../../../src/extension/fileKey';

/** An address as VS Code makes them: its text is encoded unless that is not asked for. */
const uri = (scheme: string, path: string) => ({
  scheme,
  toString: (plain?: boolean) => `${scheme}://${plain ? path : encodeURI(path)}`,
});

describe('the key of a file', () => {
  it('is one for a file of Windows and macOS, however its name is written', () => {
    const keys = ['/c:/Models/Été.onnx', '/C:/models/été.ONNX', '/c:/MODELS/ÉTÉ.onnx'].map((p) =>
      fileKey(uri('file', p), true),
    );
    assert.equal(new Set(keys).size, 1);
    assert.notEqual(keys[0], fileKey(uri('file', '/c:/models/ete.onnx'), true));
  });

  it('tells names in upper and lower case apart elsewhere', () => {
    assert.notEqual(fileKey(uri('file', '/m/A.onnx'), false), fileKey(uri('file', '/m/a.onnx'), false));
    const virtual = ['/m/A.onnx', '/m/a.onnx'].map((path) => fileKey(uri('vscode-vfs', path), true));
    assert.notEqual(virtual[0], virtual[1]);
  });
});
