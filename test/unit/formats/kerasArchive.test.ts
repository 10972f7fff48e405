import assert from 'node:assert/strict';
import { deflateRawSync } from 'node:zlib';
import { openModel } from '../../../src/formats/openModel';
import { ModelError } from '../../../src/ir/errors';
import { FilesFolder } from '../../support/onnxModels';

const layer = { class_name: 'Dense', config: { name: 'd', units: 2, batch_input_shape: [null, 3] } };
const config = Buffer.from(JSON.stringify({ class_name: 'Sequential', config: { name: 's', layers: [layer] } }));
const metadata = Buffer.from('{"keras_version": "3.0.0"}');

interface Member {
  readonly name: string;
  readonly data: Buffer;
  readonly method?: number;
  readonly flags?: number;
}

/** A zip archive as Python's zipfile writes it, without checksums. */
function archive(members: readonly Member[], end: { disk?: number; comment?: string; offset?: number } = {}): Buffer {
  const parts: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, data, method = 8, flags = 0 } of members) {
    const stored = method === 8 ? deflateRawSync(data) : data;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(4, 28);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(stored.length, 20);
    entry.writeUInt32LE(data.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    const file = Buffer.concat([local, Buffer.from(name), Buffer.alloc(4), stored]);
    entries.push(entry, Buffer.from(name));
    parts.push(file);
    offset += file.length;
  }
  const directory = Buffer.concat(entries);
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(end.disk ?? 0, 4);
  record.writeUInt16LE(members.length, 10);
  record.writeUInt32LE(directory.length, 12);
  record.writeUInt32LE(end.offset ?? offset, 16);
  return Buffer.concat([...parts, directory, record, Buffer.from(end.comment ?? '')]);
}

const open = (bytes: Uint8Array) => openModel(new FilesFolder({ 'm.keras': bytes }), 'm.keras');
const meta = { name: 'metadata.json', data: metadata };

async function refused(bytes: Uint8Array, code: string, message: RegExp): Promise<void> {
  await assert.rejects(open(bytes), (e) => {
    assert.ok(e instanceof ModelError, String(e));
    assert.deepEqual([e.code, e.path], [code, 'm.keras'], e.message);
    assert.match(e.message, message);
    return true;
  });
}

describe('Keras archives', () => {
  it('are opened by their config.json, deflated or stored, with a comment behind or not', async () => {
    for (const method of [0, 8]) {
      for (const comment of ['', 'a comment']) {
        const weights = { name: 'model.weights.h5', data: Buffer.alloc(5000, 7), method: 0 };
        const model = await open(archive([meta, { name: 'config.json', data: config, method }, weights], { comment }));
        assert.deepEqual(
          [model.format, model.nodeCount, model.weights, model.lines],
          ['keras', 1, 'missing', undefined],
        );
      }
    }
  });

  it('inflate no further than a description can be long', async () => {
    const bomb = Buffer.alloc(2 ** 26 + 1, 32);
    await refused(archive([meta, { name: 'config.json', data: bomb }]), 'too-large', /more than/);
  });

  it('say why they are not read', async () => {
    const own = { name: 'config.json', data: config };
    await refused(archive([meta, { ...own, flags: 1 }]), 'unsupported', /encrypted/);
    await refused(archive([meta, { ...own, method: 12 }]), 'unsupported', /method 12/);
    await refused(archive([meta, own], { disk: 1 }), 'unsupported', /part of several/);
    await refused(archive([meta, own], { disk: 0xffff }), 'unsupported', /zip64/);
    await refused(archive([meta]), 'not-a-model', /without a config.json/);
    await refused(archive([meta, own]).subarray(0, 200), 'truncated', /cut/);
    await refused(archive([meta, own], { offset: 5 }), 'corrupt', /damaged/);
    await refused(archive([meta, own], { offset: 2 ** 31 }), 'truncated', /./);
    await refused(archive([meta, { ...own, data: Buffer.from('{"class_name": 1}') }]), 'not-a-model', /./);
  });

  it('give an error of ours whatever byte is changed', async () => {
    const whole = archive([meta, { name: 'config.json', data: config }]);
    for (let i = 0; i < whole.length; i++) {
      const bytes = Buffer.from(whole);
      bytes[i] ^= 0xff;
      await open(bytes).catch((e: unknown) => assert.ok(e instanceof ModelError, `${i}: ${String(e)}`));
    }
  });
});
