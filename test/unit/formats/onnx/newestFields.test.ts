import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { encodeOnnx } from '../../../../src/formats/onnx/onnxWriter';
import { BytesSource } from '../../../../src/ir/byteSource';
import { dataTypeCode } from '../../../../src/ir/dataType';
import { inferFacts } from '../../../../src/ir/inferTypes';
import { expandCalls } from '../../../../src/ir/expandCalls';
import type { MutableGraph } from '../../../../src/ir/mutableGraph';
import { openBytes } from '../../../support/onnxModels';

/** Written by `test/references/makeOnnxFields.py` with the onnx package named in it. */
const reference = JSON.parse(readFileSync(path.resolve(__dirname, '../../../references/onnxFields.json'), 'utf8')) as {
  readonly onnx: string;
  readonly model: string;
  readonly inferred: readonly {
    readonly op: string;
    readonly opset: number;
    readonly model: string;
    readonly outputs: readonly (readonly [number, readonly (number | string | null)[] | null])[];
  }[];
};
const bytes = new Uint8Array(Buffer.from(reference.model, 'base64'));

async function rewritten(edit: (graph: MutableGraph) => void): Promise<Uint8Array> {
  const model = await openBytes(bytes);
  const graph = model.graph.toMutable();
  edit(graph);
  return encodeOnnx(graph, { original: { model, source: new BytesSource(bytes) } });
}

describe(`a model with every field of onnx ${reference.onnx}`, () => {
  it('opens without a problem, its elements of every type as the file packs them', async () => {
    const model = await openBytes(bytes);
    assert.deepEqual(model.problems, []);
    assert.equal(model.irVersion, 14);
    const tensors = new Map<string, [string, number[]]>();
    for (const v of model.graph.initializers) {
      const tensor = model.graph.initializer(v)!;
      if (tensor.dtype !== 'string') tensors.set(tensor.name, [tensor.dtype, [...(await tensor.read())]]);
    }
    assert.deepEqual(tensors.get('FLOAT8E8M0'), ['float8e8m0', [1, 2, 3, 4, 5]]);
    assert.deepEqual(tensors.get('FLOAT4E2M1'), ['float4e2m1', [0x21, 0x43, 0x05]]);
    assert.deepEqual(tensors.get('INT2'), ['int2', [0xe4, 0x01]]);
    assert.deepEqual(tensors.get('UINT2'), ['uint2', [0xe4, 0x01]]);
    assert.deepEqual(tensors.get('FLOAT6E2M3'), ['float6e2m3', [1, 2, 3, 4]]);
    assert.deepEqual(tensors.get('FLOAT6E3M2'), ['float6e3m2', [1, 2, 3, 4]]);
    // x0 | (x1 & 3) << 6, x1 >> 2 | (x2 & 15) << 4, x2 >> 4 (onnx.proto): of 1, 2, 63
    assert.deepEqual(tensors.get('f6'), ['float6e2m3', [1 | (2 << 6), 15 << 4, 3]]);
    assert.deepEqual(tensors.get('i2'), ['int2', [0xe4, 0x01]]);
    assert.deepEqual(tensors.get('sparse'), ['float32', [...new Uint8Array(Float32Array.of(1, 0, 0, 2).buffer)]]);
  });

  it('calls the function of the overload that its node names', async () => {
    const { graph } = expandCalls(await openBytes(bytes));
    assert.deepEqual(
      [...graph.nodes()].map((n) => n.opType),
      ['MatMul', 'Elu', 'LeakyRelu', 'All'],
    );
  });

  it('is the same byte for byte when written again, and differs in one byte when a name does in one letter', async () => {
    assert.deepEqual(Buffer.from(await rewritten(() => undefined)), Buffer.from(bytes));
    const edited = await rewritten((graph) => (graph.nodes[0].name = 'mn'));
    assert.equal(edited.length, bytes.length);
    const changed = [...bytes.keys()].filter((i) => bytes[i] !== edited[i]);
    assert.deepEqual(
      changed.map((i) => String.fromCharCode(bytes[i], edited[i])),
      ['mn'],
    );
  });

  it('written anew keeps its graph', async () => {
    const model = await openBytes(bytes);
    const written = await openBytes(
      await encodeOnnx(model.graph.toMutable(), { functions: model.functions, irVersion: model.irVersion }),
    );
    assert.deepEqual(written.problems, []);
    assert.deepEqual(
      [...written.graph.nodes()].map((n) => [n.opType, n.domain, n.overload, n.attributeNames]),
      [...model.graph.nodes()].map((n) => [n.opType, n.domain, n.overload, n.attributeNames]),
    );
    for (const v of model.graph.initializers) {
      const before = model.graph.initializer(v)!;
      const after = written.graph.initializer(written.graph.valueId(before.name)!)!;
      assert.deepEqual([after.dtype, after.dims], [before.dtype, before.dims], before.name);
      assert.deepEqual(after.strings, before.strings, before.name);
      if (before.dtype !== 'string') assert.deepEqual(await after.read(), await before.read(), before.name);
    }
  });
});

describe(`operators of the newest opsets: as shape_inference of onnx ${reference.onnx} says`, () => {
  for (const { op, opset, model: text, outputs } of reference.inferred) {
    it(`${op} of opset ${opset}: ${JSON.stringify(outputs.map(([, sizes]) => sizes))}`, async () => {
      const { graph, problems } = await openBytes(new Uint8Array(Buffer.from(text, 'base64')));
      assert.deepEqual(problems, []);
      const factOf = inferFacts(graph);
      const found = graph.outputs.map((v) => factOf(v));
      outputs.forEach(([code, sizes], i) => {
        assert.equal(dataTypeCode(found[i]!.dtype!), code, `type of output ${i}`);
        // what it leaves open may be known here
        sizes?.forEach(
          (size, k) => size !== null && assert.equal(found[i]?.shape?.[k], size, `output ${i}, axis ${k}`),
        );
      });
    });
  }
});
