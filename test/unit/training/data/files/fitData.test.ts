import assert from 'node:assert/strict';
import { ModelError } from '../../../../../src/ir/errors';
import type { Dim } from '../../../../../src/ir/graph';
import { FileData } from '../../../../../src/training/data/files/fileData';
import { fitData, type DeclaredInput } from '../../../../../src/training/data/files/fitData';
import { layoutFor, reordered } from '../../../../../src/training/data/files/layout';
import type { OpenedData } from '../../../../../src/training/data/files/openData';
import type { SampleTable } from '../../../../../src/training/data/files/sampleTable';
import { Shuffle } from '../../../../../src/training/data/files/shuffle';
import type { InputSpec } from '../../../../../src/training/data/inputSpec';
import type { FedOutput } from '../../../../../src/training/data/syntheticData';

function table(
  name: string,
  count: number,
  shape: number[],
  value: (i: number) => number,
  dtype = 'float32',
): SampleTable {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: count * size }, (_, i) => value(i));
  const read = (from: number, number: number) => Promise.resolve(values.subarray(from * size, (from + number) * size));
  return { name, count, shape, dtype, read };
}

const opened = (...tables: [string, SampleTable][]): OpenedData => ({
  name: 'd.npz',
  tables: new Map(tables),
  notes: [],
});
const input = (shape: Dim[], name = 'x'): DeclaredInput => ({ name, dtype: 'float32', shape });

const spec = (shape: number[], more: Partial<InputSpec> = {}): InputSpec => ({
  ...{ name: 'x', dtype: 'float32', shape, kind: 'vector', channelAxis: -1, vocabulary: 0 },
  ...more,
});
const output = (kind: FedOutput['kind'], shape: number[], classes = 0): FedOutput => ({
  ...{ output: 'y', value: 'y', shape, kind, classes, input: 0, bounds: undefined, target: 't' },
});

describe('layouts of samples', () => {
  const cases: [string, number[], Dim[], number[] | undefined][] = [
    ['as they are', [3, 8, 8], [3, 8, 8], [3, 8, 8]],
    ['into open sizes', [3, 9, 7], [3, 'h', null], [3, 9, 7]],
    ['with a channel axis added', [28, 28], [1, 28, 28], [1, 28, 28]],
    ['with a channel axis added behind', [28, 28], [28, 28, 1], [28, 28, 1]],
    ['with an axis left out', [28, 28, 1], [28, 28], [28, 28]],
    ['with an axis moved', [28, 28, 1], [1, 28, 28], [1, 28, 28]],
    ['with channels first', [8, 6, 3], [3, 8, 6], [3, 8, 6]],
    ['with channels last', [3, 8, 6], [8, 6, 3], [8, 6, 3]],
    ['laid out flat', [28, 28], [784], [784]],
    ['folded up', [784], [1, 28, 28], [1, 28, 28]],
    ['single numbers', [], [1], [1]],
    ['not at all', [28, 28], [3, 32, 32], undefined],
    ['not at all when there are too few axes', [2, 5], ['a'], undefined],
  ];
  for (const [name, sample, wanted, shape] of cases) {
    it(`fit ${name}`, () => assert.deepEqual(layoutFor(sample, wanted)?.shape, shape));
  }

  it('move channels as they say', () => {
    const values = Float32Array.from({ length: 2 * 3 * 4 }, (_, i) => i);
    const { order } = layoutFor([2, 3, 4], [4, 2, 3])!;
    const moved = reordered(values, [2, 3, 4], order!);
    for (let y = 0; y < 2; y++) {
      for (let x = 0; x < 3; x++)
        for (let c = 0; c < 4; c++) assert.equal(moved[(c * 2 + y) * 3 + x], (y * 3 + x) * 4 + c);
    }
  });
});

describe('data fitted to a model', () => {
  it('find samples by the name of the input, or by the usual names, and labels', async () => {
    const x = table('d.npz: x_train', 4, [2], (i) => i);
    const y = table('d.npz: y_train', 4, [], (i) => i % 3);
    const fitted = await fitData(opened(['x_train', x], ['y_train', y]), undefined, [input(['N', 2], 'pixels')]);
    assert.deepEqual([...fitted.samples.keys()], ['pixels']);
    assert.ok(fitted.labels?.kind === 'class');
    assert.deepEqual([fitted.labels.classes, [...fitted.labels.numbers]], [3, [0, 1, 2, 0]]);
    const two = [input(['N', 2], 'b'), input(['N', 1], 'a')];
    const named = await fitData(opened(['a', table('a', 4, [1], (i) => i)], ['b', x]), undefined, two);
    assert.deepEqual(
      [...named.samples].map(([name, t]) => [name, t.table.shape]),
      [
        ['b', [2]],
        ['a', [1]],
      ],
    );
  });

  it('know rows with a single 1 for classes, and other numbers for values', async () => {
    const x = table('x', 3, [2], (i) => i);
    const fit = async (y: SampleTable) => (await fitData(opened(['x', x]), opened(['', y]), [input([null, 2])])).labels;
    const rows = await fit(table('y', 3, [3], (i) => Number(i % 4 === 0)));
    assert.ok(rows?.kind === 'class');
    assert.deepEqual([...rows.numbers], [0, 1, 2]);
    assert.equal((await fit(table('y', 3, [], (i) => i / 2)))?.kind, 'values');
    assert.equal((await fit(table('y', 3, [], (i) => i - 1)))?.kind, 'values');
    assert.equal((await fit(table('y', 3, [2], () => 1)))?.kind, 'values');
  });

  it('say exactly what does not fit', async () => {
    const refused = (data: OpenedData, inputs: DeclaredInput[], message: RegExp, labels?: OpenedData) =>
      assert.rejects(fitData(data, labels, inputs), (e) => e instanceof ModelError && message.test(e.message));
    const digits = opened(['', table('data.npy', 60, [28, 28], (i) => i % 256, 'float64')]);
    await refused(
      digits,
      [input(['N', 3, 32, 32])],
      /^the model's input 'x' is \[N,3,32,32\]; data.npy holds \[60,28,28\] float64, 0\.\.255 \(784 numbers a sample\)$/,
    );
    const short = opened(['', table('l.npy', 50, [], () => 1)]);
    await refused(digits, [input(['N', 784])], /^l.npy holds \[50\] labels, d.npz 60 samples$/, short);
    const [a, b] = [table('a', 3, [2], () => 0), table('b', 4, [2], () => 0)];
    await refused(opened(['a', a], ['b', b]), [input([1, 2], 'a'), input([1, 2], 'b')], /3 in a, 4 in b/);
    await refused(
      opened(['p', a], ['q', b]),
      [input([1, 2])],
      /d.npz holds p \[3,2\], q \[4,2\], and the model's inputs are 'x' \[1,2\]/,
    );
    await refused(opened(['', table('e', 0, [2], () => 0)]), [input([1, 2])], /no samples/);
    await refused(
      digits,
      [{ name: 'attention_mask', dtype: 'int64', shape: ['N', 8] }],
      /no input that samples are fed to/,
    );
  });
});

describe('samples of files', () => {
  const fit = async (x: SampleTable, inputs: DeclaredInput[], y?: SampleTable) =>
    fitData(opened(['x', x]), y && opened(['', y]), inputs);

  it('come in a random order, each once before any comes twice', () => {
    for (const count of [1, 2, 7, 100, 1000]) {
      const shuffle = new Shuffle(count, 5);
      const epochs = [0, 1].map((e) => Array.from({ length: count }, (_, i) => shuffle.at(e * count + i)));
      for (const epoch of epochs)
        assert.deepEqual(
          [...epoch].sort((a, b) => a - b),
          [...Array(count).keys()],
        );
      if (count >= 100) {
        assert.notDeepEqual(epochs[0], epochs[1]);
        assert.notDeepEqual(epochs[0], [...Array(count).keys()]);
      }
    }
  });

  it('keep their labels, are the same for a seed and a step, and differ from step to step', async () => {
    const fitted = await fit(
      table('x', 50, [2], (i) => i),
      [input(['N', 2])],
      table('y', 50, [], (i) => i % 5),
    );
    const make = (seed: number) => new FileData(fitted, [spec([8, 2])], [output('class', [8, 5], 5)], 8, seed);
    const feeds = await make(1).feeds(3);
    const x = feeds.get('x')!.data as Float32Array;
    for (let i = 0; i < 8; i++) {
      assert.equal(x[2 * i + 1], x[2 * i] + 1);
      assert.equal(Number(feeds.get('t')!.data[i]), (x[2 * i] / 2) % 5);
    }
    assert.deepEqual(await make(1).feeds(3), feeds);
    assert.notDeepEqual(await make(2).feeds(3), feeds);
    assert.notDeepEqual(await make(1).feeds(4), feeds);
    assert.match(make(1).describeInputs(), /^50 samples in random order: x \[50,2\] float32 0\.\.99$/);
    assert.equal(make(1).describeTargets(), 'the classes of y, 5 of them');
  });

  it('of bytes are divided by 255, unless the network does it or takes bytes', async () => {
    const fitted = await fit(
      table('x', 4, [2], () => 255, 'uint8'),
      [input(['N', 2])],
    );
    const first = async (s: InputSpec) => {
      const data = new FileData(fitted, [s], [output('input', [4, 2])], 4, 1);
      return [(await data.feeds(0)).get('x')!.data[0], /divided by 255/.test(data.describeInputs())];
    };
    assert.deepEqual(await first(spec([4, 2])), [1, true]);
    assert.deepEqual(await first(spec([4, 2], { scaledInGraph: true })), [255, false]);
    assert.deepEqual(await first(spec([4, 2], { dtype: 'uint8', kind: 'tokens', vocabulary: 256 })), [255, false]);
  });

  it('are compared with values, rows of classes, a teacher, or themselves', async () => {
    const x = table('x', 4, [2], (i) => i);
    const target = async (o: FedOutput, y?: SampleTable) =>
      [
        ...(await new FileData(await fit(x, [input(['N', 2])], y), [spec([4, 2])], [o], 4, 1).feeds(0)).get('t')!.data,
      ].map(Number);
    const sorted = (values: number[]) => values.sort((a, b) => a - b);
    const values = await target(
      output('labels', [4, 3]),
      table('y', 4, [3], (i) => i / 2),
    );
    assert.deepEqual(
      sorted(values),
      Array.from({ length: 12 }, (_, i) => i / 2),
    );
    const rows = await target(
      output('labels', [4, 3], 3),
      table('y', 4, [], (i) => i % 3),
    );
    for (let i = 0; i < 4; i++) assert.deepEqual(sorted(rows.slice(3 * i, 3 * i + 3)), [0, 0, 1]);
    assert.deepEqual(sorted(await target(output('input', [4, 2]))), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.ok((await target(output('teacher', [4, 5]))).every(Number.isFinite));
    // of tokens 2n, 2n + 1 the second
    assert.deepEqual(sorted(await target(output('token', [4, 2, 9]))), [1, 3, 5, 7]);
  });

  it('that the network cannot be fed are refused with their place', async () => {
    const refused = async (x: SampleTable, s: InputSpec, message: RegExp) => {
      const fitted = await fit(x, [{ name: 'x', dtype: s.dtype, shape: ['N', 2] }]);
      await assert.rejects(
        async () => new FileData(fitted, [s], [], s.shape[0], 1).feeds(0),
        (e) => e instanceof ModelError && message.test(e.message),
      );
    };
    await refused(
      table('x', 3, [2], (i) => (i === 3 ? NaN : 0)),
      spec([3, 2]),
      /^x holds NaN in sample 1$/,
    );
    const tokens = spec([3, 2], { dtype: 'int64', kind: 'tokens', vocabulary: 9 });
    await refused(
      table('x', 3, [2], (i) => (i === 5 ? 9 : 0)),
      tokens,
      /token 9, and the model knows 9 tokens.* in sample 2/,
    );
    await refused(
      table('x', 3, [2], () => 0),
      spec([4, 2]),
      /3 samples, fewer than a batch of 4/,
    );
  });
});
