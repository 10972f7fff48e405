import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import { parseGraph } from '../../../src/ir/textForm';
import { expandEinsums, foldSizes, mendConcats } from '../../../src/training/shapeArithmetic';
import { runGraph, noise } from '../../support/runGraph';

const graphOf = (text: string) => parseGraph(`<ir_version: 8, opset_import: ["" : 18]> ${text}`).toMutable();
const types = (graph: ReturnType<typeof graphOf>) => graph.nodes.map((n) => n.opType);

describe('arithmetic on sizes', () => {
  it('becomes constants, and the network computes what it computed', async () => {
    const make = () =>
      graphOf(`g (float[2,6,4] x) => (float[2,6,2,2] y, int64[2] rest)
        <int64 zero = {0}, int64 one = {1}, int64[1] ax = {0}, int64 two = {2}, int64[1] minus = {-1}> {
          s = Shape (x)  n = Gather (s, zero)  l = Gather (s, one)
          l2 = Mul (l, two)  half = Div (l2, two)
          un = Unsqueeze (n, ax)  ul = Unsqueeze (half, ax)  t = Unsqueeze (two, ax)
          to = Concat <axis = 0> (un, ul, t, minus)
          r = Reshape (x, to)
          c = Cast <to = 1> (l)
          y = Mul (r, c)
          rest = Slice (s, ax, t) }`);
    const graph = make();
    foldSizes(graph);
    assert.deepEqual(types(graph), ['Reshape', 'Cast', 'Mul', 'Slice'], 'floats and outputs of the graph stay');
    const feeds = { x: new ort.Tensor('float32', noise(48, 1), [2, 6, 4]) };
    const [before, after] = [await runGraph(make(), feeds), await runGraph(graph, feeds)];
    assert.deepEqual(after, before);
  });

  it('stays where it depends on numbers of the input', () => {
    const graph = graphOf(`g (float[2,3] x) => (float[k] y)
      <int64[1] minus = {-1}> { z = NonZero (x)  s = Shape (z)  f = Cast <to = 1> (s)  r = Reshape (x, minus)  y = Mul (r, f) }`);
    foldSizes(graph);
    assert.ok(types(graph).includes('NonZero') && types(graph).includes('Shape'));
  });

  it('of single numbers joined to vectors is mended, as it was meant', async () => {
    const graph = graphOf(`g (float[2,6,4] x) => (float[2,6,2,2] y)
      <int64 zero = {0}, int64[1] ax = {0}, int64[1] six = {6}, int64 two = {2}> {
        s = Shape (x)  n = Gather (s, zero)
        to = Concat <axis = 0> (n, six, two, two)
        y = Reshape (x, to) }`);
    const feeds = { x: new ort.Tensor('float32', noise(48, 1), [2, 6, 4]) };
    await assert.rejects(runGraph(graph.copy(), feeds), /rank/);
    assert.equal(mendConcats(graph), 1);
    assert.equal(mendConcats(graph), 0);
    const { y } = await runGraph(graph, feeds);
    assert.deepEqual([y.dims, [...(y.data as Float32Array)]], [[2, 6, 2, 2], [...noise(48, 1)]]);
    foldSizes(graph);
    assert.deepEqual(types(graph), ['Reshape']);
  });
});

describe('Einsums that broadcast a letter', () => {
  it('get operands of one size, and compute the sums that are meant', async () => {
    const graph = graphOf(
      `g (float[1,2,3] a, float[2,3,1] b, float[2,2] c) => (y)
      { y = Einsum <equation = "...ij, ...jk , ki -> ...ik"> (a, b, c) }`.replace('float[2,3,1] b', 'float[4,3,1] b'),
    );
    expandEinsums(graph);
    assert.deepEqual(types(graph), ['Expand', 'Einsum'], 'axes of the ellipsis are left to the runtime');
    const [a, b, c] = [noise(6, 1), noise(12, 2), noise(4, 3)];
    const { y } = await runGraph(graph, {
      a: new ort.Tensor('float32', a, [1, 2, 3]),
      b: new ort.Tensor('float32', b, [4, 3, 1]),
      c: new ort.Tensor('float32', c, [2, 2]),
    });
    assert.deepEqual(y.dims, [4, 2, 2]);
    for (let n = 0; n < 4; n++)
      for (let i = 0; i < 2; i++)
        for (let k = 0; k < 2; k++) {
          const sum = [0, 1, 2].reduce((s, j) => s + a[3 * i + j] * b[3 * n + j], 0) * c[2 * k + i];
          assert.ok(Math.abs(Number(y.data[4 * n + 2 * i + k]) - sum) < 1e-6);
        }
  });

  it('leaves others, and those that do not fit, as they are', () => {
    const graph = graphOf(`g (float[2,3] a, float[3,1] b, float[2,3,4] c) => (y, z)
      { y = Einsum <equation = "ij,jk->ik"> (a, b)  z = Einsum <equation = "ij,jk"> (c, b) }`);
    expandEinsums(graph);
    assert.deepEqual(types(graph), ['Einsum', 'Einsum']);
  });
});
