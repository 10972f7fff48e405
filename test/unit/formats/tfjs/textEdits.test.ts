import assert from 'node:assert/strict';
import { JsonIndex } from '../../../../src/formats/tfjs/jsonIndex';
import { edited, withoutElements } from '../../../../src/formats/tfjs/textEdits';

describe('edits of a text', () => {
  const put = (offset: number, length: number, text: string) => ({ span: { offset, length }, text });

  it('are made in the order of the text, at one place in their own', () => {
    assert.equal(edited('abcdef', [put(4, 1, 'E'), put(1, 2, ''), put(3, 0, '1'), put(3, 0, '2')]), 'a12dEf');
    assert.equal(edited('abc', []), 'abc');
  });

  it('do not overlap', () => {
    assert.throws(() => edited('abcdef', [put(1, 3, 'x'), put(2, 1, 'y')]), /overlap at 2/);
  });

  it('take any elements out of a list, which stays a list', () => {
    const text = '[ {"a": 0},\n {"a": 1} , {"a": 2},{"a": 3} ]';
    const index = JsonIndex.of(text);
    const elements = [0, 1, 2, 3].map((i) => index.value([i])!);
    for (let mask = 0; mask < 16; mask++) {
      const taken = new Set([0, 1, 2, 3].filter((i) => mask & (1 << i)));
      const left = JSON.parse(edited(text, withoutElements(elements, taken))) as { a: number }[];
      assert.deepEqual(
        left.map(({ a }) => a),
        [0, 1, 2, 3].filter((i) => !taken.has(i)),
      );
    }
  });
});
