import assert from 'node:assert/strict';
import { RemoteFiles } from '../../../../src/engine/web/remoteFiles';
import type { FromWorker } from '../../../../src/engine/web/workerMessages';
import { ModelError } from '../../../../src/ir/errors';

type Call = Exclude<FromWorker, { type: 'engine' }>;

describe('files of a host, as a worker sees them', () => {
  const calls: Call[] = [];
  const files = new RemoteFiles((message) => {
    if (message.type !== 'engine') calls.push(message);
  });

  it('are opened and read by range, each answer for its call whatever the order', async () => {
    const folder = files.folder('vscode-vfs://github/a/net.onnx');
    const [first, second] = [folder.open('net.onnx'), folder.open('weights.bin')];
    assert.deepEqual(
      calls.map((c) => c.type === 'open' && [c.model, c.relativePath]),
      [
        ['vscode-vfs://github/a/net.onnx', 'net.onnx'],
        ['vscode-vfs://github/a/net.onnx', 'weights.bin'],
      ],
    );
    files.receive({ type: 'answer', call: calls[1].call, size: 7 });
    files.receive({ type: 'answer', call: calls[0].call, size: 3 });
    assert.equal((await first).size, 3);
    assert.equal((await second).size, 7);
    const reading = (await second).read(2, 4);
    assert.deepEqual(calls[2], { type: 'read', call: calls[2].call, file: calls[1].call, offset: 2, length: 4 });
    files.receive({ type: 'answer', call: calls[2].call, bytes: Uint8Array.of(1, 2, 3, 4) });
    assert.deepEqual(await reading, Uint8Array.of(1, 2, 3, 4));
  });

  it('that cannot be read are the errors that the host names', async () => {
    const opening = files.folder('m').open('../secret');
    const error = { code: 'outside-folder', message: '../secret lies outside' };
    files.receive({ type: 'answer', call: calls.at(-1)!.call, error });
    await assert.rejects(opening, (e) => e instanceof ModelError && e.code === 'outside-folder');
    files.receive({ type: 'answer', call: 999, size: 1 });
  });
});
