import assert from 'node:assert/strict';
import { formatCount, formatFigure, plural, sparkline } from '../../../src/reports/numbers';

describe('numbers in reports', () => {
  it('keeps three significant digits', () => {
    assert.equal(formatFigure(0.123456), '0.123');
    assert.equal(formatFigure(1234.5), '1230');
    assert.equal(formatFigure(-0.00099), '-9.90e-4');
    assert.equal(formatFigure(123456), '1.23e5');
    assert.equal(formatFigure(0), '0');
    assert.equal(formatFigure('NaN'), 'NaN');
    assert.equal(formatFigure(null), '-');
  });

  it('shortens counts', () => {
    assert.equal(formatCount(999), '999');
    assert.equal(formatCount(25_557_032), '25.6 M');
    assert.equal(plural(1, 'layer'), '1 layer');
    assert.equal(plural(0, 'layer'), '0 layers');
  });

  it('draws a falling line, with a gap where a value is not finite', () => {
    assert.equal(sparkline([3, 2, 'NaN', 1]), '█▅ ▁');
    assert.equal(sparkline([]), '');
    assert.equal(sparkline(['NaN']), '');
    assert.equal(
      sparkline(
        Array.from({ length: 400 }, (_, i) => i),
        8,
      ),
      '▁▂▃▄▅▆▇█',
    );
    assert.equal(sparkline([1, 1, 1]), '▁▁▁');
  });
});
