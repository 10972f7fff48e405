import assert from 'node:assert/strict';
import type { LineChart } from '../../../src/protocol/experiment';
import { experimentPicture } from '../../../webview/charts/experimentPicture';

const chart: LineChart = {
  kind: 'lines',
  title: 'Growth',
  x: { label: 'batch', logarithmic: true },
  y: { label: 'growth', logarithmic: true },
  series: [
    { name: 'measured', x: [8, 16], y: [1.2, 1.08] },
    { name: 'closed form', reference: true, x: [8, 16], y: [1.2, 1.077] },
    { name: 'other', x: [8, 16], y: [0, 'Infinity'] },
  ],
};

describe('picture of an experiment', () => {
  it('draws what is published dashed, in the colour of what it stands beside', () => {
    const { series, x, y } = experimentPicture('a', chart);
    assert.deepEqual(
      series.map((s) => [s.label, s.colour, s.stroke]),
      [
        ['measured', 'blue', undefined],
        ['closed form', 'blue', 'dashed'],
        ['other', 'orange', undefined],
      ],
    );
    assert.deepEqual([x.scale, y.scale], ['logarithmic', 'logarithmic']);
    assert.deepEqual(series[0].points, [
      { x: 8, y: 1.2 },
      { x: 16, y: 1.08 },
    ]);
  });

  it('says where lines begin and end, marks what was measured alone, and ends where the figures do', () => {
    const layers: LineChart = {
      ...chart,
      x: { label: 'layer' },
      series: [
        { name: 'no norm', x: [1, 21], y: [5.27e-13, 1] },
        { name: '1/4 per layer', reference: true, x: [1, 21], y: [9.1e-13, 1] },
        { name: 'lost', x: [1, 21], y: [0, 'NaN'] },
      ],
    };
    const { summary, series, x } = experimentPicture('a', layers);
    assert.equal(summary, 'First and last point: no norm 5.27e-13 → 1; 1/4 per layer 9.10e-13 → 1.');
    assert.deepEqual(
      series.map((s) => s.marks),
      [true, false, true],
    );
    assert.deepEqual([x.min, x.max, x.whole], [1, 21, true]);
    assert.equal(experimentPicture('a', chart).x.min, undefined);
    const single = { ...chart, x: { label: 'layer' }, series: [{ name: 'one', x: [3], y: [1] }] };
    assert.equal(experimentPicture('a', single).x.min, undefined);
  });

  it('says what cannot be drawn and keeps it in the table', () => {
    const { notes, series, table } = experimentPicture('a', chart);
    assert.deepEqual(
      series[2].points.map((p) => p.y),
      [null, null],
    );
    assert.match(notes.join(' '), /2 points/);
    assert.deepEqual(table.rows.slice(-2), [
      ['other', 8, 0],
      ['other', 16, 'Infinity'],
    ]);
  });
});
