import assert from 'node:assert/strict';
import { differentiate, type Gradients } from '../../../src/autodiff/differentiate';
import { attribute } from '../../../src/ir/attribute';
import { inferTypes } from '../../../src/ir/inferTypes';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { float32Tensor } from '../../../src/ir/tensor';
import { parseGraph } from '../../../src/ir/textForm';
import { floats, longs, runGraph } from '../../support/runGraph';

function graphOf(text: string): MutableGraph {
  const graph = parseGraph(text).toMutable();
  graph.opsets.set('', 18);
  return graph;
}

function gradients(graph: MutableGraph, wrt: readonly string[], stop?: ReadonlySet<string>): Gradients {
  return differentiate(graph, inferTypes(graph), { loss: 'loss', wrt, stop });
}

/** The gradients as lists of numbers, by value. */
async function values(
  graph: MutableGraph,
  { gradientOf }: Gradients,
  feeds: Parameters<typeof runGraph>[1],
): Promise<Record<string, number[]>> {
  const copy = graph.copy();
  copy.outputs = [];
  for (const name of new Set(gradientOf.values())) copy.addOutput(name);
  const results = await runGraph(copy, feeds);
  return Object.fromEntries([...gradientOf].map(([value, g]) => [value, Array.from(results[g].data, Number)]));
}

const added = (graph: MutableGraph) =>
  graph.nodes.filter((n) => n.outputs.some((o) => o.startsWith('grad/'))).map((n) => n.opType);

describe('differentiate', () => {
  it('sums what all consumers of a value pass back', async () => {
    const graph = graphOf(`
      g (float[2] x) => (float loss) {
        a = Mul(x, x)
        b = Add(a, x)
        c = Mul(a, b)
        loss = ReduceSum<keepdims=0>(c)
      }`);
    const result = gradients(graph, ['x', 'a']);
    const actual = await values(graph, result, { x: floats([2], [2, 3]) });
    // c = x^2 (x^2 + x) = x^4 + x^3; by a: 2 a + x
    assert.deepEqual(actual, { x: [4 * 8 + 3 * 4, 4 * 27 + 3 * 9], a: [2 * 4 + 2, 2 * 9 + 3] });
  });

  it('takes a value that a node reads twice into account twice', async () => {
    const graph = graphOf('g (float[2] x) => (float loss) { y = Mul(x, x) loss = ReduceSum<keepdims=0>(y) }');
    const actual = await values(graph, gradients(graph, ['x']), { x: floats([2], [5, -1]) });
    assert.deepEqual(actual, { x: [10, -2] });
  });

  it('takes a loss with one element and rank 1 or more', async () => {
    const graph = graphOf('g (float[1, 2] x) => (float[1, 1] loss) { loss = ReduceSum(x) }');
    assert.deepEqual(await values(graph, gradients(graph, ['x']), { x: floats([1, 2], [1, 1]) }), { x: [1, 1] });
  });

  it('gives the gradient with respect to weights, inputs, activations and the loss itself', async () => {
    const graph = graphOf(`
      g (float[1, 2] x) => (float loss) <float[2, 1] w = {3, 4}> {
        y = MatMul(x, w)
        loss = ReduceSum<keepdims=0>(y)
      }`);
    const result = gradients(graph, ['x', 'w', 'y', 'loss']);
    const actual = await values(graph, result, { x: floats([1, 2], [1, 2]) });
    assert.deepEqual(actual, { x: [3, 4], w: [1, 2], y: [1], loss: [1] });
  });

  it('builds nothing for branches that do not lead to a wanted value', () => {
    const graph = graphOf(`
      g (float[2, 2] x, float[2, 2] w) => (float loss) {
        first = Sigmoid(x)
        y = MatMul(first, w)
        aside = Sigmoid(y)
        loss = ReduceSum<keepdims=0>(y)
      }`);
    const { gradientOf, cuts } = gradients(graph, ['w']);
    assert.deepEqual([...gradientOf.keys()], ['w']);
    assert.deepEqual(cuts, []);
    assert.ok(!added(graph).includes('Mul'), 'the gradient of Sigmoid is built though nobody wants it');
  });

  it('has no gradient for values that do not influence the loss, and no cut either', () => {
    const graph = graphOf(`
      g (float[2] x, float[2] z) => (float loss) {
        aside = Exp(z)
        steps = Floor(z)
        y = Add(x, steps)
        loss = ReduceSum<keepdims=0>(y)
      }`);
    const { gradientOf, cuts } = gradients(graph, ['x', 'z', 'aside']);
    assert.deepEqual([...gradientOf.keys()], ['x']);
    assert.deepEqual(cuts, []);
  });

  it('passes no gradient through stop values, though it reaches them', async () => {
    const graph = graphOf(`
      g (float[2] x) => (float loss) {
        still = Mul(x, x)
        y = Mul(still, x)
        loss = ReduceSum<keepdims=0>(y)
      }`);
    const result = gradients(graph, ['x', 'still'], new Set(['still']));
    const actual = await values(graph, result, { x: floats([2], [2, 3]) });
    assert.deepEqual(actual, { x: [4, 9], still: [2, 3] });
  });

  it('cuts the graph at a node without a rule, says so, and goes on elsewhere', async () => {
    const graph = graphOf(`
      g (float[2, 2] x, float[2, 2] w) => (float loss) {
        [det] d = Det(w)
        y = Mul(x, d)
        loss = ReduceSum<keepdims=0>(y)
      }`);
    const result = gradients(graph, ['x', 'w']);
    assert.deepEqual([...result.gradientOf.keys()], ['x']);
    const reason = 'its gradient needs the inverse of the matrix, for which ONNX has no operator';
    assert.deepEqual(result.cuts, [{ node: 'det', opType: 'Det', reason }]);
    const feeds = { x: floats([2, 2], [1, 1, 1, 1]), w: floats([2, 2], [2, 0, 0, 3]) };
    assert.deepEqual(await values(graph, result, feeds), { x: [6, 6, 6, 6] });
  });

  it('does not report a node without a rule that no wanted gradient has to pass', () => {
    const graph = graphOf(`
      g (float[2, 2] x, float[2, 2] w) => (float loss) {
        d = Det(w)
        y = Mul(x, d)
        loss = ReduceSum<keepdims=0>(y)
      }`);
    assert.deepEqual(gradients(graph, ['x']).cuts, []);
  });

  it('cuts the graph at operators of other domains, subgraphs and unknown shapes', () => {
    const graph = graphOf('g (float[2] x, float[n] z) => (float loss) { loss = ReduceSum<keepdims=0>(x) }');
    const body = new MutableGraph();
    body.add('Exp', ['x'], {}, { outputs: ['inner'] });
    body.addOutput('inner');
    const sub = body.freeze();
    graph.nodes = [];
    graph.add('Foo', ['x'], {}, { outputs: ['foo'], domain: 'com.example' });
    graph.add('If', ['c'], { then_branch: { type: 'graph', value: sub } }, { outputs: ['branch'] });
    graph.add('Exp', ['z'], {}, { outputs: ['unsized'] });
    graph.add('Add', ['z', 'unsized'], {}, { outputs: ['open'] });
    graph.add('Sum', ['foo', 'branch', 'open'], {}, { outputs: ['total'] });
    graph.add('ReduceSum', ['total'], { keepdims: attribute.int(0) }, { outputs: ['loss'] });
    const types = inferTypes(graph);
    for (const name of ['foo', 'branch', 'total']) types.set(name, { kind: 'tensor', dtype: 'float32', shape: [2] });
    const { cuts, gradientOf } = differentiate(graph, types, { loss: 'loss', wrt: ['x', 'z', 'foo'] });
    assert.deepEqual([...gradientOf.keys()], ['foo']);
    assert.deepEqual(
      cuts.map((c) => `${c.opType}: ${c.reason}`),
      [
        'Foo: there is no gradient rule for com.example.Foo',
        'If: gradients do not enter subgraphs',
        'Sum: the shape of open is not known',
      ],
    );
  });

  it('leaves no nodes behind where a rule gives up halfway', () => {
    const graph = graphOf(`
      g (float[2, 3] x, float[1, 3] w, int64[2] start) => (float loss) {
        a = Mul(x, w)
        b = Slice(a, start, start)
        loss = ReduceSum<keepdims=0>(b)
      }`);
    const types = inferTypes(graph);
    types.set('b', { kind: 'tensor', dtype: 'float32', shape: [1, 3] });
    const before = graph.nodes.length;
    const { cuts, gradientOf } = differentiate(graph, types, { loss: 'loss', wrt: ['w'] });
    assert.deepEqual(cuts, [{ node: 'b', opType: 'Slice', reason: 'its bounds are decided at run time' }]);
    assert.equal(gradientOf.size, 0);
    assert.deepEqual(
      graph.nodes.slice(before).filter((n) => n.inputs.includes('a')),
      [],
    );
  });

  it('never throws on malformed nodes', () => {
    const graph = new MutableGraph();
    graph.opsets.set('', 18);
    graph.addInput('x', { kind: 'tensor', dtype: 'float32', shape: [2, 2] });
    const operators = ['Conv', 'Transpose', 'MaxPool', 'Concat', 'Gemm', 'MatMul', 'Resize', 'Slice', 'constructor'];
    const outputs = operators.map((opType) => graph.add(opType, ['x'], { perm: attribute.ints([7]) }));
    graph.add('Sum', outputs, {}, { outputs: ['loss'] });
    const types = inferTypes(graph);
    for (const name of outputs) types.set(name, { kind: 'tensor', dtype: 'float32', shape: [] });
    types.set('loss', { kind: 'tensor', dtype: 'float32', shape: [] });
    const { cuts } = differentiate(graph, types, { loss: 'loss', wrt: ['x'] });
    assert.ok(cuts.length >= operators.length - 1, JSON.stringify(cuts));
    assert.ok(cuts.every((c) => c.reason !== ''));
  });

  it('says why when the loss cannot be differentiated', () => {
    const graph = graphOf('g (float[n] x) => (float[n] loss) { loss = Exp(x) }');
    const { cuts, gradientOf } = gradients(graph, ['x']);
    assert.equal(gradientOf.size, 0);
    assert.deepEqual(cuts, [{ node: 'loss', opType: '', reason: 'the shape of loss is not known' }]);
  });

  it('keeps the forward nodes in front, names unused and origins of the layers', () => {
    const graph = graphOf(`
      g (float[1, 2] x) => (float loss) {
        y = Sigmoid(x)
        z = Sigmoid(y)
        loss = ReduceSum<keepdims=0>(z)
      }`);
    const origin = { layer: 'dense', kind: 'Dense', config: {}, offset: 0, length: 1 };
    graph.nodes[1].origin = origin;
    graph.addInitializer(float32Tensor('grad/z/Mul', [], [1]));
    const forward = [...graph.nodes];
    gradients(graph, ['x']);
    assert.deepEqual(graph.nodes.slice(0, 3), forward);
    const names = graph.nodes.flatMap((n) => n.outputs);
    assert.equal(new Set(names).size, names.length);
    assert.ok(!names.includes('grad/z/Mul'));
    const known = new Set([...graph.initializers.keys(), 'x']);
    for (const node of graph.nodes) {
      for (const input of node.inputs) assert.ok(known.has(input), `${input} is read before it is computed`);
      for (const output of node.outputs) known.add(output);
    }
    assert.ok(graph.nodes.slice(3).some((n) => n.origin === origin));
  });

  it('gives softmax minus one-hot for a cross-entropy of integer labels', async () => {
    const graph = graphOf(`
      g (float[2, 3] x, int64[2, 1] label) => (float loss) {
        p = LogSoftmax<axis=1>(x)
        taken = GatherElements<axis=1>(p, label)
        mean = ReduceMean<keepdims=0>(taken)
        loss = Neg(mean)
      }`);
    const label = longs([2, 1], [2, 0]);
    const actual = await values(graph, gradients(graph, ['x']), { x: floats([2, 3], [1, 2, 3, 0, 0, 0]), label });
    const softmax = [1, 2, 3].map((v) => Math.exp(v) / (Math.exp(1) + Math.exp(2) + Math.exp(3)));
    const expected = [softmax[0], softmax[1], softmax[2] - 1, 1 / 3 - 1, 1 / 3, 1 / 3].map((v) => v / 2);
    actual.x.forEach((v, i) => assert.ok(Math.abs(v - expected[i]) < 1e-6, `${v} against ${expected[i]}`));
    assert.ok(added(graph).length <= 10, added(graph).join());
  });
});
