import assert from 'node:assert/strict';
import { Writer } from 'protobufjs/minimal';
import { ModelError } from '../../../../src/ir/errors';
import { BYTES, FIXED32, FIXED64, VARINT, Wire } from '../../../../src/formats/onnx/wire';

/** A reader over these bytes, cut into segments before the given offsets and starting at `start` of a file. */
function wireOver(bytes: Uint8Array, cuts: readonly number[] = [], start = 0): Wire {
  const plain = Uint8Array.from(bytes);
  const from = [0, ...cuts];
  return new Wire(from.map((at, i) => ({ start: start + at, bytes: plain.slice(at, from[i + 1]) })));
}

const isCorrupt = (error: unknown) => error instanceof ModelError && error.code === 'corrupt';

describe('Wire', () => {
  it('reads integers of 64 bits as protobufjs writes them', () => {
    const values = [
      0,
      1,
      -1,
      127,
      128,
      2 ** 31,
      -(2 ** 31),
      2 ** 32,
      2 ** 40 + 5,
      -(2 ** 40),
      2 ** 53 - 1,
      -(2 ** 53) + 1,
    ];
    const writer = Writer.create();
    for (const v of values) writer.uint32(8).int64(v);
    const bytes = writer.finish();
    const wire = wireOver(bytes);
    for (const v of values) {
      assert.ok(wire.next(bytes.length));
      assert.deepEqual([wire.field, wire.type, wire.int()], [1, VARINT, v]);
    }
    assert.equal(wire.next(bytes.length), false);
  });

  it('reads the ends of int64 as the nearest numbers', () => {
    const wire = wireOver(
      Uint8Array.of(
        8,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0x7f,
        8,
        0x80,
        0x80,
        0x80,
        0x80,
        0x80,
        0x80,
        0x80,
        0x80,
        0x80,
        1,
      ),
    );
    wire.next(21);
    assert.equal(wire.int(), 2 ** 63);
    wire.next(21);
    assert.equal(wire.int(), -(2 ** 63));
  });

  it('reads lists packed and one by one', () => {
    const bytes = Writer.create()
      .uint32(8)
      .int64(-5)
      .uint32(10)
      .fork()
      .int64(1)
      .int64(300)
      .ldelim()
      .uint32(21)
      .float(0.5)
      .uint32(18)
      .fork()
      .float(1)
      .float(2)
      .ldelim()
      .finish();
    const wire = wireOver(bytes);
    const [ints, floats]: [number[], number[]] = [[], []];
    while (wire.next(bytes.length)) {
      if (wire.field === 1) wire.pushInts(ints);
      else wire.pushFloats(floats);
    }
    assert.deepEqual(
      [ints, floats],
      [
        [-5, 1, 300],
        [0.5, 1, 2],
      ],
    );
  });

  it('goes on from segment to segment, over skipped payloads, with offsets in the file', () => {
    const start = 2 ** 33;
    const bytes = Writer.create()
      .uint32(10)
      .string('first')
      .uint32(18)
      .bytes(new Uint8Array(100))
      .uint32(26)
      .string('last')
      .uint32(37)
      .fixed32(7)
      .uint32(41)
      .fixed64(9)
      .finish();
    // the payload of field 2 begins at 9 and ends at 109
    const plain = Uint8Array.from(bytes);
    const wire = new Wire([
      { start, bytes: plain.slice(0, 7) },
      { start: start + 7, bytes: plain.slice(7, 9) },
      { start: start + 109, bytes: plain.slice(109) },
    ]);
    const end = start + bytes.length;
    wire.next(end);
    assert.equal(wire.text(), 'first');
    wire.next(end);
    assert.deepEqual([wire.inMemory, wire.base + wire.from, wire.length], [false, start + 9, 100]);
    assert.throws(() => wire.payload(), isCorrupt);
    wire.next(end);
    assert.deepEqual([wire.text(), wire.base + wire.head], ['last', start + 109]);
    wire.next(end);
    assert.deepEqual([wire.field, wire.type], [4, FIXED32]);
    wire.next(end);
    assert.deepEqual([wire.field, wire.type], [5, FIXED64]);
    assert.equal(wire.next(end), false);
    wire.seek(start);
    wire.next(end);
    assert.equal(wire.text(), 'first');
  });

  it('skips groups, also nested ones', () => {
    const group = [
      (9 << 3) | 3,
      (1 << 3) | 0,
      5,
      (9 << 3) | 3,
      (2 << 3) | 2,
      1,
      65,
      (9 << 3) | 4,
      (3 << 3) | 5,
      0,
      0,
      0,
      0,
      (9 << 3) | 4,
    ];
    const bytes = Uint8Array.of(...group, 8, 7);
    const wire = wireOver(bytes);
    assert.ok(wire.next(bytes.length));
    assert.deepEqual([wire.field, wire.int()], [1, 7]);
    assert.throws(() => wireOver(Uint8Array.from(group.slice(0, -1))).next(group.length - 1), isCorrupt);
  });

  it('keeps names that are no UTF-8 apart, and a byte order mark', () => {
    const bytes = Uint8Array.of(10, 1, 0xff, 10, 1, 0xfe, 10, 4, 0xef, 0xbb, 0xbf, 0x61);
    const wire = wireOver(bytes);
    const names: string[] = [];
    while (wire.next(bytes.length)) names.push(wire.text());
    assert.deepEqual(names, ['\xff', '\xfe', '\ufeffa']);
    assert.ok(wire.invalidText);
  });

  it('refuses what no protobuf encoder writes', () => {
    const refused: number[][] = [
      [8],
      [8, 0x80],
      [8, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1],
      [10, 5, 1],
      [13, 0, 0, 0],
      [9, 0, 0, 0, 0, 0, 0, 0],
      [14],
      [12],
      [10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    ];
    for (const bytes of refused)
      assert.throws(() => wireOver(Uint8Array.from(bytes)).next(bytes.length), isCorrupt, String(bytes));
    const wire = wireOver(Uint8Array.of(8, 1));
    wire.next(2);
    assert.throws(() => wire.expect(BYTES), isCorrupt);
    assert.throws(() => wire.text(), isCorrupt);
  });
});
