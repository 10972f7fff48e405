import assert from 'node:assert/strict';
import { inferFacts, inferTypes } from '../../../../src/ir/inferTypes';
import { parseGraph } from '../../../../src/ir/textForm';
import { floats, noise, runGraph } from '../../../support/runGraph';

describe('inference follows the elements of small tensors', () => {
  it('through slices and transpositions of any rank, as ONNX Runtime computes them', async () => {
    const graph = parseGraph(`<ir_version: 8, opset_import: ["" : 18]> g (float[1] x) =>
        (int64[] a, int64[] b, int64[] c, int64[] d, int64[] e, int64[] f)
      <int64[2,3,2] v = {1,2,3,4,5,6,7,8,9,10,11,12}, int64[1] minus = {-1}, int64[1] least = {-9223372036854775807}, int64[1] zero = {0},
       int64[2] from = {2, -1}, int64[2] to = {0, -9}, int64[2] axes = {1, -1}, int64[2] steps = {-2, -1}, int64[1] one = {1}, int64[1] three = {3}>
      { a = Slice(v, minus, least, zero, minus) b = Slice(v, from, to, axes, steps) c = Transpose<perm = [2,0,1]>(v) d = Transpose(c)
        t = Transpose<perm = [1,2,0]>(a) e = Slice(t, one, three, zero) f = Slice(v, one, one, one) }`);
    const facts = inferFacts(graph);
    const actual = await runGraph(graph.toMutable(), { x: floats([1], [0]) });
    for (const [name, { dims, data }] of Object.entries(actual)) {
      const said = facts(graph.valueId(name)!);
      assert.deepEqual([said?.shape, said?.data], [dims, Array.from(data, Number)], name);
    }
  });

  it('so that the pads are known that exporters of PyTorch write down in nine nodes', async () => {
    const graph = parseGraph(`<ir_version: 8, opset_import: ["" : 18]> g (float[2,3,8] x) => (float[] y)
      <int64[2] pads = {1, 2}, int64[1] places = {4}, int64[2] pairs = {-1, 2}, int64[1] minus = {-1}, int64[1] least = {-9223372036854775807},
       int64[1] zero = {0}, int64[1] flat = {-1}, int64 two = {2}, int64 three = {3}>
      { size = Shape(pads) n = Gather(size, zero) all = Mul(three, two) rest = Sub(all, n) zeros = ConstantOfShape<value = int64[1] {0}>(rest)
        whole = Concat<axis = 0>(pads, zeros) table = Reshape(whole, pairs) turned = Slice(table, minus, least, zero, minus)
        t = Transpose<perm = [1,0]>(turned) line = Reshape(t, flat) y = Pad<mode = "reflect">(x, line) }`);
    const { y } = await runGraph(graph.toMutable(), { x: floats([2, 3, 8], noise(48, 1)) });
    assert.deepEqual(inferTypes(graph).get('y')?.shape, y.dims);
  });

  it('and allocates nothing for sizes that make no sense', () => {
    const graph = parseGraph(`<ir_version: 8, opset_import: ["" : 18]> g () => (int64[] y)
      <int64[9007199254740991,0] huge, int64[2] v = {1, 2}> { t = Transpose(huge) u = Transpose<perm = [0, 0]>(huge) y = Transpose<perm = [0, 1]>(v) }`);
    assert.equal(inferFacts(graph)(graph.valueId('y')!)?.data, undefined);
  });
});
