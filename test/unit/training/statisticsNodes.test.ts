import assert from 'node:assert/strict';
import { nativeRuntime } from '../../../src/engine/nativeRuntime';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { floats } from '../../../src/training/hostTensor';
import { Random } from '../../../src/training/random';
import {
  addStatistics,
  momentsOf,
  sampleOf,
  type Measured,
  type MeasuredMoments,
} from '../../../src/training/statisticsNodes';
import { SUBSET_LENGTH } from '../../../src/training/subset';

interface Case {
  readonly shape: readonly number[];
  readonly values: (i: number, random: Random) => number;
  readonly saturation?: Measured['saturation'];
  readonly batch?: number;
}

/** Measures tensors in ONNX Runtime. */
async function measure(
  cases: readonly Case[],
  means: 'whole' | 'subset' = 'whole',
): Promise<{ data: Float32Array; moments: MeasuredMoments; sample: Float32Array }[]> {
  const graph = new MutableGraph();
  graph.opsets.set('', 18);
  const random = new Random(1);
  const tensors = cases.map(({ shape, values, saturation, batch }, i) => {
    graph.addInput(`x${i}`, { kind: 'tensor', dtype: 'float32', shape });
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, j) => values(j, random));
    return { value: `x${i}`, shape, saturation, batch, data };
  });
  const layout = addStatistics(graph, tensors, 'test', means)!;
  const names = [layout.moments, ...layout.samples];
  for (const name of names) graph.addOutput(name, { kind: 'tensor', dtype: 'float32' });
  const session = await nativeRuntime(2).createSession(await encodeOnnx(graph));
  const outputs = await session.run(new Map(tensors.map((t) => [t.value, floats(t.shape, t.data)])), names);
  await session.release();
  const data = (name: string) => outputs.get(name)!.data as Float32Array;
  return tensors.map((t, i) => ({
    data: t.data,
    moments: momentsOf(layout, i, data(layout.moments)),
    sample: sampleOf(layout, i, data).slice(),
  }));
}

function exact(data: Float32Array): { mean: number; std: number; min: number; max: number; zeros: number } {
  let [sum, min, max, zeros] = [0, Infinity, -Infinity, 0];
  for (const v of data) {
    sum += v;
    min = Math.min(min, v);
    max = Math.max(max, v);
    if (v === 0) zeros++;
  }
  const mean = sum / data.length;
  let squares = 0;
  for (const v of data) squares += (v - mean) ** 2;
  return { mean, std: Math.sqrt(squares / data.length), min, max, zeros: zeros / data.length };
}

const relu = (_: number, random: Random) => Math.max(0, random.normal());
const normal = (_: number, random: Random) => random.normal();

function near(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} is not ${expected}`);
}

describe('addStatistics', () => {
  const small: Case[] = [
    { shape: [4, 7, 5], values: relu },
    { shape: [140], values: normal },
    { shape: [1], values: () => 3 },
    { shape: [], values: () => -2 },
    { shape: [15991], values: relu },
  ];

  it('measures tensors of up to 16 384 elements exactly', async () => {
    for (const { data, moments, sample } of await measure(small)) {
      const e = exact(data);
      near(moments.mean, e.mean, 1e-5, 'mean');
      near(moments.std, e.std, 1e-5, 'std');
      near(moments.rms, Math.hypot(e.mean, e.std), 1e-5, 'rms');
      assert.equal(moments.min, e.min);
      assert.equal(moments.max, e.max);
      near(moments.zeroFraction, e.zeros, 1e-6, 'zeroFraction');
      assert.equal(moments.saturatedFraction, undefined);
      assert.ok(sample.length <= SUBSET_LENGTH && sample.length >= Math.min(data.length, SUBSET_LENGTH / 2));
      const values = new Set(data);
      assert.ok(sample.every((v) => values.has(v)));
    }
  });

  it('measures mean and deviation of larger ones over all elements, the rest over a subset', async () => {
    const large: Case[] = [
      { shape: [16, 32, 28, 28], values: relu },
      { shape: [8, 50, 50, 7], values: normal },
      { shape: [3, 104729], values: normal },
      // one outlier that a subset may miss, and neither the mean nor the deviation
      { shape: [16, 16, 32, 32], values: (i) => (i === 12345 ? 1000 : 0) },
    ];
    const measured = await measure(large);
    for (const { data, moments, sample } of measured) {
      const e = exact(data);
      near(moments.mean, e.mean, 1e-5 + 1e-4 * Math.abs(e.mean), 'mean');
      near(moments.std / e.std, 1, 1e-4, 'std');
      near(moments.zeroFraction, e.zeros, 0.02, 'zeroFraction');
      assert.ok(moments.min >= e.min && moments.max <= e.max);
      assert.ok(sample.length <= SUBSET_LENGTH && sample.length > SUBSET_LENGTH / 2);
      if (e.max < 100) near(moments.max, e.max, 1.5, 'max');
    }
  });

  it('takes the mean of a large one over its subset on request, its RMS over all elements still', async () => {
    const cases: Case[] = [
      { shape: [16, 32, 28, 28], values: normal },
      { shape: [16, 16, 32, 32], values: (i) => (i === 12345 ? 1000 : 0) },
    ];
    for (const { data, moments } of await measure(cases, 'subset')) {
      const e = exact(data);
      near(moments.mean, e.mean, 0.05 * e.std, 'mean');
      near(moments.rms / Math.hypot(e.mean, e.std), 1, 1e-4, 'rms');
      near(moments.std / e.std, 1, 2e-3, 'std');
    }
  });

  it('keeps its digits where the mean is large against the deviation', async () => {
    const measured = await measure([
      { shape: [10, 10], values: (_, r) => 1000 + 0.01 * r.normal() },
      { shape: [16, 32, 28, 28], values: (_, r) => 1000 + 0.1 * r.normal() },
    ]);
    for (const { data, moments } of measured) near(moments.std / exact(data).std, 1, 0.04, 'std');
  });

  it('sees all channels of a large tensor', async () => {
    // every channel has its own value; the mean over the sample must be that over the channels
    const [first, last] = await measure([
      { shape: [8, 64, 32, 32], values: (i) => Math.floor(i / 1024) % 64 },
      { shape: [8, 32, 32, 64], values: (i) => i % 64 },
    ]);
    for (const { sample, moments } of [first, last]) {
      near(exact(sample).mean, 31.5, 1, 'mean of the sample');
      assert.ok(new Set(sample).size > 55, `${new Set(sample).size} channels seen`);
      assert.ok(moments.min <= 1 && moments.max >= 62);
    }
  });

  it('counts the flat ends of sigmoid and tanh', async () => {
    const ends = [0, 0.01, 0.02, 0.5, 0.98, 0.99, 1, 0.4];
    const [sigmoid, tanh] = await measure([
      { shape: [2, 4], values: (i) => ends[i], saturation: 'sigmoid' },
      { shape: [8], values: (i) => 2 * ends[i] - 1, saturation: 'tanh' },
    ]);
    assert.equal(sigmoid.moments.saturatedFraction, 4 / 8);
    assert.equal(tanh.moments.saturatedFraction, 4 / 8);
  });

  it('tells samples apart: the deviation over them without bias, whatever is constant over them', async () => {
    const deviation = 0.5;
    // every element has a mean of its own, which the samples share
    const means = Float32Array.from({ length: 40_000 }, (_, i) => 10 * Math.sin(i * i));
    const apart = (...shape: number[]): Case => ({
      shape,
      values: (i, random) => means[i % (shape.reduce((a, b) => a * b, 1) / shape[0])] + deviation * random.normal(),
      batch: shape[0],
    });
    // all elements; a subset; of an odd number of samples; of one pair
    const cases = [apart(6, 400), apart(7, 401), apart(32, 16, 20, 20), apart(9, 16, 21, 20), apart(2, 40_000)];
    for (const [i, { moments, data }] of (await measure(cases)).entries()) {
      const pairs = Math.min(SUBSET_LENGTH, data.length) / 2;
      near(moments.sampleStd! / deviation, 1, 4 / Math.sqrt(2 * pairs), `deviation of ${cases[i].shape.join(' x ')}`);
      near(moments.std / exact(data).std, 1, 1e-4, 'std');
    }
    const [alike] = await measure([{ ...apart(32, 16, 20, 20), values: (i) => means[i % 6400] }]);
    assert.equal(alike.moments.sampleStd, 0);
  });

  it('measures what several layers share once', () => {
    const nodesOf = (values: readonly string[]) => {
      const graph = new MutableGraph();
      graph.opsets.set('', 18);
      const tensors = values.map((value) => ({ value, shape: [40_000] }));
      const { tensors: places } = addStatistics(graph, tensors, 'test', 'whole')!;
      return { count: graph.nodes.length, places };
    };
    const shared = nodesOf(['a', 'b', 'a']);
    const apart = nodesOf(['a', 'b']);
    assert.equal(shared.count, apart.count);
    assert.deepEqual(shared.places, [...apart.places, apart.places[0]]);
  });

  it('shows values that are not finite', async () => {
    const [nan, infinite, large] = await measure([
      { shape: [100], values: (i) => (i === 50 ? NaN : 1) },
      { shape: [100], values: (i) => (i === 50 ? Infinity : 1) },
      { shape: [16, 32, 28, 28], values: (i) => (i === 77777 ? NaN : 1) },
    ]);
    assert.ok(Number.isNaN(nan.moments.mean) && Number.isNaN(nan.moments.rms));
    assert.equal(infinite.moments.max, Infinity);
    assert.ok(!Number.isFinite(infinite.moments.rms));
    assert.ok(Number.isNaN(large.moments.rms), 'a single NaN among 400 000 elements shows');
  });
});
