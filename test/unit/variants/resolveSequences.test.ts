import assert from 'node:assert/strict';
import type { Graph } from '../../../src/ir/graph';
import { elementCount, float32Tensor } from '../../../src/ir/tensor';
import { parseGraph } from '../../../src/ir/textForm';
import { trainableForm } from '../../../src/training/trainableForm';
import { resolveSequences } from '../../../src/variants/resolveSequences';
import { toOpset18 } from '../../../src/variants/toOpset18';
import { relativeError } from '../../support/finiteDifferences';
import { floats, noise, runGraph } from '../../support/runGraph';
import { modelOf } from '../../support/textModel';

const x = floats([2, 6], noise(12, 5));

function graphOf(nodes: string, { opset = 18, outputs = 'float[] y' } = {}): Graph {
  const graph = parseGraph(`<ir_version: 8, opset_import: ["" : ${opset}]> g (float[2,6] x) => (${outputs})
    <int64 zero = {0}, int64 one = {1}, int64 two = {2}, int64 back = {-1}, int64 three = {3}, bool on = {1}, int64[2] sizes = {2, 4},
     float[6,6] w> { ${nodes} }`).toMutable();
  for (const [name, { dims, dtype }] of graph.initializers) {
    if (dtype === 'float32') graph.initializers.set(name, float32Tensor(name, dims, noise(elementCount(dims), 2)));
  }
  return graph.freeze();
}

const isOfSequences = ({ opType }: { opType: string }) => /Sequence/.test(opType);

async function assertSame(graph: Graph): Promise<void> {
  const expected = await runGraph(graph.toMutable(), { x });
  const resolved = trainableForm(modelOf(graph)).model.graph.toMutable();
  assert.ok(!resolved.nodes.some((node) => isOfSequences(node) || node.opType === 'Loop'));
  toOpset18(resolved);
  const actual = await runGraph(resolved, { x });
  for (const [name, { dims, data }] of Object.entries(expected)) {
    assert.deepEqual(actual[name].dims, dims, name);
    assert.ok(relativeError(Array.from(actual[name].data, Number), Array.from(data, Number)) < 1e-6, name);
  }
}

describe('sequences of tensors, resolved', () => {
  for (const opset of [11, 13, 18]) {
    it(`split by one size, by sizes and slice by slice, taken out and joined (opset ${opset})`, async () => {
      await assertSame(
        graphOf(
          `a = SplitToSequence<axis = 1>(x, two) b = SequenceAt(a, back)
           c = SplitToSequence<axis = -1>(x, sizes) d = SequenceAt(c, one)
           e = SplitToSequence<axis = 0, keepdims = 0>(x) f = SequenceAt(e, one)
           k = SplitToSequence<axis = 0>(x) l = SequenceAt(k, zero)
           m = Concat<axis = 0>(l, l) y = Concat<axis = 1>(b, d, m) z = ConcatFromSequence<axis = 1, new_axis = 1>(e)
           s = ConcatFromSequence<axis = 0>(a) t = Neg(f) n = SequenceLength(a)`,
          { opset, outputs: 'float[] y, float[] z, float[] s, float[] t, int64 n' },
        ),
      );
    });
  }

  it('put together: constructed, inserted, erased', async () => {
    await assertSame(
      graphOf(
        `a = Neg(x) b = Relu(x) s = SequenceConstruct(x, a) t = SequenceInsert(s, b, one) u = SequenceErase(t, zero)
         v = SequenceInsert(u, x) p = SequenceAt(v, zero) q = SequenceAt(v, two) r = ConcatFromSequence<axis = 0, new_axis = 1>(v)
         y = Sub(p, q)`,
        { outputs: 'float[] y, float[] r' },
      ),
    );
  });

  for (const opset of [11, 18]) {
    it(`of pieces of pieces, whose sizes follow from each other (opset ${opset})`, async () => {
      await assertSame(
        graphOf(
          `a = SplitToSequence<axis = 1>(x, three) b = SequenceAt(a, one) c = SplitToSequence<axis = 1>(b, one)
         y = SequenceAt(c, two)`,
          { opset },
        ),
      );
    });
  }

  it('carried by a loop: a list that grows turn by turn', async () => {
    const body = `body = turn (int64 i, bool go, seq(float[2,6]) l, float[2,6] h) => (bool go2, seq(float[2,6]) m, float[2,6] q)
      { p = MatMul(h, w) q = Tanh(p) m = SequenceInsert(l, q) go2 = Identity(go) }`;
    await assertSame(
      graphOf(`e = SequenceEmpty() all, last = Loop<${body}>(three, on, e, x) y = ConcatFromSequence<axis = 0>(all)`),
    );
  });

  it('stay where their places or lengths are not known', () => {
    for (const nodes of [
      'a = SplitToSequence<axis = 1>(x, two) m = ReduceMax<keepdims = 0>(x) p = Cast<to = 7>(m) y = SequenceAt(a, p)',
      'a = SplitToSequence<axis = 5>(x, two) y = SequenceAt(a, one)',
      'a = SequenceConstruct(x, x) y = SequenceAt(a, three)',
    ]) {
      assert.equal(resolveSequences(graphOf(nodes)), undefined);
    }
  });
});
