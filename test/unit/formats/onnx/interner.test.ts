import assert from 'node:assert/strict';
import { Interner } from '../../../../src/formats/onnx/interner';

describe('Interner', () => {
  it('gives equal bytes the same number, others the next', () => {
    const interner = new Interner(4);
    const encoder = new TextEncoder();
    const names = Array.from({ length: 5000 }, (_, i) => `name ${i % 2500}`);
    const numbers = names.map((name) => {
      const bytes = encoder.encode(`..${name}..`);
      return interner.intern(bytes, 2, bytes.length - 4);
    });
    numbers.forEach((n, i) => assert.equal(n, i % 2500));
    assert.equal(new TextDecoder().decode(interner.bytesOf(1234)), 'name 1234');
    const known = encoder.encode('name 7');
    assert.equal(interner.find(known, 0, 6), 7);
    assert.equal(interner.find(known, 0, 5), -1);
    assert.equal(interner.intern(known, 3, 0), 2500);
  });
});
