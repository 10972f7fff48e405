import assert from 'node:assert/strict';
import { textDifference } from '../../../src/ir/textDifference';
import { TextLines } from '../../../src/ir/textLines';
import { random } from '../../support/jsonMutations';
import { randomEdit } from '../../support/randomEdits';

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

  it('are those of the edited text after any edit', () => {
    const next = random(11);
    let text = 'a\r\nb\rc\nd\n\n\r\r\n😀';
    let lines = new TextLines(text);
    for (let i = 0; i < 5000; i++) {
      const edited = randomEdit(text, next).slice(0, 400);
      lines.positionAt(0);
      lines = lines.edited(edited, textDifference(text, edited));
      const fresh = new TextLines(edited);
      for (let offset = 0; offset <= edited.length; offset++)
        assert.deepEqual(lines.positionAt(offset), fresh.positionAt(offset), JSON.stringify([text, edited]));
      text = edited;
    }
  });

  it('are found when they are asked for in an edited text whose lines nobody asked for', () => {
    const lines = new TextLines('a\nb').edited('a\nXb\nc', textDifference('a\nb', 'a\nXb\nc'));
    assert.deepEqual(lines.positionAt(5), { line: 2, character: 0 });
  });
});
