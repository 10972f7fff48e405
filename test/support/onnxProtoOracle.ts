import assert from 'node:assert/strict';
import { onnx } from 'onnx-proto';
import type { Attribute } from '../../src/ir/attribute';
import { dataTypeCode } from '../../src/ir/dataType';
import type { Graph } from '../../src/ir/graph';
import type { Model } from '../../src/ir/model';
import type { Tensor } from '../../src/ir/tensor';

const { DataType, DataLocation } = onnx.TensorProto;
const attributeTypeNames = Object.fromEntries(
  Object.entries(onnx.AttributeProto.AttributeType).map(([name, code]) => [code, name.toLowerCase()]),
);

export interface Compared {
  nodes: number;
  tensors: number;
}

/** Asserts that a model, as the reader opened it, says what onnx-proto decodes from the same bytes, wherever its schema reaches. */
export async function assertSameModel(model: Model, bytes: Uint8Array): Promise<Compared> {
  const proto = onnx.ModelProto.decode(bytes);
  const compared = { nodes: 0, tensors: 0 };
  assert.equal(model.irVersion, number(proto.irVersion));
  const unsorted = model.problems.some((p) => p.code === 'unsorted-nodes' || p.code === 'cycle');
  await assertSameGraph(model.graph, proto.graph!, compared, unsorted);
  assert.equal(model.functions.length, proto.functions.length);
  for (const [i, f] of proto.functions.entries()) {
    const own = model.functions[i];
    assert.deepEqual([own.name, own.inputs, own.outputs], [f.name, f.input, f.output]);
    await assertSameNodes(own.body, f.node!, compared);
  }
  return compared;
}

async function assertSameGraph(
  graph: Graph,
  proto: onnx.IGraphProto,
  compared: Compared,
  unsorted = false,
): Promise<void> {
  assert.equal(graph.name, proto.name ?? '');
  const named = new Map((proto.initializer ?? []).map((t) => [t.name!, t]));
  for (const s of proto.sparseInitializer ?? []) named.set(s.values!.name!, { ...s.values, dims: s.dims });
  const inputs = new Set((proto.input ?? []).map((v) => v.name!).filter((name) => !named.has(name)));
  assert.deepEqual(new Set(graph.inputs.map((v) => graph.valueName(v))), inputs);
  assert.deepEqual(
    graph.outputs.map((v) => graph.valueName(v)),
    (proto.output ?? []).map((v) => v.name),
  );
  assert.deepEqual(new Set(graph.initializers.map((v) => graph.valueName(v))), new Set(named.keys()));
  for (const t of proto.initializer ?? [])
    await assertSameTensor(graph.initializer(graph.valueId(t.name!)!)!, t, compared);
  // where statements contradict each other, those of inputs and outputs count more
  const infos = new Map<string, onnx.IValueInfoProto>();
  for (const info of [...(proto.valueInfo ?? []), ...(proto.output ?? []), ...(proto.input ?? [])])
    infos.set(info.name!, info);
  for (const info of infos.values()) assertSameType(graph, info);
  const nodes = [...(proto.node ?? [])];
  if (unsorted) {
    const place = new Map([...graph.nodes()].map((n) => [outputsOf(graph, n.index), n.index]));
    nodes.sort((a, b) => place.get(a.output!.join())! - place.get(b.output!.join())!);
  }
  await assertSameNodes(graph, nodes, compared);
}

function outputsOf(graph: Graph, index: number): string {
  return graph
    .node(index)
    .outputs.map((v) => graph.valueName(v))
    .join();
}

function assertSameType(graph: Graph, info: onnx.IValueInfoProto): void {
  const value = graph.valueId(info.name!);
  const tensor = info.type?.tensorType;
  if (value === undefined || !tensor) return;
  const type = graph.valueType(value)!;
  assert.equal(dataTypeCode(type.dtype!), tensor.elemType ?? 0, info.name!);
  assert.equal(type.shape?.length, tensor.shape?.dim?.length, info.name!);
}

async function assertSameNodes(graph: Graph, nodes: readonly onnx.INodeProto[], compared: Compared): Promise<void> {
  assert.equal(graph.nodeCount, nodes.length);
  for (const [i, proto] of nodes.entries()) {
    const node = graph.node(i);
    compared.nodes++;
    assert.equal(node.opType, proto.opType);
    assert.equal(node.name, proto.name ?? '');
    assert.equal(node.domain, proto.domain === 'ai.onnx' ? '' : (proto.domain ?? ''));
    const names = (values: readonly number[]) => values.map((v) => graph.valueName(v));
    assert.deepEqual(names(node.inputs), proto.input);
    assert.deepEqual(names(node.outputs), proto.output);
    assert.deepEqual(
      node.attributeNames,
      proto.attribute!.map((a) => a.name),
    );
    for (const a of proto.attribute!) await assertSameAttribute(node.attr(a.name!)!, a, compared);
  }
}

async function assertSameAttribute(own: Attribute, proto: onnx.IAttributeProto, compared: Compared): Promise<void> {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (own.type === 'opaque') {
    assert.ok(proto.sparseTensor || proto.sparseTensors?.length || proto.s?.length, `${proto.name} was not understood`);
    return;
  }
  // IR version 1 states no types
  if (proto.type && own.type !== 'reference') assert.equal(own.type, attributeTypeNames[proto.type], proto.name!);
  switch (own.type) {
    case 'reference':
      return assert.equal(own.value, proto.refAttrName);
    case 'float':
      return assert.equal(own.value, proto.f ?? 0);
    case 'int':
      return assert.equal(own.value, number(proto.i ?? 0));
    case 'string':
      return assert.equal(own.value, text(proto.s ?? new Uint8Array()));
    case 'floats':
      return assert.deepEqual(own.value, [...(proto.floats ?? [])]);
    case 'ints':
      return assert.deepEqual(own.value, proto.ints!.map(number));
    case 'strings':
      return assert.deepEqual(own.value, proto.strings!.map(text));
    case 'tensor':
      return assertSameTensor(own.value, proto.t!, compared);
    case 'graph':
      return assertSameGraph(own.value, proto.g!, compared);
    case 'tensors':
      for (const [i, t] of own.value.entries()) await assertSameTensor(t, proto.tensors![i], compared);
      return;
    case 'graphs':
      for (const [i, g] of own.value.entries()) await assertSameGraph(g, proto.graphs![i], compared);
  }
}

async function assertSameTensor(own: Tensor, proto: onnx.ITensorProto, compared: Compared): Promise<void> {
  compared.tensors++;
  assert.equal(own.name, proto.name ?? '');
  assert.equal(dataTypeCode(own.dtype), proto.dataType ?? 0);
  assert.deepEqual(own.dims, (proto.dims ?? []).map(number));
  if (proto.dataLocation === DataLocation.EXTERNAL) return assert.notEqual(own.location, 'file');
  if (proto.dataType === DataType.STRING) {
    assert.deepEqual(
      own.strings,
      proto.stringData!.map((s) => new TextDecoder().decode(s)),
    );
    return;
  }
  const expected = payload(proto);
  if (own.location === 'missing') return assert.equal(expected.length, 0);
  assert.ok(Buffer.from(await own.read()).equals(expected), `payload of ${own.name}`);
}

/** The packed payload as onnx-proto's fields state it. */
function payload(t: onnx.ITensorProto): Buffer {
  if (t.rawData?.length) return Buffer.from(t.rawData);
  const bytes = (array: { buffer: ArrayBufferLike }) => Buffer.from(array.buffer as ArrayBuffer);
  const big = (list: readonly unknown[]) => list.map((n) => BigInt(String(n)));
  switch (t.dataType) {
    case DataType.FLOAT:
    case DataType.COMPLEX64:
      return bytes(Float32Array.from(t.floatData ?? []));
    case DataType.DOUBLE:
    case DataType.COMPLEX128:
      return bytes(Float64Array.from(t.doubleData ?? []));
    case DataType.INT64:
      return bytes(BigInt64Array.from(big(t.int64Data ?? [])));
    case DataType.UINT64:
      return bytes(BigUint64Array.from(big(t.uint64Data ?? [])));
    case DataType.UINT32:
      return bytes(Uint32Array.from((t.uint64Data ?? []).map(number)));
    case DataType.INT32:
      return bytes(Int32Array.from(t.int32Data ?? []));
    case DataType.INT16:
    case DataType.UINT16:
    case DataType.FLOAT16:
    case DataType.BFLOAT16:
      return bytes(Uint16Array.from(t.int32Data ?? []));
    default:
      return bytes(Uint8Array.from(t.int32Data ?? []));
  }
}

function number(n: unknown): number {
  return Number(String(n));
}
