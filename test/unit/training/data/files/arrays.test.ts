import assert from 'node:assert/strict';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { BytesSource, type ByteSource } from '../../../../../src/ir/byteSource';
import { ModelError } from '../../../../../src/ir/errors';
import { openData } from '../../../../../src/training/data/files/openData';
import { sizesOf } from '../../../../../src/training/data/files/sampleTable';
import { zipArchive } from '../../../../support/zipArchive';

/** Written by numpy 2: a = np.arange(12).reshape(3, 2, 2). */
const numpy = {
  'a / 4, float32':
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDIsIDIpLCB9ICAgICAg' +
    'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAPgAAAD8AAEA/AACAPwAAoD8AAMA/' +
    'AADgPwAAAEAAABBAAAAgQAAAMEA=',
  'a - 5, big-endian int16':
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPmkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDIsIDIpLCB9ICAgICAg' +
    'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAr/+//8//3//v//AAAAAQACAAMABAAFAAY=',
  'a / 8, float16':
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDIsIDIpLCB9ICAgICAg' +
    'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAwADQANgA4ADkAOgA7ADyAPAA9gD0=',
  'Fortran order':
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMywgNCksIH0gICAgICAgICAg' +
    'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAACAQAAAAEEAAIA/AACgQAAAEEEAAABA' +
    'AADAQAAAIEEAAEBAAADgQAAAMEE=',
};
/** np.savez and np.savez_compressed of x = np.arange(6).reshape(3, 2) as bytes and y = [0, 1, 0] as int64. */
const archives = {
  stored:
    'UEsDBC0AAAAAAAAAIQAb+n1h//////////8FABQAeC5ucHkBABAAhgAAAAAAAACGAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJ3x1' +
    'MScsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCAyKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg' +
    'ICAgICAgICAgICAgICAgICAgICAgICAgICAKAAECAwQFUEsDBC0AAAAAAAAAIQCKRzeo//////////8FABQAeS5ucHkBABAAmAAAAAAA' +
    'AACYAAAAAAAAAJNOVU1QWQEAdgB7J2Rlc2NyJzogJzxpOCcsICdmb3J0cmFuX29yZGVyJzogRmFsc2UsICdzaGFwZSc6ICgzLCksIH0g' +
    'ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAKAAAAAAAAAAABAAAAAAAAAAAA' +
    'AAAAAAAAUEsBAi0DLQAAAAAAAAAhABv6fWGGAAAAhgAAAAUAAAAAAAAAAAAAAIABAAAAAHgubnB5UEsBAi0DLQAAAAAAAAAhAIpHN6iY' +
    'AAAAmAAAAAUAAAAAAAAAAAAAAIABvQAAAHkubnB5UEsFBgAAAAACAAIAZgAAAIwBAAAAAA==',
  compressed:
    'UEsDBC0AAAAIAAAAIQAb+n1h//////////8FABQAeC5ucHkBABAAhgAAAAAAAABMAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF5T' +
    'aqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GsY6CkaaOgq1CmQDLgZGJmYWVgBQSwMELQAAAAgAAAAhAIpHN6j/////////' +
    '/wUAFAB5Lm5weQEAEACYAAAAAAAAAEoAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNpoa6joJ6WX1RSlJgXn1+UkgoSd0vMKU4F' +
    'ihdnJBakAvkaxjqaOgq1ChQALgYoYGRABQBQSwECLQMtAAAACAAAACEAG/p9YUwAAACGAAAABQAAAAAAAAAAAAAAgAEAAAAAeC5ucHlQ' +
    'SwECLQMtAAAACAAAACEAikc3qEoAAACYAAAABQAAAAAAAAAAAAAAgAGDAAAAeS5ucHlQSwUGAAAAAAIAAgBmAAAABAEAAAAA',
};

const bytesOf = (base64: string) => Buffer.from(base64, 'base64');

/** A file that notes how much of it was read. */
class WatchedSource implements ByteSource {
  most = 0;
  constructor(
    private readonly bytes: Uint8Array,
    readonly size = bytes.length,
  ) {}
  read(offset: number, length: number): Promise<Uint8Array> {
    this.most = Math.max(this.most, length);
    return new BytesSource(this.bytes).read(offset, length);
  }
}

const open = (bytes: Uint8Array | string, name = 'd', column?: string) =>
  openData({ path: `some/${name}`, source: new BytesSource(Buffer.from(bytes as Uint8Array)) }, column);

async function table(bytes: Uint8Array | string, name = 'd') {
  const { tables } = await open(bytes, name);
  const only = tables.get('')!;
  return { sizes: sizesOf(only), dtype: only.dtype, values: [...(await only.read(0, only.count))], only };
}

async function refused(bytes: Uint8Array | string, code: string, message: RegExp): Promise<void> {
  await assert.rejects(open(bytes), (e) => {
    assert.ok(e instanceof ModelError, String(e));
    assert.equal(e.code, code, e.message);
    assert.match(e.describe(), message);
    return true;
  });
}

describe('arrays of numpy', () => {
  const a = Array.from({ length: 12 }, (_, i) => i);

  it('of several types and byte orders are read', async () => {
    const cases = [
      ['a / 4, float32', 'float32', (v: number) => v / 4],
      ['a - 5, big-endian int16', 'int16', (v: number) => v - 5],
      ['a / 8, float16', 'float16', (v: number) => v / 8],
    ] as const;
    for (const [name, dtype, value] of cases) {
      const read = await table(bytesOf(numpy[name]));
      assert.deepEqual([read.sizes, read.dtype, read.values], ['[3,2,2]', dtype, a.map(value)], name);
      assert.deepEqual([...(await read.only.read(1, 1))], a.slice(4, 8).map(value), name);
    }
  });

  it('are read by ranges: a sample costs its own bytes', async () => {
    const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (100000, 100), }";
    const bytes = new Uint8Array(10 + header.length + 1e7);
    bytes.set([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0, ...Buffer.from(header)]);
    bytes[10 + header.length + 99999 * 100] = 7;
    const source = new WatchedSource(bytes);
    const { tables } = await openData({ path: 'x.npy', source });
    assert.equal((await tables.get('')!.read(99999, 1))[0], 7);
    assert.ok(source.most <= 200, String(source.most));
  });

  it('are read from archives, stored, compressed and with sizes of 64 bits', async () => {
    const x = bytesOf(numpy['a / 4, float32']);
    const wide = zipArchive(
      [
        { name: 'x.npy', data: x },
        { name: 'note.txt', data: x },
      ],
      { zip64: true },
    );
    assert.deepEqual([...(await open(wide)).tables.keys()], ['x']);
    for (const archive of Object.values(archives)) {
      const { tables } = await open(bytesOf(archive), 'd.npz');
      assert.deepEqual([...tables.keys()], ['x', 'y']);
      assert.deepEqual([...(await tables.get('x')!.read(0, 3))], [0, 1, 2, 3, 4, 5]);
      assert.deepEqual([...(await tables.get('y')!.read(0, 3))], [0, 1, 0]);
      assert.equal(tables.get('x')!.name, 'd.npz: x');
    }
  });

  it('are refused with a reason when they cannot be read', async () => {
    const sound = bytesOf(numpy['a / 4, float32']);
    await refused(bytesOf(numpy['Fortran order']), 'unsupported', /ascontiguousarray/);
    await refused(sound.subarray(0, sound.length - 1), 'truncated', /d should hold \[3,2,2\] .* ends at byte 175/);
    await refused(sound.subarray(0, 9), 'truncated', /header/);
    const changed = (from: string, to: string) => Buffer.from(sound.toString('latin1').replace(from, to), 'latin1');
    await refused(changed("'<f4'", "'|O4'"), 'unsupported', /numpy type \|O4/);
    await refused(changed("'<f4'", "'__pr'"), 'unsupported', /numpy type/);
    await refused(changed('(3, 2, 2)', '(9999999999, 99999999)'), 'truncated', /should hold/);
    await refused(changed("'shape'", "'shade'"), 'corrupt', /header/);
    await refused(zipArchive([{ name: 'a.txt', data: sound }]), 'not-a-model', /without arrays/);
    await refused(zipArchive([{ name: 'a.npy', data: Buffer.alloc(20) }]), 'corrupt', /no NPY/);
  });

  it('give an error of ours or numbers whatever byte is changed', async () => {
    for (const whole of [bytesOf(numpy['a / 4, float32']), bytesOf(archives.compressed)]) {
      for (let i = 0; i < whole.length; i++) {
        const bytes = Buffer.from(whole);
        bytes[i] ^= 0xff;
        try {
          for (const t of (await open(bytes)).tables.values()) await t.read(0, t.count);
        } catch (e) {
          assert.ok(e instanceof ModelError, `${i}: ${String(e)}`);
        }
      }
    }
  });
});

describe('IDX files', () => {
  const idx = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255]);

  it('are read as they are and packed by gzip', async () => {
    for (const bytes of [idx, gzipSync(idx)]) {
      const { sizes, dtype, values } = await table(bytes, 'train-images-idx3-ubyte.gz');
      assert.deepEqual([sizes, dtype], ['[2,2,3]', 'uint8']);
      assert.deepEqual(values, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255]);
    }
    const shorts = Uint8Array.from([0, 0, 0x0b, 1, 0, 0, 0, 2, 0xff, 0xfe, 1, 0]);
    assert.deepEqual((await table(shorts)).values, [-2, 256]);
  });

  it('are refused when they are cut or cannot be unpacked', async () => {
    await refused(idx.subarray(0, 27), 'truncated', /\[2,2,3\] .* byte 27/);
    await refused(gzipSync(idx).subarray(0, 30), 'corrupt', /unpacked/);
    await refused(Uint8Array.from([0, 0, 7, 1, 0, 0, 0, 0]), 'unsupported-format', /none of the data files/);
    await refused(deflateRawSync(Buffer.alloc(50)), 'unsupported-format', /./);
  });
});
