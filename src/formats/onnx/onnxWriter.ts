import { onnx } from 'onnx-proto';
import type { Attribute } from '../../ir/attribute';
import { dataTypeCode, type DataType } from '../../ir/dataType';
import { ModelError } from '../../ir/errors';
import type { ValueType } from '../../ir/graph';
import type { ModelFunction } from '../../ir/model';
import type { MutableGraph, MutableNode, ValueDeclaration } from '../../ir/mutableGraph';
import { payloadBytes, toInt64, type Tensor } from '../../ir/tensor';
import { MessageParts } from './messageParts';
import {
  AttributeField,
  attributeTypes,
  FunctionField,
  GraphField,
  ModelField,
  NodeField,
  TensorField,
} from './schema';

/** A protobuf message holds 2 GiB at most; beyond that the weights of an ONNX model belong into files beside it. */
const LARGEST_MODEL = 2 ** 31 - 1;

export interface OnnxWriterOptions {
  /** Default: the version that came with the graph's opset, or later where an element type needs it. */
  readonly irVersion?: number;
  readonly producer?: string;
  /** Model-local functions that nodes of the graph call. */
  readonly functions?: readonly ModelFunction[];
}

/**
 * The bytes of an ONNX model (ModelProto) with this graph. Initializers are read and stored as raw_data, external ones too;
 * those without data are declared without. Attributes that are not understood are written as they were read.
 * @throws ModelError `too-large` beyond 2 GiB, and whatever reading a tensor throws
 */
export async function encodeOnnx(graph: MutableGraph, options: OnnxWriterOptions = {}): Promise<Uint8Array> {
  let weights = 0;
  for (const t of graph.initializers.values()) if (t.location !== 'missing') weights += payloadBytes(t.dtype, t.dims);
  if (weights > LARGEST_MODEL) throw tooLarge(weights);
  const functions = options.functions ?? [];
  const encoder = new GraphEncoder();
  const graphParts = await encoder.encodeGraph(graph);
  const functionParts: MessageParts[] = [];
  for (const f of functions) functionParts.push(await encoder.encodeFunction(f));
  const model = new MessageParts(
    onnx.ModelProto.encode({
      irVersion: options.irVersion ?? irVersion(graph.opsets.get('') ?? 1, encoder.types, functions),
      producerName: options.producer ?? 'normscope',
      opsetImport: opsetImports(graph.opsets),
    }).finish(),
  ).nest(ModelField.graph, graphParts);
  for (const f of functionParts) model.nest(ModelField.functions, f);
  if (model.length > LARGEST_MODEL) throw tooLarge(model.length);
  return model.join();
}

function tooLarge(size: number): ModelError {
  return new ModelError(
    'too-large',
    `the model would have ${size} bytes; one ONNX file holds 2 GiB at most, weights beyond that belong into files beside it`,
  );
}

const kinds: readonly string[] = attributeTypes;

/** Encodes graphs and notes the element types they hold. */
class GraphEncoder {
  readonly types = new Set<DataType>();

  async encodeGraph(graph: MutableGraph): Promise<MessageParts> {
    const parts = new MessageParts();
    for (const node of graph.nodes) parts.nest(GraphField.node, await this.encodeNode(node));
    for (const [name, tensor] of graph.initializers)
      parts.nest(GraphField.initializer, await this.encodeTensor(tensor, name));
    parts.append(onnx.GraphProto.encode({ name: graph.name || 'graph' }).finish());
    for (const d of graph.inputs) parts.nest(GraphField.input, this.encodeValueInfo(d));
    for (const d of graph.outputs) parts.nest(GraphField.output, this.encodeValueInfo(d));
    for (const [name, type] of graph.valueTypes) {
      const info = this.encodeValueInfo({ name, type });
      if (this.encodeType(type)) parts.nest(GraphField.valueInfo, info);
    }
    return parts;
  }

  async encodeFunction(f: ModelFunction): Promise<MessageParts> {
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
    for (const [name, value] of f.defaults ?? [])
      parts.nest(FunctionField.attributeProto, await this.encodeAttribute(name, value));
    for (const node of body.nodes) parts.nest(FunctionField.node, await this.encodeNode(node));
    if (f.overload) parts.text(FunctionField.overload, f.overload);
    return parts;
  }

  private async encodeNode(node: MutableNode): Promise<MessageParts> {
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
    for (const [key, value] of node.attributes) parts.nest(NodeField.attribute, await this.encodeAttribute(key, value));
    if (node.overload) parts.text(NodeField.overload, node.overload);
    return parts;
  }

  private async encodeAttribute(name: string, attribute: Attribute): Promise<MessageParts> {
    if (attribute.type === 'opaque') {
      if (attribute.bytes) return new MessageParts(attribute.bytes);
      throw new ModelError('unsupported', `attribute ${name} of kind ${attribute.value} cannot be written`);
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
        return parts.nest(AttributeField.t, await this.encodeTensor(attribute.value, attribute.value.name));
      case 'graph':
        return parts.nest(AttributeField.g, await this.encodeGraph(attribute.value.toMutable()));
      case 'tensors':
        for (const t of attribute.value) parts.nest(AttributeField.tensors, await this.encodeTensor(t, t.name));
        return parts;
      case 'graphs':
        for (const g of attribute.value) parts.nest(AttributeField.graphs, await this.encodeGraph(g.toMutable()));
        return parts;
      default:
        return parts;
    }
  }

  private async encodeTensor(tensor: Tensor, name: string): Promise<MessageParts> {
    const { dtype, dims, strings } = tensor;
    this.types.add(dtype);
    const parts = new MessageParts(
      onnx.TensorProto.encode({
        ...(name && { name }),
        dims: dims.map(int64),
        dataType: dataTypeCode(dtype),
        ...(strings && { stringData: strings.map(utf8) }),
      }).finish(),
    );
    if (dtype === 'string' || tensor.location === 'missing') return parts;
    return parts.nest(TensorField.rawData, new MessageParts(await tensor.read()));
  }

  private encodeValueInfo({ name, type }: ValueDeclaration): MessageParts {
    const parts = new MessageParts(onnx.ValueInfoProto.encode({ name }).finish());
    const encoded = this.encodeType(type);
    return encoded ? parts.nest(VALUE_INFO_TYPE, new MessageParts(encoded)) : parts;
  }

  /** The TypeProto; undefined when nothing is known that a file can state. */
  private encodeType(type: ValueType): Uint8Array | undefined {
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

const VALUE_INFO_TYPE = 2;

function opsetImports(opsets: ReadonlyMap<string, number>): onnx.IOperatorSetIdProto[] {
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

/** IR version that came with each opset of the default domain (ONNX, docs/Versioning.md); initializers need not be inputs from 4 on. */
const irVersionOfOpset: readonly (readonly [opset: number, irVersion: number])[] = [
  [9, 4],
  [10, 5],
  [11, 6],
  [14, 7],
  [18, 8],
  [20, 9],
  [22, 10],
  [23, 11],
  [24, 12],
];
const NEWEST_IR_VERSION = 13;

/** IR version that brought an element type, where it is later than 4. */
const irVersionOfType: Partial<Record<DataType, number>> = {
  float8e4m3fn: 9,
  float8e4m3fnuz: 9,
  float8e5m2: 9,
  float8e5m2fnuz: 9,
  uint4: 10,
  int4: 10,
  float4e2m1: 11,
  float8e8m0: 12,
  uint2: 13,
  int2: 13,
};

function irVersion(opset: number, types: Iterable<DataType>, functions: readonly ModelFunction[]): number {
  let version = irVersionOfOpset.find(([last]) => opset <= last)?.[1] ?? NEWEST_IR_VERSION;
  for (const type of types) version = Math.max(version, irVersionOfType[type] ?? 0);
  if (functions.length > 0) version = Math.max(version, functions.some((f) => f.overload) ? 10 : 8);
  return version;
}
