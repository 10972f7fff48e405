import assert from 'node:assert/strict';
import type { Picture, Point } from '../../../webview/charts/picture';
import { tooltipDetail, tooltipLines, tooltipTitle } from '../../../webview/charts/tooltip';

const at = (x: number, y: number | null, layer?: string): Point => ({ x, y, ...(layer && { layer, name: layer }) });

const picture: Picture = {
  ...{ id: 'a', title: 'A', summary: '', notes: [], table: { columns: [], rows: [] } },
  x: { label: 'depth', scale: 'linear' },
  y: { label: 'RMS', scale: 'logarithmic' },
  series: [
    { label: 'step 0', colour: 'muted', points: [at(1, 0.5, 'conv'), at(2, 0.25, 'dense')] },
    { label: '', colour: 'blue', points: [at(1, 0.4, 'conv')] },
    { label: 'step 9', colour: 'blue', points: [at(1, null, 'conv'), at(2, 0.125, 'dense')] },
  ],
};

describe('tooltips of charts', () => {
  it('say of a layer what every line says there, without edges of bands and what is not drawn', () => {
    const lines = (raw: Point) => tooltipLines(picture, { raw, datasetIndex: 2 });
    assert.deepEqual(lines(picture.series[2].points[1]), ['step 0: 0.250', 'step 9: 0.125']);
    assert.deepEqual(lines(picture.series[0].points[0]), ['step 0: 0.500']);
  });

  it('say of other points what their own line does', () => {
    assert.deepEqual(tooltipLines(picture, { raw: at(3, 2), datasetIndex: 0 }), ['step 0: 2.00']);
    const shares = { ...picture, y: { ...picture.y, percent: true } };
    assert.deepEqual(tooltipLines(shares, { raw: at(3, 0.5), datasetIndex: 1 }), ['50.0\u00a0%']);
    assert.equal(tooltipTitle(picture, { raw: at(3, 2), dataIndex: 0 }), 'depth 3');
  });

  it('name the layer, and below it its kind and depth', () => {
    const raw: Point = { ...at(3.5, 1, 'residual.shortcut'), detail: 'Conv, depth 3' };
    assert.equal(tooltipTitle(picture, { raw, dataIndex: 0 }), 'residual.shortcut');
    assert.deepEqual(tooltipDetail({ raw }), ['Conv, depth 3']);
    assert.deepEqual(tooltipDetail({ raw: at(1, 1) }), []);
    assert.deepEqual(tooltipDetail(undefined), []);
  });
});
