import { onnx } from 'onnx-proto';
import type { Attribute } from '../../ir/attribute';
import { dataTypeCode, type DataType } from '../../ir/dataType';
import { ModelError } from '../../ir/errors';
import type { ValueType } from '../../ir/graph';
import type { ModelFunction } from '../../ir/model';
import type { MutableGraph, MutableNode, ValueDeclaration } from '../../ir/mutableGraph';
import { payloadBytes, toInt64, type Tensor } from '../../ir/tensor';
import { say } from '../../texts/say';
import { SMALLEST_EXTERNAL, type ExternalWeights } from './externalWeights';
import { MessageParts, type ByteSink, type Payload } from './messageParts';
import { AttributeField, attributeTypes, FunctionField, GraphField, NodeField, TensorField } from './schema';

const kinds: readonly string[] = attributeTypes;
const VALUE_INFO_TYPE = 2;

/** Encodes the parts of graphs and notes the element types they hold. No weights are read. */
export class GraphEncoder {
  readonly types = new Set<DataType>();

  /** @param weights where large initializers go; default into the model */
  constructor(private readonly weights?: ExternalWeights) {}

  graph(graph: MutableGraph): MessageParts {
    const parts = new MessageParts();
    for (const node of graph.nodes) parts.nest(GraphField.node, this.node(node));
    for (const [name, tensor] of graph.initializers) parts.nest(GraphField.initializer, this.initializer(tensor, name));
    parts.append(onnx.GraphProto.encode({ name: graph.name || 'graph' }).finish());
    for (const d of graph.inputs) parts.nest(GraphField.input, this.valueInfo(d));
    for (const d of graph.outputs) parts.nest(GraphField.output, this.valueInfo(d));
    for (const [name, type] of graph.valueTypes)
      if (this.type(type)) parts.nest(GraphField.valueInfo, this.valueInfo({ name, type }));
    return parts;
  }

  function(f: ModelFunction): MessageParts {
    const body = f.body.toMutable();
    const parts = new MessageParts(
      onnx.FunctionProto.encode({
        name: f.name,
        domain: f.domain,
        input: [...f.inputs],
        output: [...f.outputs],
        attribute: f.attributes.filter((name) => !f.defaults?.has(name)),
        opsetImport: opsetImports(body.opsets),
      }).finish(),
    );
    for (const [name, value] of f.defaults ?? []) parts.nest(FunctionField.attributeProto, this.attribute(name, value));
    for (const node of body.nodes) parts.nest(FunctionField.node, this.node(node));
    if (f.overload) parts.text(FunctionField.overload, f.overload);
    return parts;
  }

  node(node: MutableNode): MessageParts {
    const { name, opType, domain, inputs, outputs } = node;
    const parts = new MessageParts(
      onnx.NodeProto.encode({
        input: inputs,
        output: outputs,
        opType,
        ...(name && { name }),
        ...(domain && { domain }),
      }).finish(),
    );
    for (const [key, value] of node.attributes) parts.nest(NodeField.attribute, this.attribute(key, value));
    if (node.overload) parts.text(NodeField.overload, node.overload);
    return parts;
  }

  initializer(tensor: Tensor, name: string): MessageParts {
    return this.tensor(tensor, name, this.weights);
  }

  valueInfo({ name, type }: ValueDeclaration): MessageParts {
    const parts = new MessageParts(onnx.ValueInfoProto.encode({ name }).finish());
    const encoded = this.type(type);
    return encoded ? parts.nest(VALUE_INFO_TYPE, new MessageParts(encoded)) : parts;
  }

  /** The TypeProto; undefined when nothing is known that a file can state. */
  type(type: ValueType): Uint8Array | undefined {
    if (type.stated) return type.stated;
    if (type.kind !== 'tensor' || type.dtype === undefined || type.dtype === 'undefined') return undefined;
    this.types.add(type.dtype);
    const dim = type.shape?.map((d) =>
      typeof d === 'number' ? { dimValue: int64(d) } : d === null ? {} : { dimParam: d },
    );
    return onnx.TypeProto.encode({
      tensorType: { elemType: dataTypeCode(type.dtype), ...(dim && { shape: { dim } }) },
    }).finish();
  }

  private attribute(name: string, attribute: Attribute): MessageParts {
    if (attribute.type === 'opaque') {
      if (attribute.bytes) return new MessageParts(attribute.bytes);
      throw new ModelError('unsupported', say`attribute ${name} of kind ${attribute.value} cannot be written`);
    }
    const kind = attribute.type === 'reference' ? (attribute.of ?? 'undefined') : attribute.type;
    const fields: onnx.IAttributeProto = {
      name,
      type: kinds.indexOf(kind),
      ...plainFields(attribute),
    };
    const parts = new MessageParts(onnx.AttributeProto.encode(fields).finish());
    switch (attribute.type) {
      case 'tensor':
        return parts.nest(AttributeField.t, this.tensor(attribute.value, attribute.value.name));
      case 'graph':
        return parts.nest(AttributeField.g, this.graph(attribute.value.toMutable()));
      case 'tensors':
        for (const t of attribute.value) parts.nest(AttributeField.tensors, this.tensor(t, t.name));
        return parts;
      case 'graphs':
        for (const g of attribute.value) parts.nest(AttributeField.graphs, this.graph(g.toMutable()));
        return parts;
      default:
        return parts;
    }
  }

  private tensor(tensor: Tensor, name: string, weights?: ExternalWeights): MessageParts {
    const { dtype, dims, strings } = tensor;
    this.types.add(dtype);
    const fields: onnx.ITensorProto = {
      ...(name && { name }),
      dims: dims.map(int64),
      dataType: dataTypeCode(dtype),
      ...(strings && { stringData: strings.map(utf8) }),
    };
    if (dtype === 'string' || tensor.location === 'missing') return new MessageParts(encodeTensor(fields));
    const payload = new TensorPayload(tensor, name);
    if (weights && payload.length >= SMALLEST_EXTERNAL)
      return new MessageParts(encodeTensor({ ...fields, ...weights.place(payload) }));
    return new MessageParts(encodeTensor(fields)).nest(TensorField.rawData, new MessageParts().append(payload));
  }
}

function encodeTensor(fields: onnx.ITensorProto): Uint8Array {
  return onnx.TensorProto.encode(fields).finish();
}

/** What a tensor holds, read when it is written. */
class TensorPayload implements Payload {
  readonly length: number;

  constructor(
    private readonly tensor: Tensor,
    private readonly name: string,
  ) {
    this.length = payloadBytes(tensor.dtype, tensor.dims);
    if (!Number.isSafeInteger(this.length))
      throw new ModelError('too-large', say`tensor ${name} has more elements than any file holds`);
  }

  async write(sink: ByteSink): Promise<void> {
    const bytes = await this.tensor.read();
    if (bytes.length !== this.length) {
      const what = say`tensor ${this.name} holds ${bytes.length} bytes where its type and shape need ${this.length}`;
      throw new ModelError('corrupt', what);
    }
    await sink(bytes);
  }
}

function plainFields(attribute: Attribute): onnx.IAttributeProto {
  switch (attribute.type) {
    case 'float':
      return { f: attribute.value };
    case 'int':
      return { i: int64(attribute.value) };
    case 'string':
      return { s: utf8(attribute.value) };
    case 'floats':
      return { floats: [...attribute.value] };
    case 'ints':
      return { ints: attribute.value.map(int64) };
    case 'strings':
      return { strings: attribute.value.map(utf8) };
    case 'reference':
      return { refAttrName: attribute.value };
    default:
      return {};
  }
}

export function opsetImports(opsets: ReadonlyMap<string, number>): onnx.IOperatorSetIdProto[] {
  return [...opsets].map(([domain, version]) => ({ domain, version }));
}

const text = new TextEncoder();

function utf8(string: string): Uint8Array {
  return text.encode(string);
}

/** Exact within the safe integers, clamped to the ends of int64 beyond them. */
function int64(value: number): number {
  if (Number.isSafeInteger(value)) return value;
  const bits = BigInt.asUintN(64, toInt64(value));
  const halves = { low: Number(bits & 0xffffffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: false };
  // protobufjs takes any object with the two halves for a 64-bit integer; the declarations of onnx-proto only know numbers and Long
  return halves as unknown as number;
}
