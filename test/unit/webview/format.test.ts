import assert from 'node:assert/strict';
import {
  capital,
  counted,
  formatCount,
  formatDuration,
  formatFigure,
  formatMeasured,
  formatSetting,
  formatShape,
  formatShare,
  modelName,
} from '../../../webview/format';

describe('format', () => {
  it('writes figures with three digits, powers of ten where they are needed', () => {
    const cases: [number, string][] = [
      [0, '0'],
      [1, '1.00'],
      [0.5, '0.500'],
      [-0.012345, '-0.0123'],
      [0.00099949, '9.99e-4'],
      [0.0009996, '0.00100'],
      [5.4321e-7, '5.43e-7'],
      [123.4, '123'],
      [999.6, '1000'],
      [9999.4, '9999'],
      [9999.6, '1.00e4'],
      [-1.5e12, '-1.50e12'],
    ];
    for (const [value, text] of cases) assert.equal(formatFigure(value), text, String(value));
  });

  it('writes what is not finite and what is missing as such', () => {
    assert.equal(formatFigure('NaN'), 'NaN');
    assert.equal(formatFigure('Infinity'), '∞');
    assert.equal(formatFigure('-Infinity'), '-∞');
    assert.equal(formatFigure(undefined), '–');
    assert.equal(formatShare('NaN'), 'NaN');
  });

  it('writes settings as they were stated, also through float32', () => {
    assert.equal(formatSetting(Math.fround(1e-5)), '1e-5');
    assert.equal(formatSetting(Math.fround(0.9)), '0.9');
    assert.equal(formatSetting(0.001), '0.001');
    assert.equal(formatSetting(0), '0');
  });

  it('writes counts, shares, shapes, durations and file names', () => {
    assert.equal(formatCount(9610), '9,610');
    assert.equal(formatCount(25_557_032), '25.6 M');
    assert.equal(formatCount(999_600), '1.00 M');
    assert.equal(formatShare(0.4821), '48.2\u00a0%');
    assert.equal(formatShare(0.0004), '<\u00a00.1\u00a0%');
    assert.equal(formatShare(1), '100\u00a0%');
    assert.equal(formatShare(0), '0\u00a0%');
    assert.equal(formatShape(['N', 64, null, 7]), 'N × 64 × ? × 7');
    assert.equal(formatShape([]), 'scalar');
    assert.equal(formatShape(null), '–');
    assert.equal(formatDuration(2.13), '2.1 s');
    assert.equal(formatDuration(200), '3 min 20 s');
    assert.equal(formatDuration(7500), '2 h 5 min');
    assert.equal(counted(1, 'layer'), '1 layer');
    assert.equal(counted(2, 'layer'), '2 layers');
    assert.equal(modelName('C:\\models\\a.onnx'), 'a.onnx');
    assert.equal(modelName('models/'), 'models');
    assert.equal(modelName('/'), '/');
    assert.equal(modelName('/home/me/mobilenet/model.json'), 'mobilenet/model.json');
    assert.equal(modelName('model.json'), 'model.json');
  });

  it('counts are whole where measured figures have three digits', () => {
    assert.deepEqual([24, 300, 0, -3].map(formatMeasured), ['24', '300', '0', '-3']);
    assert.deepEqual([0.25, 1e6, 'NaN', null].map(formatMeasured), ['0.250', '1.00e6', 'NaN', '–']);
  });

  it('sentences begin with a capital, names stay', () => {
    assert.deepEqual(['the file is empty', 'scale', 'conv_1 is empty', 'fc1, fc2', ''].map(capital), [
      ...['The file is empty', 'Scale', 'conv_1 is empty', 'fc1, fc2', ''],
    ]);
  });
});
