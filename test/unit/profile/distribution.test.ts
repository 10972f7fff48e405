import assert from 'node:assert/strict';
import {
  BINS,
  gradientEdges,
  histogramEdges,
  histogramOf as histogramOfSorted,
  quantilesOf as quantilesOfSorted,
} from '../../../src/profile/distribution';
import { sortFloats } from '../../../src/profile/sortFloats';
import { Random } from '../../../src/training/random';

const quantilesOf = (sample: Float32Array) => quantilesOfSorted(sortFloats(sample));
const histogramOf = (sample: Float32Array, edges: readonly number[]) => histogramOfSorted(sortFloats(sample), edges);
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe('quantilesOf', () => {
  it('interpolates linearly between order statistics', () => {
    const sample = Float32Array.from({ length: 101 }, (_, i) => 100 - i);
    assert.deepEqual(quantilesOf(sample), {
      p1: 1,
      p5: 5,
      p15: 15,
      p25: 25,
      p50: 50,
      p75: 75,
      p85: 85,
      p95: 95,
      p99: 99,
    });
    assert.equal(quantilesOf(Float32Array.of(1, 2)).p25, 1.25);
  });

  it('takes one value and none', () => {
    assert.equal(quantilesOf(Float32Array.of(5)).p99, 5);
    assert.equal(quantilesOf(new Float32Array(0)).p50, 'NaN');
  });

  it('spells out what is not finite', () => {
    const { p1, p99 } = quantilesOf(Float32Array.of(-Infinity, 0, Infinity));
    assert.equal(p1, '-Infinity');
    assert.equal(p99, 'Infinity');
    assert.equal(quantilesOf(Float32Array.of(1, NaN, NaN)).p95, 'NaN');
  });
});

describe('histogram', () => {
  const normal = new Random(1).normals(4000);

  it('has ascending edges around the first sample, and all values in it', () => {
    const edges = histogramEdges(normal);
    assert.equal(edges.length, BINS + 1);
    for (let i = 0; i < BINS; i++) assert.ok(edges[i] < edges[i + 1]);
    assert.ok(edges[0] < Math.min(...normal) && edges[BINS] > Math.max(...normal));
    const { counts } = histogramOf(normal, edges);
    assert.equal(sum(counts), normal.length);
    const middle = counts.indexOf(Math.max(...counts));
    assert.ok(Math.abs((edges[middle] + edges[middle + 1]) / 2) < 0.5);
  });

  it('keeps apart gradients a hundred times smaller and larger than the first, and small ones from zero', () => {
    const first = normal.map((v) => 1e-4 * v);
    const edges = gradientEdges(first);
    const binsOf = (factor: number) =>
      histogramOf(
        first.map((v) => factor * v),
        edges,
      ).counts.filter((n) => n > 0).length;
    assert.equal(edges.length, BINS);
    edges.forEach((edge, i) => {
      if (i > 0) assert.ok(edges[i - 1] < edge);
      assert.ok(Math.abs(edge + edges[BINS - 1 - i]) < 1e-12);
    });
    assert.ok(edges[BINS - 1] > Math.max(...first));
    for (const factor of [1, 0.1, 0.01]) assert.ok(binsOf(factor) >= 8, `${factor}: ${binsOf(factor)}`);
    const { counts } = histogramOf(new Float32Array(10), edges);
    assert.equal(counts[(BINS - 2) / 2], 10);
    for (const sample of [[], [0, 0], [NaN, Infinity]]) {
      const fallback = gradientEdges(Float32Array.from(sample));
      assert.ok(fallback.every((edge, i) => Number.isFinite(edge) && (i === 0 || fallback[i - 1] < edge)));
    }
  });

  it('counts each value in its own bin', () => {
    const { counts } = histogramOf(Float32Array.of(0, 0.5, 1, 1.5, 1.75), [0, 1, 2]);
    assert.deepEqual(counts, [2, 3]);
    assert.deepEqual(histogramOf(Float32Array.of(0, 0.5, 1, 99, 100), [0, 1, 100, 101]).counts, [2, 2, 1]);
  });

  it('takes what lies beyond the edges into the outer bins, NaN nowhere', () => {
    const sample = Float32Array.of(-5, -Infinity, 0.5, 99, Infinity, NaN);
    assert.deepEqual(histogramOf(sample, [0, 1, 2]).counts, [3, 2]);
  });

  it('is not spread out by one outlier', () => {
    const edges = histogramEdges(Float32Array.of(...normal, 1e6));
    assert.ok(edges[BINS] < 1e6);
  });

  it('has bins for constant samples, zeros, and nothing finite', () => {
    for (const sample of [[3, 3, 3], [0, 0], [NaN, Infinity], [], [1e30, 1e30], [-1e-30]]) {
      const edges = histogramEdges(Float32Array.from(sample));
      for (let i = 0; i < BINS; i++)
        assert.ok(edges[i] < edges[i + 1], `${sample.join()}: ${edges[i]} ${edges[i + 1]}`);
      const finite = sample.filter((v) => Number.isFinite(v));
      for (const v of finite) assert.ok(edges[0] < v && v < edges[BINS]);
    }
  });
});
