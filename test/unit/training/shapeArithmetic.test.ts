import assert from 'node:assert/strict';
import * as ort from 'onnxruntime-node';
import { parseGraph } from '../../../src/ir/textForm';
import { foldSizes, mendConcats } from '../../../src/training/shapeArithmetic';
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
