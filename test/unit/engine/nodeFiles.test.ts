import assert from 'node:assert/strict';
import type { BigIntStats, Stats } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { nodeFiles } from '../../../src/engine/nodeFiles';
import type { ByteSink } from '../../../src/formats/onnx/onnxWriter';
import { ModelError } from '../../../src/ir/errors';

/** Does something as on another system, with functions of the file system in the place of Node's. */
async function as(platform: string, functions: Partial<typeof fs>, work: () => Promise<void>): Promise<void> {
  const before = Object.fromEntries(Object.keys(functions).map((name) => [name, fs[name as keyof typeof fs]]));
  const own = process.platform;
  Object.defineProperty(process, 'platform', { value: platform });
  Object.assign(fs, functions);
  try {
    await work();
  } finally {
    Object.assign(fs, before);
    Object.defineProperty(process, 'platform', { value: own });
  }
}

describe('files of this machine', () => {
  let folder: string;
  beforeEach(async () => (folder = await fs.mkdtemp(path.join(os.tmpdir(), 'normscope-files-'))));
  afterEach(() => fs.rm(folder, { recursive: true }));

  const at = (name: string) => path.join(folder, name);
  const bytes = (text: string) => async (sink: ByteSink) => sink(Buffer.from(text));

  it('are the same under other names and links', async () => {
    await fs.writeFile(at('a'), '');
    await fs.writeFile(at('b'), '');
    await fs.symlink(at('a'), at('link'));
    await fs.link(at('a'), at('hard'));
    for (const [other, same] of [
      ['a', true],
      ['link', true],
      ['hard', true],
      ['./x/../a', true],
      ['b', false],
      ['gone', false],
    ] as const)
      assert.equal(await nodeFiles.isSame(at('a'), `${folder}/${other}`), same, other);
  });

  it('are not mixed up on Windows, where their numbers do not fit a double', async () => {
    await fs.writeFile(at('a'), '');
    await fs.writeFile(at('b'), '');
    // as NTFS numbers files: how often the place was used, and the place
    const numbers: Record<string, bigint> = {
      a: (300n << 48n) | 1009n,
      b: (300n << 48n) | 1010n,
      alias: (300n << 48n) | 1009n,
    };
    assert.equal(Number(numbers.a), Number(numbers.b));
    const stat = (file: string, options?: { bigint?: boolean }) => {
      const ino = numbers[path.basename(file)];
      return Promise.resolve({ dev: options?.bigint ? 7n : 7, ino: options?.bigint ? ino : Number(ino) });
    };
    await as('win32', { stat: stat as unknown as typeof fs.stat }, async () => {
      assert.equal(await nodeFiles.isSame(at('a'), at('b')), false);
      assert.equal(await nodeFiles.isSame(at('a'), at('alias')), true);
    });
  });

  it('are told apart by their paths on drives that number none', async () => {
    await fs.writeFile(at('a'), '');
    await fs.writeFile(at('b'), '');
    const { stat } = fs;
    const unnumbered = async (file: string, options: { bigint: true }) =>
      Object.assign((await stat(file, options)) as BigIntStats | Stats, { ino: 0n });
    await as('win32', { stat: unnumbered as unknown as typeof fs.stat }, async () => {
      assert.equal(await nodeFiles.isSame(at('a'), at('b')), false);
      assert.equal(await nodeFiles.isSame(at('a'), `${folder}/./a`), true);
    });
  });

  it('are replaced as a whole, and nothing else stays in the folder', async () => {
    await fs.writeFile(at('model.onnx'), 'before');
    await nodeFiles.write(at('model.onnx'), bytes('after'));
    assert.equal(await fs.readFile(at('model.onnx'), 'utf8'), 'after');
    const broken = nodeFiles.write(at('model.onnx'), () => Promise.reject(new ModelError('corrupt', 'no')));
    await assert.rejects(broken, /no/);
    assert.equal(await fs.readFile(at('model.onnx'), 'utf8'), 'after');
    assert.deepEqual(await fs.readdir(folder), ['model.onnx']);
  });

  describe('that another program has open', () => {
    /** A rename that is refused at first. */
    function refused(times: number, code: string) {
      const { rename } = fs;
      let left = times;
      return {
        rename: async (from: string, to: string) => {
          if (left-- > 0) throw Object.assign(new Error(`${code}: refused`), { code });
          return rename(from, to);
        },
        asked: () => times - left,
      };
    }

    it('are replaced on Windows as soon as it lets go of them', async () => {
      for (const code of ['EPERM', 'EACCES', 'EBUSY']) {
        const { rename } = refused(3, code);
        await as('win32', { rename: rename as typeof fs.rename }, () => nodeFiles.write(at('copy.onnx'), bytes(code)));
        assert.equal(await fs.readFile(at('copy.onnx'), 'utf8'), code);
      }
    });

    it('are an error that says so when it does not, or elsewhere at once', async () => {
      const held = refused(Infinity, 'EBUSY');
      const write = () => nodeFiles.write(at('copy.onnx'), bytes('x'));
      const says = (e: unknown) =>
        e instanceof ModelError && /copy\.onnx cannot be written: another program has it open\. Choose/.test(e.message);
      await as('win32', { rename: held.rename as typeof fs.rename }, () => assert.rejects(write(), says));
      const elsewhere = refused(1, 'EBUSY');
      await as('linux', { rename: elsewhere.rename as typeof fs.rename }, () => assert.rejects(write(), says));
      assert.equal(elsewhere.asked(), 1);
      assert.deepEqual(await fs.readdir(folder), []);
    });
  });
});
