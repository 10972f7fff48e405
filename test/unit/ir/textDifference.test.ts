import assert from 'node:assert/strict';
import { textDifference, withDifference } from '../../../src/ir/textDifference';
import { random } from '../../support/jsonMutations';
import { randomEdit } from '../../support/randomEdits';

describe('textDifference', () => {
  it('is the shortest stretch, wherever it lies', () => {
    assert.deepEqual(textDifference('abcd', 'abXcd'), { start: 2, end: 2, put: 'X' });
    assert.deepEqual(textDifference('abcd', 'ad'), { start: 1, end: 3, put: '' });
    assert.deepEqual(textDifference('abcd', 'xbcy'), { start: 0, end: 4, put: 'xbcy' });
    assert.deepEqual(textDifference('abcd', 'abcde'), { start: 4, end: 4, put: 'e' });
    assert.deepEqual(textDifference('abcd', 'zabcd'), { start: 0, end: 0, put: 'z' });
  });

  it('is empty for equal and empty texts', () => {
    assert.deepEqual(textDifference('abc', 'abc'), { start: 3, end: 3, put: '' });
    assert.deepEqual(textDifference('', ''), { start: 0, end: 0, put: '' });
    assert.deepEqual(textDifference('', 'ab'), { start: 0, end: 0, put: 'ab' });
    assert.deepEqual(textDifference('ab', ''), { start: 0, end: 2, put: '' });
  });

  it('counts what repeats once, and tells halves of a pair apart', () => {
    assert.deepEqual(textDifference('aaa', 'aaaaa'), { start: 3, end: 3, put: 'aa' });
    assert.deepEqual(textDifference('x😀y', 'x😁y'), { start: 2, end: 3, put: '\ude01' });
  });

  it('leads from each text to the other, and cannot be shorter', () => {
    const next = random(7);
    let text = '{"a":[1,2,{"b":"cccc"}],\r\n"c":"😀"}'.repeat(4);
    for (let i = 0; i < 3000; i++) {
      const edited = randomEdit(text, next).slice(0, 2000);
      const difference = textDifference(text, edited);
      assert.equal(withDifference(text, difference), edited);
      const { start, end, put } = difference;
      if (start < Math.min(text.length, edited.length)) assert.notEqual(text[start], edited[start]);
      if (end > start && put !== '') assert.notEqual(text[end - 1], put[put.length - 1]);
      text = edited;
    }
  });
});
