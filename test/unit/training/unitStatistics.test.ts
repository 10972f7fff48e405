import assert from 'node:assert/strict';
import { nativeRuntime } from '../../../src/engine/nativeRuntime';
import { encodeOnnx } from '../../../src/formats/onnx/onnxWriter';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { floats } from '../../../src/training/hostTensor';
import { Random } from '../../../src/training/random';
import { addUnitStatistics, meanOverUnits, unitsOf, type ReluOutput } from '../../../src/training/unitStatistics';

/** Measures tensors in ONNX Runtime. */
async function measure(tensors: readonly ReluOutput[], data: readonly Float32Array[]) {
  const graph = new MutableGraph();
  graph.opsets.set('', 18);
  for (const { value, shape } of tensors) graph.addInput(value, { kind: 'tensor', dtype: 'float32', shape });
  const layout = addUnitStatistics(graph, tensors)!;
  const names = [layout.active, layout.means];
  for (const name of names) graph.addOutput(name, { kind: 'tensor', dtype: 'float32' });
  const session = await nativeRuntime(2).createSession(await encodeOnnx(graph));
  const feeds = new Map(tensors.map(({ value, shape }, i) => [value, floats(shape, data[i])]));
  const outputs = await session.run(feeds, names);
  await session.release();
  const [active, means] = names.map((name) => outputs.get(name)!.data as Float32Array);
  return tensors.map((_, i) => ({ active: [...unitsOf(layout, i, active)], mean: meanOverUnits(layout, i, means) }));
}

const mean = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0) / values.length;

describe('addUnitStatistics', () => {
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
      assert.ok(Math.abs(figures.mean - mean(data[i])) < 1e-6 * mean(data[i]), `${figures.mean} is not the mean`);
    }
  });
});
