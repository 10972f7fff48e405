import assert from 'node:assert/strict';
import { compareDepthPicture, compareLossPicture } from '../../../webview/charts/comparePictures';
import { recordedComparison } from '../../support/recordedComparison';

const one = { id: 'as-is', title: 'as it is', finalLoss: 0.5, gradientPerLayer: 0.5 } as const;

describe('pictures of a comparison', () => {
  it('draw the mean loss of each variant with a band from the lowest to the highest seed', () => {
    const comparison = recordedComparison();
    const { series, y, table, summary } = compareLossPicture(comparison);
    assert.deepEqual(
      series.filter((s) => s.label !== '').map((s) => s.label),
      ['as it is', 'no normalization', 'group norm'],
    );
    assert.equal(series.length, 9);
    assert.deepEqual([series[2].fillTo, series[5].fillTo, series[8].fillTo], [1, 4, 7]);
    const losses = comparison.variants[0].seeds.map((s) => Number(s.loss[7]));
    assert.equal(series[1].points[7].y, Math.max(...losses));
    assert.equal(series[2].points[7].y, Math.min(...losses));
    assert.ok(Math.abs(series[0].points[7].y! - losses.reduce((a, b) => a + b) / 3) < 1e-12);
    assert.equal(y.scale, 'linear');
    assert.equal(table.rows.length, 20);
    assert.match(summary, /^At the end: as it is 0\.2\d+, /);
  });

  it('draw one seed without a band, far losses on a logarithmic axis', () => {
    const far = recordedComparison('', [one, { ...one, id: 'none', title: 'none', finalLoss: 400 }], 1);
    const { series, y } = compareLossPicture(far);
    assert.equal(series.length, 2);
    assert.equal(y.scale, 'logarithmic');
  });

  it('end the curve of runs that diverged, and say so', () => {
    const wild = recordedComparison('', [one, { ...one, id: 'none', title: 'none', diverged: [2] }]);
    const picture = compareLossPicture(wild);
    const none = picture.series.find((s) => s.label === 'none')!;
    assert.deepEqual([none.points[5].y === null, none.points[6].y], [false, null]);
    assert.match(picture.notes.join(), /1 run diverged/);
  });

  it('draw the gradients of all variants over the depth', () => {
    const { series, table, x } = compareDepthPicture(recordedComparison());
    assert.deepEqual([x.min, x.max], [1, 8]);
    assert.equal(table.rows.length, 8);
    const [, none] = series;
    assert.ok(Math.abs(none.points[7].y! / none.points[6].y! - 1 / 0.3) < 1e-9);
    assert.equal(none.points[0].layer, 'conv1');
    assert.equal(new Set(series.map((s) => s.colour)).size, series.length);
  });

  it('have room around a single depth', () => {
    const comparison = recordedComparison();
    const variants = comparison.variants.map((variant) => ({
      ...variant,
      seeds: variant.seeds.map((run) => ({ ...run, layers: run.layers.slice(0, 1) })),
    }));
    const { x } = compareDepthPicture({ ...comparison, variants });
    assert.deepEqual([x.min, x.max], [0.5, 1.5]);
  });

  it('of nothing are empty', () => {
    const nothing = recordedComparison('', [{ ...one, reason: 'nothing there' }]);
    assert.deepEqual(compareLossPicture(nothing).series, []);
    assert.deepEqual(compareDepthPicture(nothing).series, []);
  });
});
