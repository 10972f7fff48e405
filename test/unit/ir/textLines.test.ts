import assert from 'node:assert/strict';
import { TextLines } from '../../../src/ir/textLines';

describe('TextLines', () => {
  it('counts lines at \\n, \\r\\n and \\r', () => {
    const lines = new TextLines('a\nbc\r\nd\re');
    assert.deepEqual(lines.positionAt(0), { line: 0, character: 0 });
    assert.deepEqual(lines.positionAt(3), { line: 1, character: 1 });
    assert.deepEqual(lines.positionAt(6), { line: 2, character: 0 });
    assert.deepEqual(lines.positionAt(8), { line: 3, character: 0 });
  });

  it('maps every offset back to itself', () => {
    const text = '{\r\n  "ü": "😀",\n\n "b": 1\r}';
    const lines = new TextLines(text);
    for (let i = 0; i <= text.length; i++) {
      if (text[i] === '\n' && text[i - 1] === '\r') continue;
      assert.equal(lines.offsetAt(lines.positionAt(i)), i);
    }
  });

  it('moves places outside the text to its ends', () => {
    const lines = new TextLines('ab\ncd');
    assert.deepEqual(lines.positionAt(-3), { line: 0, character: 0 });
    assert.deepEqual(lines.positionAt(99), { line: 1, character: 2 });
    assert.equal(lines.offsetAt({ line: 9, character: 0 }), 5);
    assert.equal(lines.offsetAt({ line: -1, character: 4 }), 0);
  });
});
