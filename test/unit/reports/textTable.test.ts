import assert from 'node:assert/strict';
import { printable, shorten, textTable } from '../../../src/reports/textTable';

describe('text table', () => {
  it('aligns its columns', () => {
    const lines = textTable(
      [{ title: 'n', align: 'right' }, { title: 'layer' }],
      [
        ['1', 'conv'],
        ['12', 'relu_long'],
      ],
    );
    assert.deepEqual(lines, [' n  layer', '--  ---------', ' 1  conv', '12  relu_long']);
  });

  it('cuts long cells in the middle', () => {
    assert.equal(shorten('abcdefghij', 5), 'ab…ij');
    assert.equal(shorten('abc', 5), 'abc');
  });

  it('makes terminal escapes and direction marks in names harmless', () => {
    assert.equal(printable('a\u001b[31mred\u202eb\nc'), 'a\\u001b[31mred\\u202eb\\u000ac');
    const lines = textTable([{ title: 'layer' }], [['evil\u001b]0;title\u0007']]);
    assert.ok(!lines.join('').includes('\u001b'));
  });
});
