import assert from 'node:assert/strict';
import {
  edgeTicks,
  logarithmicRange,
  logarithmicTicks,
  numberAt,
  powerOfTen,
  roundTicks,
} from '../../../webview/charts/ticks';

describe('ticks', () => {
  it('of many decades are powers of ten, some left out', () => {
    assert.deepEqual(logarithmicTicks(1e-4, 1.5), [1e-4, 1e-3, 0.01, 0.1, 1]);
    const many = logarithmicTicks(1e-30, 1);
    assert.ok(many.length >= 4 && many.length <= 8);
    assert.ok(many.every((tick, i) => i === 0 || tick / many[i - 1] > 999));
  });

  it('of few decades have more digits', () => {
    assert.deepEqual(logarithmicTicks(0.9, 60), [1, 2, 5, 10, 20, 50]);
    assert.deepEqual(logarithmicTicks(0.5, 1), [0.5, 0.6, 0.7, 0.8, 0.9, 1]);
  });

  it('stay inside the axis, at least two of them', () => {
    for (let low = 1e-12; low < 1e3; low *= 3.7)
      for (let ratio = 1.1; ratio < 1e12; ratio *= 1.9) {
        const ticks = logarithmicTicks(low, low * ratio);
        assert.ok(ticks.length >= 2 && ticks.length <= 10, `${ticks.length} ticks from ${low}, ratio ${ratio}`);
        assert.ok(ticks.every((tick) => tick >= low && tick <= low * ratio));
      }
  });

  it('are none where there is no axis', () => {
    assert.deepEqual(logarithmicTicks(0, 1), []);
    assert.deepEqual(logarithmicTicks(1, 1), []);
    assert.deepEqual(logarithmicTicks(1, Infinity), []);
    assert.deepEqual(roundTicks(1, 1, 5), []);
  });

  it('of a linear axis are round', () => {
    assert.deepEqual(roundTicks(-4.5, 4.5, 4), [-2.5, 0, 2.5]);
    assert.deepEqual(roundTicks(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  });
});

describe('labels of ticks', () => {
  it('are powers of ten on a logarithmic axis, and written as figures are elsewhere', () => {
    assert.deepEqual(
      [1, 1e-12, 2e5, -3e-4].map((value) => powerOfTen(value, true)),
      ['10⁰', '10⁻¹²', '2×10⁵', '-3×10⁻⁴'],
    );
    assert.equal(powerOfTen(2.5e-4, false), '2.5e-4');
  });
});

describe('ticks of an axis that counts bins', () => {
  it('stand at its ends, its middle and evenly between', () => {
    assert.deepEqual(edgeTicks(40, 5), [0, 10, 20, 30, 40]);
    assert.deepEqual(edgeTicks(39, 3), [0, 19.5, 39]);
  });

  it('say what lies there: an edge, or what is between two', () => {
    const edges = [-100, -1, 1, 100];
    assert.deepEqual(
      [0, 1, 1.5, 3].map((place) => numberAt(edges, place)),
      [-100, -1, 0, 100],
    );
  });

  it('of a logarithmic axis cover what is drawn along it, and not what is drawn along the other', () => {
    const points = [
      { x: 8, y: 0.01 },
      { x: 64, y: 0.002 },
      { x: 1000, y: null },
    ];
    const series = [{ label: 'noise', colour: 'blue' as const, points }];
    const [x, y] = (['x', 'y'] as const).map((direction) => logarithmicRange({ series }, direction));
    assert.ok(x.min! > 6 && x.min! < 8 && x.max! > 64 && x.max! < 80, `${x.min} to ${x.max}`);
    assert.ok(y.min! > 0.001 && y.min! < 0.002 && y.max! > 0.01 && y.max! < 0.02, `${y.min} to ${y.max}`);
    assert.deepEqual(logarithmicRange({ series: [] }, 'x'), {});
  });
});
