import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EngineClient } from '../../../src/engine/engineClient';
import type { ModelError } from '../../../src/ir/errors';
import { setLanguage } from '../../../src/texts/say';
import { inProcessEngine } from '../../support/inProcessEngine';

const sample = fs.readFileSync(path.join(__dirname, '../../../media/samples/sample.onnx'));

const layersModel = (layers: unknown, weightsManifest: unknown = []) =>
  JSON.stringify({
    format: 'layers-model',
    modelTopology: { class_name: 'Sequential', config: { layers } },
    weightsManifest,
  });
const graphModel = (node: unknown) =>
  JSON.stringify({ format: 'graph-model', modelTopology: { node }, weightsManifest: [] });
const dense = (units: number) => ({
  class_name: 'Dense',
  config: { name: 'dense', units, batch_input_shape: [null, 3] },
});
const shards = (file: string) => [
  {
    paths: [file],
    weights: [
      { name: 'dense/kernel', shape: [3, 2], dtype: 'float32' },
      { name: 'dense/bias', shape: [2], dtype: 'float32' },
    ],
  },
];

const files: readonly (readonly [name: string, content: string | Uint8Array, said: RegExp])[] = [
  ['empty.onnx', '', /^il file è vuoto/],
  ['pointer.onnx', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n', /puntatore Git LFS/],
  ['page.onnx', '<!DOCTYPE html><html></html>', /pagina HTML/],
  ['half.onnx', sample.subarray(0, sample.length >> 1), /^il file finisce al byte \d+, ma il modello prosegue/],
  ['wireType.onnx', Uint8Array.of(8, 7, 0x3f, 0x3a, 0), /schema protobuf di ONNX \(non esiste un wire type 7\)/],
  ['noGraph.onnx', Uint8Array.of(8, 7, 0x42, 2, 0x10, 18), /schema protobuf di ONNX \(non contiene un grafo\)/],
  ['weights.h5', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), /file HDF5/],
  ['cut.json', '{"modelTopology": {"class_name": "Seq', /finisce troppo presto/],
  ['other.json', '{"a": 1}', /file JSON, ma non un modello/],
  ['noList.json', layersModel('none'), /^Sequential non ha una lista/],
  ['unknownClass.json', layersModel([dense(2), { class_name: 'Mystery', config: {} }]), /la classe Mystery non è nota/],
  ['outside.json', layersModel([dense(2)], shards('../x.bin')), /^il file dei pesi "\.\.\/x\.bin" non è un percorso/],
  ['withoutShard.json', layersModel([dense(2)], shards('x.bin')), /^non c’è alcun file x\.bin/],
  ['units.json', layersModel([dense(-2)]), /units deve essere un intero positivo/],
  ['noInput.json', graphModel([{ name: 'a', op: 'Relu', input: ['b'] }]), /il suo ingresso 0 non è collegato/],
  ['cycle.json', graphModel([{ name: 'a', op: 'Relu', input: ['a'] }]), /^1 nodo su un ciclo o dopo/],
];

describe('what is wrong with a broken file, in Italian', () => {
  let client: EngineClient;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'normscope-'));

  beforeEach(() => (client = new EngineClient(inProcessEngine, 'it')));
  afterEach(() => {
    client.dispose();
    setLanguage(undefined);
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  for (const [name, content, said] of files)
    it(name, async () => {
      const file = path.join(folder, name);
      fs.writeFileSync(file, content);
      const request = { model: { path: file }, shownPath: name, severities: {} };
      const messages = await client.run('analyze', request).then(
        ({ problems }) => problems.map(({ message }) => message),
        (error: ModelError) => [error.message],
      );
      assert.match(messages[0], said);
      for (const message of messages)
        assert.doesNotMatch(message, /\b(the|of|is|are|and|with|has|have|over)\b|\{\d\}|undefined/);
    });
});
