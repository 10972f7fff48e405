import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { onnx } from 'onnx-proto';
import { openModelFile } from '../../../../src/engine/nodeFolder';
import { assertSameModel } from '../../../support/onnxProtoOracle';
import { attr, floats, longs, modelBytes, node, openBytes, valueInfo } from '../../../support/onnxModels';
import { corpusPath, manifestEntries } from '../../../support/manifest';

const { AttributeType } = onnx.AttributeProto;
const { DataType } = onnx.TensorProto;

/** Every field of TensorProto that elements can lie in, with awkward values. */
const typedTensors: onnx.ITensorProto[] = [
  { dataType: DataType.FLOAT, dims: [3], floatData: [1.5, -0, Infinity] },
  { dataType: DataType.FLOAT, dims: [200], floatData: Array.from({ length: 200 }, (_, i) => i / 7) },
  { dataType: DataType.DOUBLE, dims: [2], doubleData: [Math.PI, -1e300] },
  { dataType: DataType.INT64, dims: [3], int64Data: [-1, 2 ** 40, 0] },
  { dataType: DataType.INT64, dims: [], int64Data: [7] },
  { dataType: DataType.UINT64, dims: [1], uint64Data: [2 ** 52] },
  { dataType: DataType.UINT32, dims: [2], uint64Data: [2 ** 32 - 1, 3] },
  { dataType: DataType.INT32, dims: [2], int32Data: [-5, 2 ** 31 - 1] },
  { dataType: DataType.INT16, dims: [2], int32Data: [-5, 300] },
  { dataType: DataType.INT8, dims: [2], int32Data: [-128, 127] },
  { dataType: DataType.UINT8, dims: [2], int32Data: [255, 1] },
  { dataType: DataType.BOOL, dims: [2], int32Data: [1, 0] },
  { dataType: DataType.FLOAT16, dims: [2], int32Data: [0x3c00, 0xfbff] },
  { dataType: DataType.BFLOAT16, dims: [1], int32Data: [0x3f80] },
  { dataType: DataType.COMPLEX64, dims: [2], floatData: [1, 2, 3, 4] },
  { dataType: DataType.COMPLEX128, dims: [1], doubleData: [1, 2] },
  { dataType: DataType.FLOAT, dims: [0] },
  { dataType: DataType.FLOAT, dims: [2, 3] },
  { dataType: DataType.STRING, dims: [2], stringData: [Buffer.from('a'), Buffer.from('ü')] },
  floats('', [100, 100]),
  longs('', [2], [-1, 9]),
];

const body: onnx.IGraphProto = {
  name: 'body',
  node: [node('Mul', ['x', 'w'], ['y'])],
  initializer: [floats('w', [2])],
  output: [valueInfo('y', [2])],
};

const allAttributes: onnx.IAttributeProto[] = [
  attr.int('int', -(2 ** 52)),
  attr.float('float', 0.25),
  attr.string('string', 'grüße'),
  attr.ints('ints', [1, -1, 2 ** 40]),
  attr.ints('no ints', []),
  { name: 'floats', type: AttributeType.FLOATS, floats: [1, -0.5] },
  { name: 'strings', type: AttributeType.STRINGS, strings: [Buffer.from('a'), Buffer.from('')] },
  attr.tensor('tensor', floats('t', [3], [1, 2, 3])),
  { name: 'tensors', type: AttributeType.TENSORS, tensors: [longs('l', [1], [4]), floats('f', [400])] },
  attr.graph('graph', body),
  { name: 'graphs', type: AttributeType.GRAPHS, graphs: [body, body] },
  { name: 'bytes', type: AttributeType.STRING, s: Uint8Array.of(0xff, 0xfe, 0) },
];

const models: Record<string, Uint8Array> = {
  'every way to store elements': modelBytes({
    initializer: typedTensors.map((t, i) => ({ ...t, name: `t${i}` })),
    node: typedTensors.map((t, i) => node('Constant', [], [`c${i}`], [attr.tensor('value', { ...t, name: `k${i}` })])),
  }),
  'every kind of attribute': modelBytes({
    input: [valueInfo('x', ['N', 2])],
    node: [
      node('Custom', ['x', '', 'x'], ['', 'z'], allAttributes),
      node('If', ['z'], ['o'], [attr.graph('then_branch', body)]),
    ],
    output: [valueInfo('o')],
    valueInfo: [valueInfo('z', ['N', 7])],
  }),
  'functions that call each other': modelBytes(
    { input: [valueInfo('x', [1])], node: [{ ...node('f', ['x'], ['y']), domain: 'local' }], output: [valueInfo('y')] },
    {
      functions: [
        {
          name: 'f',
          domain: 'local',
          input: ['a'],
          output: ['b'],
          attribute: ['alpha'],
          node: [{ ...node('g', ['a'], ['b'], [attr.reference('beta', 'alpha')]), domain: 'local' }],
        },
        { name: 'g', domain: 'local', input: ['a'], output: ['b'], node: [node('Relu', ['a'], ['b'])] },
      ],
    },
  ),
};

describe('the reader against onnx-proto', () => {
  for (const [name, bytes] of Object.entries(models)) {
    it(name, async () => {
      const { nodes } = await assertSameModel(await openBytes(bytes), bytes);
      assert.ok(nodes > 0);
    });
  }

  const entries = manifestEntries().filter((e) => e.format === 'onnx' && e.parse === 'ok' && e.nodes > 0);
  (entries.length > 0 ? it : it.skip)('every ONNX file of the corpus', async function () {
    this.timeout(60_000);
    const total = { nodes: 0, tensors: 0 };
    for (const entry of entries) {
      const file = corpusPath(entry);
      try {
        const { nodes, tensors } = await assertSameModel(await openModelFile(file), await readFile(file));
        total.nodes += nodes;
        total.tensors += tensors;
      } catch (error) {
        throw new Error(`${entry.path}: ${(error as Error).message}`, { cause: error });
      }
    }
    assert.ok(total.nodes > 6000 && total.tensors > 4000, JSON.stringify(total));
  });
});
