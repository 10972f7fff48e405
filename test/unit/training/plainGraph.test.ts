import assert from 'node:assert/strict';
import { ModelError } from '../../../src/ir/errors';
import { tensorFromBytes } from '../../../src/ir/tensor';
import { readFloats } from '../../../src/ir/tensorValues';
import { parseGraph } from '../../../src/ir/textForm';
import {
  castsByType,
  constantsToInitializers,
  dropStatisticsOutputs,
  moveBehindProducers,
  prune,
  requireOrder,
  toFloat32,
} from '../../../src/training/plainGraph';

function graphOf(text: string) {
  return parseGraph(`<ir_version: 8, opset_import: ["" : 18]> ${text}`).toMutable();
}

describe('plain graphs', () => {
  it('have their constants in one place', async () => {
    const graph = graphOf(`g (float[2,3] x) => (float[2,4] y) <int64[2] shape = {3, 4}>
      { w = ConstantOfShape <value = float[1] {0.5}> (shape)
        b = Constant <value_floats = [1.0, 2.0, 3.0, 4.0]> ()
        m = MatMul (x, w)
        y = Add (m, b) }`);
    constantsToInitializers(graph);
    assert.deepEqual(
      graph.nodes.map((n) => n.opType),
      ['MatMul', 'Add'],
    );
    assert.deepEqual([...(await readFloats(graph.initializers.get('w')!))], new Array(12).fill(0.5));
    assert.deepEqual([...(await readFloats(graph.initializers.get('b')!))], [1, 2, 3, 4]);
  });

  it('cast to types that are known', () => {
    const graph = graphOf(`g (float[2] x) => (float[2] y) <int64[2] i = {1, 2}>
      { a = CastLike (i, x)  u = Unknown (x)  b = CastLike (a, u)  y = Add (a, x) }`);
    castsByType(graph);
    const [first, , second] = graph.nodes;
    assert.deepEqual(
      [first.opType, first.inputs, first.attributes.get('to')],
      ['Cast', ['i'], { type: 'int', value: 1 }],
    );
    assert.equal(second.opType, 'CastLike');
  });

  it('give out no statistics that nothing reads', () => {
    const graph =
      graphOf(`g (float[2,3] x) => (float[2,3] y, float[2,1] mean, float[2,1] inverse, float[2,1] z) <float[3] s>
      { y, mean, inverse = LayerNormalization(x, s)  z = Neg(mean) }`);
    assert.deepEqual(dropStatisticsOutputs(graph), ['inverse']);
    assert.deepEqual(
      graph.outputs.map((d) => d.name),
      ['y', 'mean', 'z'],
    );
  });

  it('compute in float32', async () => {
    const graph = graphOf(`g (float16[2] x) => (double[2] y) <float16[2] w>
      { a = Add (x, w)  y = Cast <to = 11> (a) }`);
    // 1 and -2 in half precision
    graph.initializers.set('w', tensorFromBytes('w', 'float16', [2], Uint8Array.of(0x00, 0x3c, 0x00, 0xc0)));
    assert.deepEqual(toFloat32(graph).sort(), ['float16', 'float64']);
    assert.deepEqual([...(await readFloats(graph.initializers.get('w')!))], [1, -2]);
    assert.equal(graph.initializers.get('w')!.dtype, 'float32');
    assert.deepEqual(graph.nodes[1].attributes.get('to'), { type: 'int', value: 1 });
    assert.deepEqual(
      [...graph.inputs, ...graph.outputs].map((d) => d.type.dtype),
      ['float32', 'float32'],
    );
    assert.deepEqual(toFloat32(graph), []);
  });

  it('lose what the wanted values do not need', () => {
    const graph = graphOf(`g (float[2] x, float[2] z) => (float[2] y) <float[2] w, float[2] v>
      { a = Add (x, w)  b = Mul (z, v)  y = Relu (a) }`);
    prune(graph, ['y']);
    assert.deepEqual(
      graph.nodes.map((n) => n.opType),
      ['Add', 'Relu'],
    );
    assert.deepEqual([...graph.initializers.keys()], ['w']);
    assert.deepEqual(
      graph.inputs.map((i) => i.name),
      ['x'],
    );
  });

  it('are refused with a cycle or a value that nothing computes', () => {
    const graph = graphOf('g (float[2] x) => (float[2] y) { a = Relu (x)  y = Relu (a) }');
    requireOrder(graph);
    graph.nodes[0].inputs[0] = 'y';
    assert.throws(
      () => requireOrder(graph),
      (e) => e instanceof ModelError && /cycle/.test(e.message),
    );
    graph.nodes[0].inputs[0] = 'nowhere';
    assert.throws(
      () => requireOrder(graph),
      (e) => e instanceof ModelError && /nothing computes nowhere/.test(e.message),
    );
  });

  it('have measurements right behind what they measure', () => {
    const graph = graphOf(`g (float[2] x) => (float[2] y, float[2] e, float[2] d)
      { a = Relu (x)  b = Tanh (a)  y = Add (a, b)
        c = Abs (a)  d = Neg (c)  e = Sub (b, c)  f = Exp (x) }`);
    moveBehindProducers(graph, 3);
    assert.deepEqual(
      graph.nodes.map((n) => n.outputs[0]),
      ['f', 'a', 'c', 'd', 'b', 'e', 'y'],
    );
  });
});
