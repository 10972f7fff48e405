import assert from 'node:assert/strict';
import { refusals, sniff, SNIFFED_BYTES, type FileKind } from '../../../src/formats/sniff';
import { modelBytes, node } from '../../support/onnxModels';

const ascii = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const zip = (name: string) =>
  ascii(`PK\x03\x04\x14\0\0\0\0\0${'\0'.repeat(16)}${String.fromCharCode(name.length)}\0\0\0`.slice(0, 30) + name);

const files: [kind: FileKind, head: Uint8Array][] = [
  ['empty', new Uint8Array()],
  ['empty', ascii(' \n\t')],
  ['binary', modelBytes({})],
  ['binary', modelBytes({ node: [node('Relu', ['x'], ['y'])] }, { irVersion: undefined })],
  ['json', ascii('{"format": "layers-model"}')],
  ['json', ascii('\xef\xbb\xbf [1]')],
  ['json', ascii('"{}"')],
  ['git-lfs-pointer', ascii('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n')],
  ['html', ascii('\n<!DOCTYPE html><html></html>')],
  ['html', ascii('<html lang="en">')],
  ['utf-16', Uint8Array.of(0xff, 0xfe, ...new Uint8Array(Buffer.from('{"format":1}', 'utf16le')))],
  ['utf-16', Uint8Array.of(0xfe, 0xff, 0, 0x7b)],
  ['xml', ascii('<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>')],
  ['onnx-text', ascii('ir_version: 8\nproducer_name: "x"\ngraph {\n')],
  ['onnx-text', ascii('<ir_version: 8, opset_import: ["" : 17]>\nagraph (float[N] x) => (float[N] y) {}')],
  ['text', ascii('MODEL:\n  WEIGHTS: x\n')],
  ['text', ascii('caf\xc3\xa9')],
  ['ort', ascii('\x14\0\0\0ORTM\x0c\0')],
  ['tflite', ascii('\x1c\0\0\0TFL3\0')],
  ['hdf5', ascii('\x89HDF\r\n\x1a\n\0\0')],
  ['keras-archive', zip('config.json')],
  ['keras-archive', zip('metadata.json')],
  ['pytorch-archive', zip('archive/data.pkl')],
  ['pytorch-archive', zip('model/version')],
  ['zip', zip('photos/cat.png')],
  ['pickle', Uint8Array.of(0x80, 2, 0x8a, 10)],
  ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0)],
  ['safetensors', ascii('\x40\x01\0\0\0\0\0\0{"w":{"dtype":"F32"}}')],
  ['numpy', ascii("\x93NUMPY\x01\0v\0{'descr'")],
  ['other-protobuf', ascii('\n\x10\n\x05input\x12\x0bPlaceholder')],
  ['binary', Uint8Array.of(0, 0, 0x80, 0x3f)],
];

describe('sniff', () => {
  for (const [kind, head] of files)
    it(`${kind}: ${JSON.stringify(String.fromCharCode(...head.subarray(0, 30)))}`, () =>
      assert.equal(sniff(head), kind));

  it('takes a text for a text whose last character is cut', () => {
    const text = new TextEncoder().encode('x' + 'é'.repeat(SNIFFED_BYTES));
    assert.equal(sniff(text.subarray(0, SNIFFED_BYTES)), 'text');
    assert.equal(sniff(Uint8Array.of(0x61, 0xc3)), 'binary');
  });

  it('has a message for every kind that is refused, which says what to do', () => {
    for (const kind of new Set(files.map(([k]) => k))) {
      if (kind === 'binary' || kind === 'json' || kind === 'keras-archive') continue;
      const message = refusals[kind].message();
      assert.match(message, /\.$/);
      assert.ok(message.length > 30, message);
    }
    assert.match(refusals['git-lfs-pointer'].message(), /git lfs pull/);
  });
});
