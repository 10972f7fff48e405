import assert from 'node:assert/strict';
import { shortName } from '../../../src/extension/shortName';

describe('the short name of a model', () => {
  it('is that of its file, with its folder where every folder has such a file', () => {
    const cases: [string, string, string][] = [
      ['net.onnx', 'net.onnx', ''],
      ['models/vision/net.onnx', 'net.onnx', 'models/vision'],
      ['tfjs/mobilenet/model.json', 'mobilenet/model.json', 'tfjs'],
      ['mobilenet/model.json', 'mobilenet/model.json', ''],
      ['model.json', 'model.json', ''],
      ['/model.json', 'model.json', ''],
      ['/elsewhere/net.onnx', 'net.onnx', '/elsewhere'],
    ];
    for (const [path, name, folder] of cases) assert.deepEqual(shortName(path), { name, folder }, path);
  });
});
