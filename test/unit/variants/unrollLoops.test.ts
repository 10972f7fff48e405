import assert from 'node:assert/strict';
import { differentiate } from '../../../src/autodiff/differentiate';
import { attribute } from '../../../src/ir/attribute';
import type { Graph } from '../../../src/ir/graph';
import { inferTypes } from '../../../src/ir/inferTypes';
import { elementCount, float32Tensor } from '../../../src/ir/tensor';
import { parseGraph } from '../../../src/ir/textForm';
import { layerView } from '../../../src/layers/recognize';
import { buildTrainingStep } from '../../../src/training/trainingStep';
import { trainableForm } from '../../../src/training/trainableForm';
import { toTrainingForm } from '../../../src/variants/trainingForm';
import { MOST_UNROLLED, unrollLoops } from '../../../src/variants/unrollLoops';
import { relativeError } from '../../support/finiteDifferences';
import { floats, noise, runGraph } from '../../support/runGraph';
import { modelOf } from '../../support/textModel';

/** A graph of x [2, 4] whose float constants without values are filled. */
function graphOf(nodes: string, constants = '', outputs = 'float[] y'): Graph {
  const graph = parseGraph(`<ir_version: 8, opset_import: ["" : 18]> g (float[2,4] x) => (${outputs})
    <int64 trips = {3}, bool on = {1}, float[4,4] w${constants}> { ${nodes} }`).toMutable();
  let seed = 1;
  for (const [name, { dtype, dims, location }] of graph.initializers) {
    if (dtype === 'float32' && location === 'missing') {
      graph.initializers.set(name, float32Tensor(name, dims, noise(elementCount(dims), seed++)));
    }
  }
  return graph.freeze();
}

const step = (head: string) => `body = turn (${head}) { p = MatMul(h, w) q = Tanh(p) same = Identity(go) }`;
const LOOP = `y = Loop<${step('int64 i, bool go, float[2,4] h) => (bool same, float[2,4] q')}>(trips, on, x)`;
const x = floats([2, 4], noise(8, 5));

async function assertSame(graph: Graph): Promise<Graph> {
  const unrolled = unrollLoops(graph);
  assert.ok(unrolled !== undefined);
  assert.ok([...unrolled.graph.nodes()].every(({ opType }) => opType !== 'Loop' && opType !== 'Scan'));
  const expected = await runGraph(graph.toMutable(), { x });
  const actual = await runGraph(unrolled.graph.toMutable(), { x });
  for (const [name, { dims, data }] of Object.entries(expected)) {
    assert.deepEqual(actual[name].dims, dims, name);
    const [a, e] = [actual[name].data, data].map((v) => Array.from(v, Number));
    assert.ok(relativeError(a, e) < 1e-6, `${name}: ${a.join()} against ${e.join()}`);
  }
  return unrolled.graph;
}

describe('loops written out', () => {
  it('Loop: carries values and collects others', async () => {
    const body = `body = turn (int64 i, bool go, float[2,4] h, float[4] s) => (bool go2, float[2,4] q, float[4] t, float[2,4] q, float n)
      <float[4] bias = {0.5, -1, 0.25, 2}> { p = MatMul(h, w) b = Add(p, bias) q = Tanh(b) t = Add(s, bias) n = Cast<to = 1>(i) go2 = Identity(go) }`;
    await assertSame(
      graphOf(
        `y, z, all, counts = Loop<${body}>(trips, on, x, start)`,
        ', float[4] start',
        'float[] y, float[] z, float[] all, float[] counts',
      ),
    );
  });

  it('Loop: what the body names as the graph around it does stays apart', async () => {
    const body = `body = turn (int64 i, bool go, float[2,4] x) => (bool on, float[2,4] y) <bool on = {1}> { p = MatMul(x, w) y = Tanh(p) }`;
    await assertSame(graphOf(`r = Relu(x) y1 = Loop<${body}>(trips, , r) y = Add(y1, r)`));
  });

  it('Loop: as often as its condition holds, which follows from what it counts', async () => {
    const body = `body = turn (int64 i, bool go, int64 k, float[2,4] h) => (bool again, int64 more, float[2,4] q, float[2,4] p)
      <int64 two = {2}, int64 end = {7}> { more = Add(k, two) again = Less(more, end) p = MatMul(h, w) q = Tanh(p) }`;
    for (const trips of ['', 'trips', 'many']) {
      const constants = ', int64 zero = {0}, int64 many = {9223372036854775807}';
      const outputs = 'float[] y, int64 k, float[] all';
      const unrolled = await assertSame(
        graphOf(`k, y, all = Loop<${body}>(${trips}, on, zero, x)`, constants, outputs),
      );
      const turns = [...unrolled.nodes()].filter(({ opType }) => opType === 'MatMul').length;
      assert.equal(turns, trips === 'trips' ? 3 : 4);
    }
  });

  it('Loop: no turn at all hands on what came', async () => {
    await assertSame(graphOf(LOOP.replace('trips,', 'none,'), ', int64 none = {0}'));
    await assertSame(graphOf(LOOP.replace('trips, on', 'trips, off'), ', bool off = {0}'));
  });

  it('Loop: with branches and loops inside, which are known once they stand outside', async () => {
    const branch = `then_branch = first () => (float[2,4] a) { p = MatMul(h, w) a = Add(p, x) },
      else_branch = later () => (float[2,4] b) { p = Sub(h, x) b = Tanh(p) }`;
    const inner =
      'body = deep (int64 j, bool yes, float[2,4] o) => (bool yes2, float[2,4] o2) { m = MatMul(o, w) t = Tanh(m) o2 = Mul(t, h) yes2 = Identity(yes) }';
    const body = `body = turn (int64 i, bool go, float[2,4] h) => (bool same, float[2,4] r) <int64 zero = {0}, int64 one = {1}>
      { isFirst = Equal(i, zero) q = If<${branch}>(isFirst) times = Add(i, one) r = Loop<${inner}>(times, go, q) same = Identity(go) }`;
    const graph = graphOf(`y = Loop<${body}>(trips, on, x)`);
    const expected = await runGraph(graph.toMutable(), { x });
    const { model, notes } = trainableForm(modelOf(graph));
    assert.deepEqual(notes, ['4 loops were written out turn by turn, so that gradients pass']);
    const types = [...model.graph.nodes()].map(({ opType }) => opType);
    // one branch with a MatMul, and 1 + 2 + 3 turns
    assert.deepEqual(
      [types.filter((t) => t === 'MatMul').length, types.includes('If'), types.includes('Loop')],
      [7, false, false],
    );
    const actual = await runGraph(model.graph.toMutable(), { x });
    assert.ok(relativeError(Array.from(actual.y.data, Number), Array.from(expected.y.data, Number)) < 1e-6);
  });

  it('Loop: branches that the numbers decide are copied for each turn', async () => {
    const branch = `then_branch = one () => (float[2,4] a) { y = MatMul(h, w) a = Add(y, x) }, else_branch = two () => (float[2,4] b) { b = Identity(h) }`;
    const body = `body = turn (int64 i, bool go, float[2,4] h) => (bool go, float[2,4] q)
      { m = ReduceSum<keepdims = 0>(h) z = Sub(m, m) big = Greater(m, z) q = If<${branch}>(big) }`;
    const graph = graphOf(`y = Loop<${body}>(trips, on, x)`);
    const expected = await runGraph(graph.toMutable(), { x });
    const unrolled = unrollLoops(graph)!.graph;
    assert.equal([...unrolled.nodes()].filter(({ opType }) => opType === 'If').length, 3);
    const actual = await runGraph(unrolled.toMutable(), { x });
    assert.ok(relativeError(Array.from(actual.y.data, Number), Array.from(expected.y.data, Number)) < 1e-6);
  });

  it('Scan: over any axis, forward and backward', async () => {
    const body = `body = turn (float[4] h, float[4] a, float[2] b) => (float[4] g, float[4] f, float[2] c) { s = Add(h, a) g = Tanh(s) f = Neg(g) c = Neg(b) }`;
    for (const [directions, outputDirections, axes] of [
      ['[0, 0]', '[0, 0]', '[0, 0]'],
      ['[1, 0]', '[0, 1]', '[1, -1]'],
    ]) {
      const attributes = `num_scan_inputs = 2, scan_input_axes = [0, 1], scan_input_directions = ${directions}, scan_output_directions = ${outputDirections}, scan_output_axes = ${axes}`;
      await assertSame(
        graphOf(
          `t = MatMul(x, narrow) y, all, negated = Scan<${attributes}, ${body}>(start, x, t)`,
          ', float[4] start, float[4,2] narrow',
          'float[] y, float[] all, float[] negated',
        ),
      );
    }
  });

  it('passes gradients as the same turns do that were written by hand', async () => {
    const gradient = async (graph: Graph) => {
      const mutable = graph.toMutable();
      toTrainingForm(mutable);
      const loss = mutable.add('ReduceSum', [mutable.add('Mul', ['y', 'y'])], { keepdims: attribute.int(0) });
      const { gradientOf, cuts } = differentiate(mutable, inferTypes(mutable), { loss, wrt: ['w'] });
      assert.deepEqual(cuts, []);
      mutable.outputs = [];
      mutable.addOutput(gradientOf.get('w')!);
      return Array.from((await runGraph(mutable, { x }))[gradientOf.get('w')!].data, Number);
    };
    const byHand = graphOf('a = MatMul(x, w) b = Tanh(a) c = MatMul(b, w) d = Tanh(c) e = MatMul(d, w) y = Tanh(e)');
    const unrolled = await gradient(await assertSame(graphOf(LOOP)));
    assert.ok(relativeError(unrolled, await gradient(byHand)) < 1e-6);
  });

  it('is trained, its layers turn by turn, and the report says so', () => {
    const { model, notes } = trainableForm(modelOf(graphOf(LOOP)));
    assert.deepEqual(notes, ['a loop was written out turn by turn, so that gradients pass']);
    const view = layerView(model.graph, inferTypes(model.graph));
    assert.deepEqual(
      view.layers.map((l) => l.kind),
      ['MatMul', 'Tanh', 'MatMul', 'Tanh', 'MatMul', 'Tanh'],
    );
    const training = buildTrainingStep(model, view, { batch: 2, seed: 1 });
    assert.deepEqual(
      training.parameters.map((p) => [p.name, p.layers.length, p.gradient !== undefined]),
      [['w', 3, true]],
    );
  });

  it('stays a loop where its turns are not known, too many, or may end early', () => {
    const trips = (value: string) => LOOP.replace('trips,', `${value},`);
    const loops = [
      graphOf(`n = ReduceSum<keepdims = 0>(x) m = Cast<to = 7>(n) ${trips('m')}`),
      graphOf(trips('many'), `, int64 many = {${MOST_UNROLLED}}`),
      graphOf(LOOP.replace('same = Identity(go)', 'r = ReduceMax<keepdims = 0>(q) same = Greater(r, r)')),
      graphOf(LOOP.replace('float[2,4] h) =>', 'float[2,4] h, float[2] more) =>')),
    ];
    // none, and what every turn would give is asked for
    const collecting =
      'body = turn (int64 i, bool go, float[2,4] h) => (bool go, float[2,4] h, float[2,4] p) { p = MatMul(h, w) }';
    loops.push(graphOf(`z, y = Loop<${collecting}>(none, on, x)`, ', int64 none = {0}'));
    // counts on for ever
    const endless = 'body = turn (int64 i, bool go, float[2,4] h) => (bool go, float[2,4] q) { q = MatMul(h, w) }';
    loops.push(graphOf(`y = Loop<${endless}>(, on, x)`));
    for (const graph of loops) assert.equal(unrollLoops(graph), undefined);
  });

  it('is refused with the reason where layers stay inside', () => {
    const graph = graphOf(`n = ReduceSum<keepdims = 0>(x) m = Cast<to = 7>(n) ${LOOP.replace('trips,', 'm,')}`);
    const { model } = trainableForm(modelOf(graph));
    const view = layerView(model.graph, inferTypes(model.graph));
    assert.throws(
      () => buildTrainingStep(model, view, { batch: 2, seed: 1 }),
      /its layers lie inside Loop, and how often it turns is not known beforehand.*--hold NAME=NUMBER/,
    );
  });
});
