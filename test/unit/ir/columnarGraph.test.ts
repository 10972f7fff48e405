import assert from 'node:assert/strict';
import { attribute } from '../../../src/ir/attribute';
import { GraphBuilder } from '../../../src/ir/graphBuilder';
import { ABSENT } from '../../../src/ir/graph';
import { MutableGraph } from '../../../src/ir/mutableGraph';
import { float32Tensor, int64Tensor } from '../../../src/ir/tensor';
import { readFloats } from '../../../src/ir/tensorValues';

describe('ColumnarGraph', () => {
  it('answers for nodes and values', () => {
    const b = new GraphBuilder('g');
    const [x, w, y, z] = ['x', 'w', 'y', 'z'].map((name) => b.value(name));
    b.inputs.push(x);
    b.inputs.push(w);
    b.initializers.set(w, float32Tensor('w', [2], [1, 2]));
    b.addNode({ opType: 'Op', name: 'first', inputs: [x, ABSENT, w, x], outputs: [y, ABSENT], captured: [z] });
    b.addNode({
      opType: 'Op',
      domain: 'd',
      overload: 'o',
      inputs: [y],
      outputs: [z],
      attributes: new Map([['k', attribute.int(3)]]),
    });
    b.outputs.push(z);
    const graph = b.build();
    assert.deepEqual([graph.inputs, graph.outputs, graph.initializers], [[x], [z], [w]]);
    const [first, second] = graph.nodes();
    assert.deepEqual(
      [first.inputs, first.outputs, first.name, first.overload],
      [[x, ABSENT, w, x], [y, ABSENT], 'first', ''],
    );
    assert.deepEqual([second.domain, second.overload, second.int('k'), second.int('none', 7)], ['d', 'o', 3, 7]);
    assert.deepEqual([graph.producer(y), graph.producer(x), graph.producer(ABSENT)], [0, -1, -1]);
    assert.deepEqual(
      [graph.consumers(x), graph.consumers(y), graph.consumers(z), graph.consumers(ABSENT)],
      [[0], [1], [0], []],
    );
    assert.deepEqual([graph.valueId('w'), graph.valueId('none'), graph.valueName(ABSENT)], [w, undefined, '']);
    assert.deepEqual(graph.valueType(w), { kind: 'tensor', dtype: 'float32', shape: [2] });
    assert.throws(() => graph.node(2), RangeError);
  });

  it('asks for the names of values when somebody needs them, and once', () => {
    const asked: number[] = [];
    const b = new GraphBuilder('g', { valueName: (value) => (asked.push(value), `lazy ${value}`) });
    const [first, named, last] = [b.names.add(), b.names.add('named'), b.names.add()];
    b.addNode({ opType: 'Op', inputs: [first, named], outputs: [last] });
    const graph = b.build();
    assert.deepEqual([graph.valueCount, graph.consumers(named), graph.producer(last)], [3, [0], 0]);
    assert.deepEqual([graph.valueName(last), asked], ['lazy 2', [2]]);
    assert.equal(graph.valueId('lazy 0'), first);
    assert.deepEqual(
      [first, named, last].map((v) => graph.valueName(v)),
      ['lazy 0', 'named', 'lazy 2'],
    );
    assert.deepEqual(asked, [2, 0]);
  });

  it('takes another order of its nodes, with all that belongs to them', () => {
    const b = new GraphBuilder('g', {
      name: (i) => `lazy ${i}`,
      attributes: (i) => new Map([['index', attribute.int(i)]]),
    });
    const v = ['x', 'a', 'b', 'c', 'e'].map((name) => b.value(name));
    b.inputs.push(v[0]);
    b.addNode({
      opType: 'Second',
      inputs: [v[1], v[0]],
      outputs: [v[2], v[3]],
      captured: [v[4]],
      overload: 'o',
      origin: { layer: 'l', kind: 'k', config: {}, offset: 0, length: 0 },
    });
    b.addNode({ opType: 'First', inputs: [v[0]], outputs: [v[1]] });
    const graph = b.build(Int32Array.of(1, 0));
    const [first, second] = graph.nodes();
    assert.deepEqual([first.opType, first.name, first.int('index')], ['First', 'lazy 1', 1]);
    assert.deepEqual(
      [second.opType, second.name, second.overload, second.origin?.layer],
      ['Second', 'lazy 0', 'o', 'l'],
    );
    assert.deepEqual(
      [second.inputs, second.outputs],
      [
        [v[1], v[0]],
        [v[2], v[3]],
      ],
    );
    assert.deepEqual([graph.producer(v[1]), graph.producer(v[3])], [0, 1]);
    assert.deepEqual([graph.consumers(v[0]), graph.consumers(v[4])], [[0, 1], [1]]);
  });

  it('shows what Constant and ConstantOfShape nodes compute, also after a copy to objects and back', async () => {
    const graph = new MutableGraph();
    const shape = graph.add('Constant', [], { value_ints: attribute.ints([2, 2]) });
    const filled = graph.add('ConstantOfShape', [shape], { value: attribute.tensor(float32Tensor('', [1], [3])) });
    const own = graph.add('Constant', [], { value_int: attribute.int(1) }, { domain: 'own' });
    const given = graph.addInitializer(int64Tensor('given', [1], [4]));
    for (const frozen of [graph.freeze(), graph.freeze().toMutable().freeze()]) {
      const tensor = (name: string) => frozen.initializer(frozen.valueId(name)!);
      assert.deepEqual(await readFloats(tensor(filled)!), Float32Array.of(3, 3, 3, 3));
      assert.equal(tensor(shape)!.name, shape);
      assert.equal(tensor(own), undefined);
      assert.deepEqual(
        frozen.initializers.map((v) => frozen.valueName(v)),
        [given],
      );
      assert.equal(frozen.nodeCount, 3);
      assert.ok(frozen.producer(frozen.valueId(filled)!) >= 0);
    }
  });
});
