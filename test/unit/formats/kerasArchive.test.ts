import assert from 'node:assert/strict';
import { constants, deflateRawSync } from 'node:zlib';
import { openModel } from '../../../src/formats/openModel';
import { ModelError } from '../../../src/ir/errors';
import { FilesFolder } from '../../support/onnxModels';
import { zipArchive as archive } from '../../support/zipArchive';

const layer = { class_name: 'Dense', config: { name: 'd', units: 2, batch_input_shape: [null, 3] } };
const config = Buffer.from(JSON.stringify({ class_name: 'Sequential', config: { name: 's', layers: [layer] } }));
const metadata = Buffer.from('{"keras_version": "3.0.0"}');

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
  it('are opened by their config.json, deflated or stored, with a comment behind, with sizes of 64 bits', async () => {
    for (const method of [0, 8]) {
      for (const end of [{}, { comment: 'a comment' }, { zip64: true }]) {
        const weights = { name: 'model.weights.h5', data: Buffer.alloc(5000, 7), method: 0 };
        const model = await open(archive([meta, { name: 'config.json', data: config, method }, weights], end));
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
    // blocks of blanks that end on a byte can be repeated: 10 GB in 10 MB, of which the sizes in the archive say nothing
    const block = deflateRawSync(Buffer.alloc(2 ** 20, 32), { finishFlush: constants.Z_FULL_FLUSH });
    const endless = Buffer.concat(Array.from({ length: 10_000 }, () => block));
    const before = process.memoryUsage().rss;
    for (const claimed of [100, 10 * 2 ** 30]) {
      await refused(
        archive([meta, { name: 'config.json', data: endless, deflated: claimed }]),
        'too-large',
        /more than/,
      );
    }
    assert.ok(process.memoryUsage().rss - before < 400e6, 'memory');
  });

  it('say why they are not read', async () => {
    const own = { name: 'config.json', data: config };
    await refused(archive([meta, { ...own, flags: 1 }]), 'unsupported', /encrypted/);
    await refused(archive([meta, { ...own, method: 12 }]), 'unsupported', /method 12/);
    await refused(archive([meta, own], { disk: 1 }), 'unsupported', /part of several/);
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
