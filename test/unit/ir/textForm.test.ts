import { strict as assert } from 'node:assert';
import type { Graph } from '../../../src/ir/graph';
import { ModelError } from '../../../src/ir/errors';
import { float32Tensor } from '../../../src/ir/tensor';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { floatsAtHand, integersAtHand } from '../../../src/ir/tensorValues';
import { parseGraph, printGraph } from '../../../src/ir/textForm';

const SMALL = `
<ir_version: 8, opset_import: ["" : 18, "com.microsoft" : 1], producer_name: "hand \\"made\\"">
g (float[N,3,8,8] x) => (float[N,10] y)
<float[2] b = {1, -2.5e-3}, float[2,3,3,3] W, int64[2] s = {0, -1}, float[N,2,8,8] c, float half = {0.5}>
{
  # a comment
  [first] c = Conv<pads=[1,1,1,1], group=1>(x, W, b)
  r = com.microsoft.FusedThing(c, , half)<alpha=0.5, mode="a b", scales=[1, 2.5]>
  y, "" = Reshape(r, s)
}`;

function facts(graph: Graph) {
  return [...graph.nodes()].map((n) => ({
    op: `${n.domain}:${n.opType}`,
    name: n.name,
    inputs: n.inputs.map((v) => graph.valueName(v)),
    outputs: n.outputs.map((v) => graph.valueName(v)),
    attributes: n.attributeNames.map((a) => [a, n.attr(a)!.type, n.attr(a)!.value]),
  }));
}

describe('text form', () => {
  it('reads header, inputs, initializers, nodes and attributes', () => {
    const graph = parseGraph(SMALL);
    assert.deepEqual(
      [...graph.opsets],
      [
        ['', 18],
        ['com.microsoft', 1],
      ],
    );
    assert.deepEqual(facts(graph), [
      {
        op: ':Conv',
        name: 'first',
        inputs: ['x', 'W', 'b'],
        outputs: ['c'],
        attributes: [
          ['pads', 'ints', [1, 1, 1, 1]],
          ['group', 'int', 1],
        ],
      },
      {
        op: 'com.microsoft:FusedThing',
        name: '',
        inputs: ['c', '', 'half'],
        outputs: ['r'],
        attributes: [
          ['alpha', 'float', 0.5],
          ['mode', 'string', 'a b'],
          ['scales', 'floats', [1, 2.5]],
        ],
      },
      { op: ':Reshape', name: '', inputs: ['r', 's'], outputs: ['y', ''], attributes: [] },
    ]);
    assert.deepEqual(graph.valueType(graph.valueId('x')!)?.shape, ['N', 3, 8, 8]);
    assert.deepEqual(Array.from(floatsAtHand(graph.initializer(graph.valueId('b')!))!), [1, Math.fround(-2.5e-3)]);
    assert.deepEqual(integersAtHand(graph.initializer(graph.valueId('s')!)), [0, -1]);
  });

  it('takes a declaration without data for an initializer of unknown values, unless a node computes it', () => {
    const graph = parseGraph(SMALL);
    const w = graph.initializer(graph.valueId('W')!);
    assert.equal(w?.location, 'missing');
    assert.deepEqual(w?.dims, [2, 3, 3, 3]);
    assert.equal(graph.initializer(graph.valueId('c')!), undefined);
    assert.deepEqual(graph.valueType(graph.valueId('c')!)?.shape, ['N', 2, 8, 8]);
  });

  it('prints what it reads back as the same graph', () => {
    const text = printGraph(parseGraph(SMALL));
    const again = parseGraph(text);
    assert.deepEqual(facts(again), facts(parseGraph(SMALL)));
    assert.equal(printGraph(again), text);
  });

  it('keeps odd names, special floats and large tensors (without their data)', () => {
    const graph = new MutableGraph();
    graph.opsets.set('', 17);
    graph.addInput('in/put "1"', { kind: 'tensor', dtype: 'float32', shape: [null, 'batch size', 4] });
    graph.addInitializer(float32Tensor('inf', [4], [Infinity, -Infinity, NaN, 0.1]));
    graph.addInitializer(float32Tensor('big', [100], new Float32Array(100)));
    graph.addNode(
      'Add',
      ['in/put "1"', 'inf'],
      { e: { type: 'floats', value: [] } },
      { outputs: ['a\\b'], name: '/n/1' },
    );
    graph.addNode('Add', ['a\\b', 'big'], {}, { outputs: ['float'] });
    graph.addOutput('float', { kind: 'tensor', dtype: 'float32' });
    const again = parseGraph(printGraph(graph.freeze()));
    assert.deepEqual(facts(again), facts(graph.freeze()));
    assert.deepEqual(Array.from(floatsAtHand(again.initializer(again.valueId('inf')!))!), [
      Infinity,
      -Infinity,
      NaN,
      Math.fround(0.1),
    ]);
    assert.equal(again.initializer(again.valueId('big')!)?.location, 'missing');
    assert.deepEqual(again.valueType(again.inputs[0])?.shape, [null, 'batch size', 4]);
    assert.equal(again.valueType(again.outputs[0])?.shape, undefined);
  });

  it('reads subgraphs and knows what they read from outside', () => {
    const graph = parseGraph(`<opset_import: ["" : 17]> g (bool c, float[2] x) => (float[2] y) {
      h = Relu(x)
      y = If(c)<then_branch = t () => (float[2] a) { a = Neg(h) }, else_branch = e () => (float[2] b) { b = Abs(h) }>
    }`);
    assert.deepEqual(graph.consumers(graph.valueId('h')!), [1]);
    const branch = graph.node(1).attr('then_branch');
    assert.ok(branch?.type === 'graph' && branch.value.node(0).opType === 'Neg');
    assert.deepEqual(facts(parseGraph(printGraph(graph))).length, 2);
  });

  it('says where the text is wrong', () => {
    const at = (text: string, message: RegExp, line?: number) =>
      assert.throws(
        () => parseGraph(text),
        (e) => e instanceof ModelError && message.test(e.message) && (line === undefined || e.place.line === line),
      );
    at('g (float[2] x) => (float[2] y)\n{ y = Relu(x }', /expected "\)"/, 1);
    at('g (float[2] x) => (float[2] y) <float[3] w = {1, 2}> { y = Add(x, w) }', /needs 12 bytes, got 8/);
    at('g (float[2] x) => (float[2] y) { y = Relu(z) }', /reads z, which is not declared/);
    at('g (float[2] x) => (float[2] y) { y = Relu(z) z = Relu(x) }', /computed only later/);
    at('g (float[2] x) => (float[2] y) { y = Relu(x) y = Relu(x) }', /computed twice/);
    at('g (float[2] x) => (float[2] y) <float[N] w> { y = Add(x, w) }', /w needs sizes/);
    at('g (float[2] x) => (float[2] y) { y = Relu<a=[]>(x) }', /an empty list needs its type/);
    at('g (float[2] x) => (float[2] y) { y = Relu(x) } f (x) => (y) { }', /end of the text/);
    let nested = 'n () => (float o) { o = Abs(x) }';
    for (let i = 0; i < 60; i++) nested = `n () => (float o) { o = If(x)<b = ${nested}> }`;
    at(`g (float x) => (float o) { o = If(x)<b = ${nested}> }`, /nested more than/);
  });
});
