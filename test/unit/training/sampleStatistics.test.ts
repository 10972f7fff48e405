import assert from 'node:assert/strict';
import { nativeRuntime } from '../../../src/engine/nativeRuntime';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { floats } from '../../../src/training/hostTensor';
import { Random } from '../../../src/training/random';
import {
  addSampleStatistics,
  deviationOverSamples,
  meanOfUnits,
  type MeasuredOverSamples,
} from '../../../src/training/sampleStatistics';

/** Measures tensors in ONNX Runtime. */
async function measure(tensors: readonly MeasuredOverSamples[], data: readonly Float32Array[]) {
  const graph = new MutableGraph();
  graph.opsets.set('', 18);
  for (const { value, shape } of tensors) graph.addInput(value, { kind: 'tensor', dtype: 'float32', shape });
  const layout = addSampleStatistics(graph, tensors)!;
  const names = [layout.differences, ...(layout.units ? [layout.units.active, layout.units.means] : [])];
  for (const name of names) graph.addOutput(name, { kind: 'tensor', dtype: 'float32' });
  const session = await nativeRuntime(2).createSession(await encodeOnnx(graph));
  const feeds = new Map(tensors.map(({ value, shape }, i) => [value, floats(shape, data[i])]));
  const outputs = await session.run(feeds, names);
  await session.release();
  const read = (name: string) => outputs.get(name)!.data as Float32Array;
  return tensors.map((_, i) => {
    const { units } = layout.tensors[i];
    return {
      deviation: deviationOverSamples(layout, i, read(layout.differences)),
      ...(units && {
        active: [...read(layout.units!.active).subarray(units.offset, units.offset + units.count)],
        mean: meanOfUnits(layout, i, read(layout.units!.means)),
      }),
    };
  });
}

const mean = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0) / values.length;

describe('addSampleStatistics', () => {
  it('says of each unit of a ReLU how many samples it is active on, wherever its axis is, and the mean of all', async () => {
    const random = new Random(1);
    const [batch, channels, size] = [4, 3, 5];
    const shapes = {
      first: [batch, channels, size, size],
      last: [batch, size, size, channels],
      dense: [batch, channels],
    };
    // unit 0 is active on sample 1 at one place, unit 1 never, unit 2 on all samples
    const active = (sample: number, unit: number, place: number) =>
      unit === 2 ? random.uniform() + 0.1 : unit === 0 && sample === 1 && place === 0 ? 7 : 0;
    const values = {
      first: (i: number) => active(Math.floor(i / 75), Math.floor(i / 25) % 3, i % 25),
      last: (i: number) => active(Math.floor(i / 75), i % 3, Math.floor(i / 3) % 25),
      dense: (i: number) => active(Math.floor(i / 3), i % 3, 0),
    };
    const kinds = ['first', 'last', 'dense'] as const;
    const data = kinds.map((kind) =>
      Float32Array.from({ length: shapes[kind].reduce((a, b) => a * b, 1) }, (_, i) => values[kind](i)),
    );
    const tensors = kinds.map((kind) => ({ value: kind, shape: shapes[kind], unitAxis: kind === 'last' ? 3 : 1 }));
    const measured = await measure(tensors, data);
    for (const [i, figures] of measured.entries()) {
      assert.deepEqual(figures.active, [0.25, 0, 1]);
      assert.ok(Math.abs(figures.mean! - mean(data[i])) < 1e-6 * mean(data[i]), `${figures.mean} is not the mean`);
    }
  });

  it('estimates the deviation over samples without bias, from two of them', async () => {
    const random = new Random(2);
    const shape = [2, 64, 64];
    // every element has a mean of its own, which samples share, and a deviation of 0.5
    const means = Float32Array.from({ length: 64 * 64 }, () => 10 * random.normal());
    const data = Float32Array.from({ length: 2 * 64 * 64 }, (_, i) => means[i % means.length] + 0.5 * random.normal());
    const [{ deviation, active }] = await measure([{ value: 'x', shape }], [data]);
    // of 1024 pairs: its standard error is 2 %
    assert.ok(Math.abs(deviation / 0.5 - 1) < 0.08, String(deviation));
    assert.equal(active, undefined);
  });
});
