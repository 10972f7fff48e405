import { onnx } from 'onnx-proto';
import type { Attribute } from '../../src/ir/attribute';
import { dataTypeCode } from '../../src/ir/dataType';
import type { ValueType } from '../../src/ir/graph';
import type { MutableGraph, ValueDeclaration } from '../../src/ir/mutableGraph';
import type { Tensor } from '../../src/ir/tensor';

/** Encodes a graph with onnx-proto's own classes and none of the product's writer, so that each can be a witness against the other. */
export async function encode(graph: MutableGraph, irVersion = 8): Promise<Uint8Array> {
  const model = onnx.ModelProto.create({
    irVersion,
    opsetImport: [...graph.opsets].map(([domain, version]) => ({ domain, version })),
    graph: await graphProto(graph),
  });
  return onnx.ModelProto.encode(model).finish();
}

async function graphProto(graph: MutableGraph): Promise<onnx.IGraphProto> {
  return {
    name: graph.name || 'g',
    input: graph.inputs.map(valueInfo),
    output: graph.outputs.map(valueInfo),
    initializer: await Promise.all([...graph.initializers.values()].map(tensorProto)),
    node: await Promise.all(
      graph.nodes.map(async (n) => ({
        opType: n.opType,
        domain: n.domain,
        name: n.name,
        input: n.inputs,
        output: n.outputs,
        attribute: await Promise.all([...n.attributes].map(([name, a]) => attributeProto(name, a))),
      })),
    ),
  };
}

function valueInfo({ name, type }: ValueDeclaration): onnx.IValueInfoProto {
  if (type.dtype === undefined) return { name };
  const dim = (type.shape ?? []).map((d) =>
    typeof d === 'number' ? { dimValue: d } : typeof d === 'string' ? { dimParam: d } : {},
  );
  return { name, type: { tensorType: { elemType: elemType(type), shape: type.shape ? { dim } : undefined } } };
}

function elemType(type: ValueType): number {
  return dataTypeCode(type.dtype!);
}

async function tensorProto(tensor: Tensor): Promise<onnx.ITensorProto> {
  return {
    name: tensor.name,
    dataType: dataTypeCode(tensor.dtype),
    dims: [...tensor.dims],
    rawData: await tensor.read(),
  };
}

async function attributeProto(name: string, a: Attribute): Promise<onnx.IAttributeProto> {
  const { AttributeType } = onnx.AttributeProto;
  const utf8 = (s: string) => new TextEncoder().encode(s);
  switch (a.type) {
    case 'int':
      return { name, type: AttributeType.INT, i: a.value };
    case 'float':
      return { name, type: AttributeType.FLOAT, f: a.value };
    case 'string':
      return { name, type: AttributeType.STRING, s: utf8(a.value) };
    case 'ints':
      return { name, type: AttributeType.INTS, ints: [...a.value] };
    case 'floats':
      return { name, type: AttributeType.FLOATS, floats: [...a.value] };
    case 'strings':
      return { name, type: AttributeType.STRINGS, strings: a.value.map(utf8) };
    case 'tensor':
      return { name, type: AttributeType.TENSOR, t: await tensorProto(a.value) };
    case 'graph':
      return { name, type: AttributeType.GRAPH, g: await graphProto(a.value.toMutable()) };
    default:
      throw new Error(`attribute ${name}: ${a.type} is not encoded here`);
  }
}
