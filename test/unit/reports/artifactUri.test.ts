import assert from 'node:assert/strict';
import { artifactUri } from '../../../src/reports/artifactUri';

describe('URI of a path', () => {
  const cases: [path: string, uri: string][] = [
    ['models/net.onnx', 'models/net.onnx'],
    ['../a b/ünï#1?.onnx', '../a%20b/%C3%BCn%C3%AF%231%3F.onnx'],
    ['mailto:x.onnx', 'mailto%3Ax.onnx'],
    ['100%.onnx', '100%25.onnx'],
    ['/data/net.onnx', 'file:///data/net.onnx'],
    ['C:\\data\\a b.onnx', 'file:///C:/data/a%20b.onnx'],
    ['c:/data/net.onnx', 'file:///c:/data/net.onnx'],
    ['\\\\server\\share\\net.onnx', 'file://server/share/net.onnx'],
    ['models\\net.onnx', 'models/net.onnx'],
    ['a/b\\c.onnx', 'a/b%5Cc.onnx'],
    ['half\ud800.onnx', 'half%EF%BF%BD.onnx'],
  ];
  for (const [path, uri] of cases) it(JSON.stringify(path), () => assert.equal(artifactUri(path), uri));

  it('leads back to the path', () => {
    const path = '/tmp/a b/#?%ü[1].onnx';
    assert.equal(decodeURIComponent(new URL(artifactUri(path)).pathname), path);
  });
});
