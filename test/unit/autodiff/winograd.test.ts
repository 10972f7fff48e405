import assert from 'node:assert/strict';
import { differentiate } from '../../../src/autodiff/differentiate';
import { transformConvolutions } from '../../../src/autodiff/transformConvolutions';
import { attribute } from '../../../src/ir/attribute';
import { inferTypes } from '../../../src/ir/inferTypes';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { float32Tensor } from '../../../src/ir/tensor';
import { encode } from '../../support/encode';
import { nativeEngine, wasmEngine } from '../../support/engines';
import { relativeError } from '../../support/finiteDifferences';
import { floats, noise, runGraph } from '../../support/runGraph';

const { ints } = attribute;

/** Norm of the difference over the norm, of float32 on tiles against sums in double precision. */
const ERROR = 3e-6;

interface Case {
  readonly what: string;
  readonly x: readonly number[];
  readonly filters: number;
  readonly pads: readonly [above: number, left: number, below: number, right: number];
}

const cases: readonly Case[] = [
  { what: 'whole tiles', x: [3, 32, 16, 12], filters: 32, pads: [1, 1, 1, 1] },
  { what: 'one sample', x: [1, 33, 23, 26], filters: 40, pads: [1, 1, 1, 1] },
  { what: 'no padding, one element over', x: [6, 32, 11, 15], filters: 34, pads: [0, 0, 0, 0] },
  { what: 'another padding on each side', x: [5, 32, 10, 13], filters: 32, pads: [0, 2, 1, 0] },
  { what: 'pictures of one element', x: [10, 32, 1, 1], filters: 32, pads: [1, 1, 1, 1] },
  { what: 'padding beyond the kernel, which its gradient cuts off', x: [8, 32, 7, 6], filters: 36, pads: [3, 0, 4, 3] },
];

const count = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);

/** y = Conv(x, w, b), and a random projection of it as the loss. */
function convolution({ x, filters, pads }: Case, attributes: Parameters<MutableGraph['add']>[2] = {}): MutableGraph {
  const graph = new MutableGraph();
  graph.opsets.set('', 18);
  graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: x });
  graph.addInput('w', { kind: 'tensor', dtype: 'float32', shape: [filters, x[1], 3, 3] });
  graph.addInput('b', { kind: 'tensor', dtype: 'float32', shape: [filters] });
  graph.add('Conv', ['x', 'w', 'b'], { pads: ints(pads), ...attributes }, { outputs: ['y'], name: 'conv' });
  const shape = inferTypes(graph).get('y')!.shape as number[];
  graph.addInitializer(float32Tensor('projection', shape, noise(count(shape), 5)));
  graph.add(
    'ReduceSum',
    [graph.add('Mul', ['y', 'projection'])],
    { keepdims: attribute.int(0) },
    { outputs: ['loss'] },
  );
  return graph;
}

/** The weight gradient of a picture of one element is faster without. */
function gradientTakesTiles({ x }: Case): boolean {
  return count(x.slice(2)) > 1;
}

/** y, dX and dW by their definitions in double precision. */
function byDefinition({ x: [n, channels, height, width], filters, pads }: Case, x: number[], w: number[], b: number[]) {
  const [rows, columns] = [height + pads[0] + pads[2] - 2, width + pads[1] + pads[3] - 2];
  const projection = Float32Array.from(noise(n * filters * rows * columns, 5));
  const [y, dx, dw] = [new Float64Array(projection.length), new Float64Array(x.length), new Float64Array(w.length)];
  for (let at = 0; at < y.length; at++) {
    const [column, row] = [at % columns, Math.floor(at / columns) % rows];
    const m = Math.floor(at / (rows * columns)) % filters;
    const sample = Math.floor(at / (rows * columns * filters));
    y[at] = b[m];
    for (let tap = 0; tap < 9; tap++) {
      const [i, j] = [row + Math.floor(tap / 3) - pads[0], column + (tap % 3) - pads[1]];
      if (i < 0 || i >= height || j < 0 || j >= width) continue;
      for (let c = 0; c < channels; c++) {
        const [from, weight] = [((sample * channels + c) * height + i) * width + j, (m * channels + c) * 9 + tap];
        y[at] += x[from] * w[weight];
        dx[from] += projection[at] * w[weight];
        dw[weight] += projection[at] * x[from];
      }
    }
  }
  return { y, dx, dw };
}

describe('convolutions on transformed tiles', () => {
  for (const test of cases) {
    it(`${test.what}: ${test.x.join('x')} to ${test.filters}, forward and backward`, async () => {
      const graph = convolution(test);
      const types = inferTypes(graph);
      const { gradientOf, cuts } = differentiate(graph, types, { loss: 'loss', wrt: ['x', 'w'] });
      assert.deepEqual(cuts, []);
      const [n, , ...sizes] = test.x;
      const tiles = count(sizes.map((size) => Math.ceil(size / 4)));
      const kept = transformConvolutions(graph, types);
      assert.equal(kept, gradientTakesTiles(test) ? 36 * test.filters * n * tiles : 0);
      const kernels = graph.nodes.filter((n) => n.opType === 'Conv').map((n) => n.inputs[1]);
      assert.ok(
        kernels.every((name) => graph.initializers.has(name)),
        'every Conv that is left transforms tiles',
      );
      assert.equal(graph.nodes.find((n) => n.outputs.includes('y'))?.name, 'conv');

      const wanted = { y: 'y', dx: gradientOf.get('x')!, dw: gradientOf.get('w')! };
      for (const name of Object.values(wanted)) graph.addOutput(name, { kind: 'tensor', dtype: 'float32' });
      const values = graph.inputs.map(({ type }, i) => [
        ...Float32Array.from(noise(count(type.shape as number[]), i + 1)),
      ]);
      const expected = byDefinition(test, values[0], values[1], values[2]);
      const feeds = Object.fromEntries(
        graph.inputs.map(({ name, type }, i) => [name, floats(type.shape as number[], values[i])]),
      );
      for (const engine of [nativeEngine, wasmEngine]) {
        const session = await engine.load(await encode(graph));
        const results = await session.run(feeds);
        await session.release();
        for (const [what, name] of Object.entries(wanted)) {
          const error = relativeError(results[name].data as Float32Array, expected[what as keyof typeof expected]);
          assert.ok(error <= ERROR, `${what}, ${engine.name}: ${error}`);
        }
      }
    });
  }

  it('a batch in parts', async () => {
    const test: Case = { what: '', x: [3, 16, 320, 324], filters: 48, pads: [1, 1, 1, 1] };
    const plain = convolution(test);
    const types = inferTypes(plain);
    const graph = plain.copy();
    const { gradientOf } = differentiate(graph, types, { loss: 'loss', wrt: ['x', 'w'] });
    transformConvolutions(graph, types);
    const [dx, dw] = ['x', 'w'].map((name) => gradientOf.get(name)!);
    assert.equal(graph.nodes.filter((n) => n.opType === 'MatMul').length, 6, 'forward, dX and dW in two parts each');
    // the gradients by their definition: the derivative along a direction, of a convolution that is linear in x and in w
    const feeds = (direction: number) =>
      Object.fromEntries(
        plain.inputs.map(({ name, type }, i) => {
          const shape = type.shape as number[];
          return [
            name,
            name === 'b'
              ? floats(shape, noise(count(shape), 9).fill(0))
              : floats(shape, noise(count(shape), i + direction)),
          ];
        }),
      );
    const [at, along] = [feeds(1), feeds(3)];
    for (const g of [plain, graph])
      for (const name of ['y', 'loss']) g.addOutput(name, { kind: 'tensor', dtype: 'float32' });
    for (const name of [dx, dw]) graph.addOutput(name, { kind: 'tensor', dtype: 'float32' });
    const [expected, results] = await Promise.all([runGraph(plain, at), runGraph(graph, at)]);
    assert.ok(relativeError(results.y.data as Float32Array, expected.y.data as Float32Array) <= ERROR);
    for (const [name, gradient] of [
      ['x', dx],
      ['w', dw],
    ] as const) {
      const change = Number((await runGraph(plain, { ...at, [name]: along[name] })).loss.data[0]);
      const [values, direction] = [results[gradient].data as Float32Array, along[name].data as Float32Array];
      const [dot, size, length] = values.reduce(
        ([d, s, l], v, i) => [d + v * direction[i], s + v * v, l + direction[i] ** 2],
        [0, 0, 0],
      );
      assert.ok(Math.abs(dot - change) <= 1e-5 * Math.sqrt(size * length), `${name}: ${dot} against ${change}`);
    }
  });

  it('are taken where there are channels and tiles enough, and 3 x 3 taps next to each other', () => {
    const settings: readonly (readonly [boolean, Partial<Case>, Parameters<typeof convolution>[1]?])[] = [
      [true, {}],
      [true, {}, { auto_pad: attribute.string('SAME_UPPER') }],
      [true, { x: [8, 16, 12, 12], filters: 48 }],
      [false, { x: [8, 16, 12, 12], filters: 47 }],
      [true, { x: [8, 32, 1, 1] }],
      [false, { x: [7, 32, 1, 1] }],
      [false, { x: [8, 32, 5, 5] }],
      [true, { x: [8, 32, 12, 12], filters: 3000 }],
      [true, { x: [50, 32, 256, 256] }],
      [false, { x: [60, 32, 512, 512] }],
      [false, { x: [2 ** 40, 32, 12, 12] }],
      [false, { x: [1, 2 ** 20, 64, 64] }],
      [false, {}, { strides: ints([2, 1]) }],
      [false, {}, { dilations: ints([1, 2]) }],
    ];
    for (const [taken, change, attributes] of settings) {
      const test: Case = { ...cases[0], x: [8, 32, 12, 12], ...change };
      const graph = new MutableGraph();
      graph.opsets.set('', 18);
      graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: test.x });
      graph.addInput('w', { kind: 'tensor', dtype: 'float32', shape: [test.filters, test.x[1], 3, 3] });
      graph.add('Conv', ['x', 'w'], { pads: ints(test.pads), ...attributes }, { outputs: ['y'] });
      transformConvolutions(graph, inferTypes(graph));
      assert.equal(graph.nodes.length > 1, taken, JSON.stringify({ ...change, ...attributes }));
      assert.deepEqual(graph.nodes.at(-1)!.outputs, ['y']);
    }
  });
});
