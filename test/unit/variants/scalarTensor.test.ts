import assert from 'node:assert/strict';
import { decodeFloats, float16ToNumber, integersAtHand } from '../../../src/ir/tensorValues';
import { scalarTensor, toFloat16 } from '../../../src/variants/scalarTensor';

describe('scalarTensor', () => {
  it('writes every half-precision number as itself', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = float16ToNumber(bits);
      if (!Number.isNaN(value)) assert.equal(toFloat16(value) & 0xffff, bits);
    }
  });

  it('rounds to the nearest half-precision number, ties to even', () => {
    const cases = [
      [1 + 2 ** -11, 1],
      [1 + 3 * 2 ** -11, 1 + 2 ** -9],
      [2 - 2 ** -12, 2],
      [65519, 65504],
      [65520, Infinity],
      [2 ** -25, 0],
      [-(2 ** -24) * 1.5, -(2 ** -23)],
    ];
    for (const [value, expected] of cases) assert.equal(float16ToNumber(toFloat16(value)), expected);
  });

  it('holds the value in the type asked for', () => {
    for (const dtype of ['float32', 'float64', 'float16', 'bfloat16'] as const)
      assert.equal(decodeFloats(dtype, scalarTensor('s', dtype, -2.5).bytes!)[0], -2.5);
    for (const dtype of ['int8', 'int16', 'int32', 'int64'] as const)
      assert.deepEqual(integersAtHand(scalarTensor('s', dtype, -3, [1])), [-3]);
    assert.deepEqual(integersAtHand(scalarTensor('s', 'bool', 7)), [1]);
    assert.deepEqual([...scalarTensor('s', 'uint8', 250).bytes!], [250]);
    assert.throws(() => scalarTensor('s', 'string', 1), { name: 'ModelError', code: 'unsupported' });
  });
});
