import assert from 'node:assert/strict';
import type { ProfiledLayer, ProfileResult } from '../../../src/protocol/profile';
import { depthPicture, slopeSentence } from '../../../webview/charts/depthPicture';
import {
  histogramPicture,
  momentsPicture,
  percentilesPicture,
  runningPicture,
  sampledSteps,
} from '../../../webview/charts/layerPictures';
import { lossPicture, lossSummary } from '../../../webview/charts/lossPicture';
import { toCsv } from '../../../webview/charts/picture';
import { hostileState, recordedState } from '../../support/recordedProfiles';

const profile = recordedState(100).profile!;

describe('pictures', () => {
  describe('loss', () => {
    it('has every step, and the mean of the five around it', () => {
      const short: ProfileResult = { ...profile, loss: [5, 4, 3, 2, 1, 0] };
      const { series, table } = lossPicture(short);
      assert.deepEqual(
        series[0].points,
        [5, 4, 3, 2, 1, 0].map((y, x) => ({ x, y })),
      );
      assert.deepEqual(
        series[1].points.map(({ y }) => y),
        [null, null, 3, 2, null, null],
      );
      assert.deepEqual(table.rows[3], [3, 2, 2]);
    });

    it('leaves out what is not finite, keeps it in the table and says so', () => {
      const { series, table, notes } = lossPicture(hostileState().profile!);
      assert.deepEqual(
        series[0].points.slice(16).map(({ y }) => y === null),
        [false, true, true, true],
      );
      assert.equal(table.rows[17][1], 'Infinity');
      assert.deepEqual(notes, ['3 losses are not finite and cannot be drawn: see the table.']);
    });

    it('is summed up by its first and last five', () => {
      assert.equal(
        lossSummary([4, 4, 4, 4, 4, 1, 1, 1, 1, 1]),
        'Mean of the first five 4.00, of the last five 1.00 (×\u00a00.250).',
      );
      assert.equal(lossSummary([2, 1]), 'From 2.00 to 1.00.');
      assert.equal(lossSummary([]), 'No step yet.');
    });
  });

  describe('against depth', () => {
    const options = { of: 'gradient', figure: 'rms', layers: 'weighted' } as const;

    it('has one point for every weighted layer at the first, middle and last step', () => {
      const { series, table, x } = depthPicture(profile, options);
      const weighted = profile.layers.filter(({ role }) => role === 'linear');
      assert.deepEqual(
        series.map(({ label }) => label),
        ['step 0', 'step 9', 'step 19'],
      );
      assert.deepEqual(
        series[2].points.map((point) => point.x),
        weighted.map(({ depth }) => depth),
      );
      assert.deepEqual(
        series[2].points.map(({ y }) => y),
        weighted.map(({ gradient }) => gradient[19].rms),
      );
      assert.equal(table.rows.length, weighted.length);
      assert.deepEqual([x.min, x.max], [1, weighted.length]);
    });

    it('spreads layers of one depth in order before the next', () => {
      const { series } = depthPicture(profile, { ...options, layers: 'all' });
      const xs = series[2].points.map((point) => point.x);
      assert.equal(xs.length, 100);
      assert.deepEqual(xs.slice(0, 4), [1, 1 + 1 / 3, 1 + 2 / 3, 2]);
      assert.ok(xs.every((x, i) => i === 0 || x > xs[i - 1]));
      // where a point stands between two depths, its tooltip says whose it is
      const [first] = profile.layers;
      assert.deepEqual(
        series[2].points.slice(0, 3).map(({ detail }) => detail),
        profile.layers.slice(0, 3).map(({ kind }) => `${kind}, depth ${first.depth}`),
      );
    });

    it('shows all layers where none has weights, and says so', () => {
      const layers = profile.layers.slice(1, 3).map((layer): ProfiledLayer => ({ ...layer, depth: 0 }));
      assert.ok(layers.every(({ role }) => role !== 'linear'));
      const { notes, series, x } = depthPicture({ ...profile, layers }, options);
      assert.deepEqual(
        series[2].points.map((point) => point.x),
        [0, 0.5],
      );
      assert.deepEqual([x.min, x.max], [0, 1]);
      assert.deepEqual(notes, ['No layer is linear or recurrent: all are shown.']);
    });

    it('has room around a single layer', () => {
      const { series, x } = depthPicture({ ...profile, layers: profile.layers.slice(0, 1) }, options);
      assert.equal(series[2].points.length, 1);
      assert.deepEqual([x.min, x.max], [0.5, 1.5]);
    });

    it('says what has no gradient, what is 0 and what is not finite', () => {
      const layers = profile.layers.map((layer, i): ProfiledLayer => {
        const figures = [...layer.gradient];
        if (i === 0) return { ...layer, gradient: [] };
        if (i === 3) figures[19] = { ...figures[19], rms: 0 };
        if (i === 6) figures[19] = { ...figures[19], rms: 'NaN' };
        return { ...layer, gradient: figures };
      });
      const { notes, series } = depthPicture({ ...profile, layers }, options);
      assert.deepEqual(notes, [
        '1 layer has no gradient.',
        '1 figure is 0 and below the logarithmic axis.',
        '1 figure is not finite and cannot be drawn: see the table.',
      ]);
      assert.deepEqual(
        series[2].points.slice(0, 2).map(({ y }) => y),
        [null, null],
      );
    });

    it('says vanish and explode only where a rule has found it', () => {
      const of = (gradientDepthSlope: ProfileResult['gradientDepthSlope'], ...ruleIds: string[]) => {
        const findings = ruleIds.map((ruleId) => ({ ruleId, severity: 'warning' as const, message: '', layer: null }));
        return slopeSentence({ layers: profile.layers, gradientDepthSlope, findings });
      };
      assert.match(of(-0.1), /shrink: ×\u00a00\.794 per weighted layer/);
      assert.match(of(0.1), /grow: ×\u00a01\.26/);
      assert.match(of(0.001), /stay level/);
      assert.match(of(-0.1, 'vanishing-gradient'), /vanish: ×\u00a00\.794/);
      assert.match(of(0.1, 'exploding-gradient'), /explode: ×\u00a01\.26/);
      assert.match(of('NaN'), /not finite/);
      assert.equal(of(null), '');
    });

    it('draws a single step and no step at all', () => {
      const first = profile.layers.map((layer) => ({
        ...layer,
        gradient: layer.gradient.slice(0, 1),
        activation: layer.activation.slice(0, 1),
      }));
      assert.deepEqual(
        depthPicture({ ...profile, layers: first }, options).series.map(({ label }) => label),
        ['step 0'],
      );
      assert.deepEqual(depthPicture({ ...profile, layers: [] }, options).series, []);
    });
  });

  describe('of a layer', () => {
    const layer = profile.layers[1];

    it('histogram: shares of the elements that add up to one', () => {
      const { bars, table, y } = histogramPicture(layer, 'activation', 19, false)!;
      assert.equal(bars!.edges.length, bars!.heights.length + 1);
      assert.ok(Math.abs(bars!.heights.reduce((sum, height) => sum + height, 0) - 1) < 1e-9);
      assert.deepEqual(
        table.rows.map((row) => row[2]),
        layer.activation[19].histogram!.counts,
      );
      assert.equal(y.min, 0);
      assert.equal(histogramPicture(layer, 'activation', 19, true)!.y.scale, 'logarithmic');
      assert.equal(histogramPicture(layer, 'activation', 18, false), null);
    });

    it('histogram: bins of different widths are drawn equally wide, as high as their share', () => {
      const uneven = { ...layer.activation[19], histogram: { edges: [0, 1, 3], counts: [10, 10] } };
      const { bars, x, y } = histogramPicture({ ...layer, activation: [uneven] }, 'activation', 19, false)!;
      assert.deepEqual(bars!.heights, [0.5, 0.5]);
      assert.deepEqual([x.min, x.max, x.edges], [0, 2, [0, 1, 3]]);
      assert.equal(y.label, 'share of elements');
    });

    it('histogram: of no element is flat and says so', () => {
      const none = { ...layer.activation[19], histogram: { edges: [0, 1, 2], counts: [0, 0] } };
      const picture = histogramPicture({ ...layer, activation: [none] }, 'activation', 19, false)!;
      assert.deepEqual(picture.bars!.heights, [0, 0]);
      assert.deepEqual(picture.notes, ['No element fell into the bins.']);
    });

    it('percentiles: 15, 50 and 85 at the sampled steps', () => {
      const { series, table } = percentilesPicture(layer, 'gradient', 20)!;
      assert.deepEqual(sampledSteps(layer), [0, 1, 2, 5, 10, 19]);
      assert.deepEqual(
        series.map(({ label }) => label),
        ['85 %', '50 %', '15 %'],
      );
      assert.deepEqual(
        series[0].points.map(({ x }) => x),
        sampledSteps(layer),
      );
      assert.equal(series[2].points[5].y, layer.gradient[19].quantiles!.p15);
      assert.equal(table.columns.length, 10);
    });

    it('moments: every step', () => {
      const { series } = momentsPicture(layer, 'activation', 20)!;
      assert.deepEqual(
        series.map(({ label }) => label),
        ['mean', 'std', 'RMS'],
      );
      assert.ok(series.every(({ points }) => points.length === 20));
    });

    it('running statistics: only of norms', () => {
      const { series } = runningPicture(layer, 'variance', 20)!;
      assert.equal(series[1].points[19].y, layer.statistics![19].runningVariance.mean);
      assert.equal(runningPicture(profile.layers[0], 'mean', 20), null);
    });

    it('is null where nothing was measured', () => {
      const bare = { ...layer, gradient: [], statistics: undefined };
      assert.equal(momentsPicture(bare, 'gradient', 20), null);
      assert.equal(percentilesPicture(bare, 'gradient', 20), null);
    });
  });

  it('CSV quotes what needs it and lets no name become a formula', () => {
    const table = {
      columns: ['layer', 'figure'],
      rows: [
        ['a,"b"', 1.5],
        ['=1+1', 'NaN'],
        ['-Infinity', null],
        ['@x', -2],
        ['a; =cmd()', '-1'],
        [' =1', 0],
      ],
    };
    assert.equal(
      toCsv(table, 'one\nline of x,=1+1;@y, -2'),
      "# one line of x,'=1+1;'@y, '-2\r\nlayer,figure\r\n" +
        '"a,""b""",1.5\r\n\'=1+1,NaN\r\n-Infinity,\r\n\'@x,-2\r\na; \'=cmd(),-1\r\n \'=1,0\r\n',
    );
  });
});
