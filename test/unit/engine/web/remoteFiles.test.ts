import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RemoteFiles } from '../../../../src/engine/web/remoteFiles';
import type { FromWorker } from '../../../../src/engine/web/workerMessages';
import { ModelError } from '../../../../src/ir/errors';

type Call = Exclude<FromWorker, { type: 'engine' }>;
const callOf = (message: Call) => ('call' in message ? message.call : assert.fail('no call'));

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
    files.receive({ type: 'answer', call: callOf(calls[1]), size: 7 });
    files.receive({ type: 'answer', call: callOf(calls[0]), size: 3 });
    assert.equal((await first).size, 3);
    assert.equal((await second).size, 7);
    const reading = (await second).read(2, 4);
    assert.deepEqual(calls[2], { type: 'read', call: callOf(calls[2]), file: callOf(calls[1]), offset: 2, length: 4 });
    files.receive({ type: 'answer', call: callOf(calls[2]), bytes: Uint8Array.of(1, 2, 3, 4) });
    assert.deepEqual(await reading, Uint8Array.of(1, 2, 3, 4));
  });

  it('are let go of by the host once nobody reads them', async () => {
    setFlagsFromString('--expose_gc');
    const collect = runInNewContext('gc') as () => void;
    await (async () => {
      const opening = files.folder('m').open('large.bin');
      files.receive({ type: 'answer', call: callOf(calls.at(-1)!), size: 2 ** 30 });
      assert.equal((await opening).size, 2 ** 30);
    })();
    const file = calls.at(-1)!;
    const isClosed = () => calls.some((c) => c.type === 'close' && c.file === callOf(file));
    assert.ok(!isClosed());
    for (let i = 0; i < 50 && !isClosed(); i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.ok(isClosed());
  });

  it('that cannot be read are the errors that the host names', async () => {
    const opening = files.folder('m').open('../secret');
    const error = { code: 'outside-folder', message: '../secret lies outside' };
    files.receive({ type: 'answer', call: callOf(calls.at(-1)!), error });
    await assert.rejects(opening, (e) => e instanceof ModelError && e.code === 'outside-folder');
    files.receive({ type: 'answer', call: 999, size: 1 });
  });
});
