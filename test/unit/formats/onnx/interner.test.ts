import assert from 'node:assert/strict';
import { FEW_NAMES, internerFor } from '../../../../src/formats/onnx/interner';

const encoder = new TextEncoder();

for (const [size, bytes] of [
  ['a small', 100],
  ['a large', FEW_NAMES + 1],
] as const)
  describe(`interner of ${size} file`, () => {
    const make = (room?: number) => internerFor(bytes, room);

    it('gives equal bytes the same number, others the next', () => {
      const interner = make(4);
      const names = Array.from({ length: 5000 }, (_, i) => `name ${i % 2500}`);
      const numbers = names.map((name) => {
        const bytes = encoder.encode(`..${name}..`);
        return interner.intern(bytes, 2, bytes.length - 4);
      });
      numbers.forEach((n, i) => assert.equal(n, i % 2500));
      assert.equal(interner.text(1234), 'name 1234');
      const known = encoder.encode('name 7');
      assert.equal(interner.find(known, 0, 6), 7);
      assert.equal(interner.find(known, 0, 5), -1);
      assert.equal(interner.intern(known, 3, 0), 2500);
    });

    it('tells bytes apart that are no text, of any length, and says that they are no ASCII', () => {
      const interner = make();
      const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 251);
      bytes[149_999] = 200;
      assert.equal(interner.intern(bytes, 0, 150_000), 0);
      assert.equal(interner.isAscii, false);
      assert.equal(interner.intern(bytes, 0, 149_999), 1);
      assert.equal(interner.intern(bytes.slice(0, 150_000), 0, 150_000), 0);
      for (let i = 0; i < 256; i++) assert.equal(interner.intern(Uint8Array.of(65, i), 0, 2), 2 + i);
      assert.equal(interner.isAscii, false);
      assert.equal(interner.intern(encoder.encode('ASCII'), 0, 5), 258);
      assert.equal(interner.isAscii, true);
    });
  });
