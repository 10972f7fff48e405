import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { onnx } from 'onnx-proto';
import * as protobuf from 'protobufjs/minimal';
import { encodeOnnx } from '../../../../src/formats/onnx/onnxWriter';
import { attribute } from '../../../../src/ir/attribute';
import { stringTensor } from '../../../../src/ir/constants';
import { ModelError } from '../../../../src/ir/errors';
import { MutableGraph } from '../../../../src/ir/mutableGraph';
import { float32Tensor, int64Tensor, missingTensor, tensorFromBytes } from '../../../../src/ir/tensor';
import { attr, modelBytes, node, openBytes, valueInfo } from '../../../support/onnxModels';
import { assertSameModel } from '../../../support/onnxProtoOracle';

function emptyGraph(opset = 18): MutableGraph {
  const graph = new MutableGraph();
  graph.name = 'g';
  graph.opsets.set('', opset);
  return graph;
}

const float = { kind: 'tensor', dtype: 'float32' } as const;

describe('onnxWriter', () => {
  it('writes what onnx-proto and the reader read alike', async () => {
    const graph = emptyGraph();
    graph.addInput('x', { ...float, shape: ['N', 3, null] });
    graph.addInitializer(float32Tensor('w', [3], [1, 2, 3]));
    graph.addInitializer(int64Tensor('ends', [1], [Infinity]));
    graph.addInitializer(stringTensor('labels', [2], ['ja', 'né']));
    graph.addInitializer(tensorFromBytes('half', 'float16', [1], Uint8Array.of(0, 0x3c)));
    graph.addInitializer(missingTensor('gone', 'float32', [2 ** 40]));
    const inner = new MutableGraph();
    inner.addOutput(inner.add('Neg', ['x']), float);
    const { SPARSE_TENSOR } = onnx.AttributeProto.AttributeType;
    const encoded = onnx.AttributeProto.encode({
      name: 'sparse',
      type: SPARSE_TENSOR,
      sparseTensor: { dims: [4] },
    }).finish();
    const sparse = Uint8Array.from(encoded);
    const attributes = {
      f: attribute.float(0.1),
      i: attribute.int(-3),
      far: attribute.int(2 ** 63),
      s: attribute.string('é'),
      ints: attribute.ints([1, -(2 ** 63), 2 ** 53 - 1]),
      floats: attribute.floats([0.5, -0]),
      strings: { type: 'strings', value: ['a', ''] },
      t: attribute.tensor(float32Tensor('t', [1], [9])),
      tensors: { type: 'tensors', value: [int64Tensor('i', [], [1])] },
      g: { type: 'graph', value: inner.freeze() },
      graphs: { type: 'graphs', value: [inner.freeze()] },
      sparse: {
        type: 'opaque',
        value: 'sparse_tensor',
        bytes: sparse,
      },
    } as const;
    graph.addNode('Custom', ['x', '', 'w'], attributes, { outputs: ['y', '', 'z'], domain: 'own.domain', name: 'n' });
    graph.valueTypes.set('z', { kind: 'tensor', dtype: 'int64', shape: [] });
    graph.addOutput('y', float);
    graph.addOutput('z');

    const bytes = await encodeOnnx(graph, { producer: 'test' });
    const model = await openBytes(bytes);
    assert.deepEqual(await assertSameModel(model, bytes), { nodes: 3, tensors: 7 });
    assert.deepEqual([model.producer, model.irVersion, [...model.opsets]], ['test', 8, [['', 18]]]);
    const read = model.graph.node(0);
    assert.deepEqual(read.attr('f'), { type: 'float', value: Math.fround(0.1) });
    assert.deepEqual(read.attr('far'), { type: 'int', value: 2 ** 63 });
    assert.deepEqual(read.attr('ints'), { type: 'ints', value: [1, -(2 ** 63), 2 ** 53 - 1] });
    assert.deepEqual(read.attr('sparse'), { type: 'opaque', value: 'sparse_tensor', bytes: sparse });
    const proto = onnx.ModelProto.decode(bytes).graph!;
    // the nearest double is one beyond int64: the file has the largest int64, not the smallest
    assert.equal(String(proto.node![0].attribute!.find((a) => a.name === 'far')!.i), String(2n ** 63n - 1n));
    assert.deepEqual(model.graph.valueType(model.graph.valueId('x')!), { ...float, shape: ['N', 3, null] });
    assert.deepEqual(model.graph.valueType(model.graph.valueId('z')!), { kind: 'tensor', dtype: 'int64', shape: [] });
    assert.equal(model.weights, 'partial');
  });

  it('states the IR version of the opset and of the element types', async () => {
    const versions = async (graph: MutableGraph) => Number(onnx.ModelProto.decode(await encodeOnnx(graph)).irVersion);
    const expected = { 7: 4, 9: 4, 10: 5, 11: 6, 13: 7, 14: 7, 18: 8, 20: 9, 21: 10, 23: 11, 27: 13, 28: 14, 30: 14 };
    for (const [opset, irVersion] of Object.entries(expected))
      assert.equal(await versions(emptyGraph(Number(opset))), irVersion, `opset ${opset}`);
    const graph = emptyGraph();
    graph.addInitializer(tensorFromBytes('q', 'int4', [3], new Uint8Array(2)));
    assert.equal(await versions(graph), 10);
    assert.equal(Number(onnx.ModelProto.decode(await encodeOnnx(graph, { irVersion: 12 })).irVersion), 12);
  });

  it('keeps functions, overloads, references, their types and types that the graph does not describe', async () => {
    const sequence = { sequenceType: { elemType: { tensorType: { elemType: 1 } } } };
    const original = modelBytes(
      {
        input: [valueInfo('x', [1]), { name: 'list', type: sequence }],
        node: [{ ...node('f', ['x'], ['y'], [attr.int('alpha', 3)]), domain: 'local' }],
        output: [valueInfo('y', [1])],
      },
      {
        functions: [
          {
            name: 'f',
            domain: 'local',
            input: ['a'],
            output: ['b'],
            attribute: ['alpha'],
            opsetImport: [{ domain: '', version: 17 }],
            node: [node('Cast', ['a'], ['b'], [attr.reference('to', 'alpha')])],
          },
        ],
      },
    );
    const { graph, functions } = await openBytes(original);
    const mutable = graph.toMutable();
    mutable.nodes[0].overload = 'second';
    const withOverload = functions.map((f) => ({ ...f, overload: 'second' }));
    const bytes = await encodeOnnx(mutable, { functions: withOverload });
    const model = await openBytes(bytes);
    await assertSameModel(model, bytes);
    assert.equal(model.irVersion, 10);
    assert.equal(model.graph.node(0).overload, 'second');
    assert.equal(model.nodeCount, 2);
    const [f] = model.functions;
    assert.deepEqual([f.name, f.overload, [...f.body.opsets]], ['f', 'second', [['', 17]]]);
    assert.deepEqual(f.body.node(0).attr('to'), { type: 'reference', value: 'alpha', of: 'int' });
    const decoded = onnx.ModelProto.decode(bytes);
    assert.equal(decoded.functions[0].node![0].attribute![0].type, onnx.AttributeProto.AttributeType.INT);
    assert.deepEqual(decoded.graph!.input![1].type!.sequenceType!.elemType!.tensorType!.elemType, 1);
  });

  it('refuses a model that one file cannot hold before reading its weights', async () => {
    const graph = emptyGraph();
    const read = () => assert.fail('read');
    graph.addInitializer({ name: 'w', dtype: 'float32', dims: [2 ** 29], location: 'external', read });
    graph.addInitializer({ name: 'v', dtype: 'int8', dims: [2 ** 60], location: 'external', read });
    await assert.rejects(encodeOnnx(graph), (e) => e instanceof ModelError && e.code === 'too-large');
  });

  it('encodes with protobufjs 8, and no other generated code shares the place of onnx-proto in its roots', () => {
    const require = createRequire(createRequire(__filename).resolve('onnx-proto'));
    const { version } = require('protobufjs/package.json') as { version: string };
    assert.match(version, /^8\./);
    assert.equal(require('protobufjs/minimal'), protobuf.default ?? protobuf);
    assert.deepEqual(Object.keys(protobuf.roots), ['default']);
    assert.deepEqual(Object.keys(protobuf.roots.default), ['onnx']);
    assert.equal((protobuf.roots.default as unknown as { onnx: unknown }).onnx, onnx);
  });
});
