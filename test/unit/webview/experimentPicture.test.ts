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
