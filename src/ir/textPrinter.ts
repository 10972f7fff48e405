import type { Attribute } from './attribute';
import type { Graph, ValueId, ValueType } from './graph';
import { shortestFloat } from './shortestFloat';
import { elementCount, type Tensor } from './tensor';
import { textOfDataType } from './textTypes';

/** Tensors with more elements than this are declared without their data. */
const MAX_PRINTED_ELEMENTS = 64;

/**
 * Writes a graph in the ONNX project's textual syntax, so that `parseGraph` reads it again. Large tensors, and those whose
 * payload is not at hand, are declared without data; attributes that the syntax has no words for are left out with a comment.
 */
export function printGraph(graph: Graph): string {
  const opsets = [...graph.opsets].map(([domain, version]) => `${quoted(domain)} : ${version}`);
  return `<opset_import: [${opsets.join(', ')}]>\n${body(graph, '')}\n`;
}

function body(graph: Graph, indent: string): string {
  const inner = `${indent}  `;
  const declare = (v: ValueId) => typed(graph.valueType(v), graph.valueName(v));
  const inputs = graph.inputs.map(declare).join(', ');
  const outputs = graph.outputs.map(declare).join(', ');
  const constants = graph.initializers.map((v) => initializer(graph.initializer(v)!));
  const interfaceValues = new Set([...graph.inputs, ...graph.outputs, ...graph.initializers]);
  for (let v = 0; v < graph.valueCount; v++) {
    // a Constant node says the type itself
    if (interfaceValues.has(v) || graph.producer(v) < 0 || graph.initializer(v) !== undefined) continue;
    if (graph.valueType(v)?.kind === 'tensor') constants.push(declare(v));
  }
  const lines = [`${identifier(graph.name)} (${inputs}) => (${outputs})`];
  if (constants.length > 0) lines.push(`${indent}<${constants.join(`,\n${indent} `)}>`);
  lines.push(`${indent}{`);
  for (let i = 0; i < graph.nodeCount; i++) lines.push(`${inner}${node(graph, i, inner)}`);
  lines.push(`${indent}}`);
  return lines.join('\n');
}

function node(graph: Graph, index: number, indent: string): string {
  const n = graph.node(index);
  const names = (values: readonly ValueId[]) => values.map((v) => identifier(graph.valueName(v))).join(', ');
  const label = n.name === '' ? '' : `[${identifier(n.name)}] `;
  const attributes: string[] = [];
  let comment = '';
  for (const name of n.attributeNames) {
    const text = attribute(n.attr(name)!, indent);
    if (text === undefined) comment += ` # left out: ${name}`;
    else attributes.push(`${name}${text}`);
  }
  const list = attributes.length === 0 ? '' : `<${attributes.join(', ')}>`;
  const domain = n.domain === '' ? '' : `${n.domain}.`;
  return `${label}${names(n.outputs)} = ${domain}${n.opType}${list}(${names(n.inputs)})${comment}`;
}

function attribute(a: Attribute, indent: string): string | undefined {
  switch (a.type) {
    case 'int':
      return ` = ${a.value}`;
    case 'float':
      return ` = ${float(a.value)}`;
    case 'string':
      return ` = ${quoted(a.value)}`;
    case 'tensor': {
      const data = tensorData(a.value);
      return data === undefined ? undefined : ` = ${tensorType(a.value)} ${data}`;
    }
    case 'graph':
      return ` = ${body(a.value, indent)}`;
    case 'ints':
      return `: ints = [${a.value.join(', ')}]`;
    case 'floats':
      return `: floats = [${a.value.map(float).join(', ')}]`;
    case 'strings':
      return `: strings = [${a.value.map(quoted).join(', ')}]`;
    case 'reference':
      return ` = @${a.value}`;
    case 'tensors':
    case 'graphs':
    case 'opaque':
      return undefined;
  }
}

function initializer(tensor: Tensor): string {
  const data = tensorData(tensor);
  return `${tensorType(tensor)} ${identifier(tensor.name)}${data === undefined ? '' : ` = ${data}`}`;
}

function tensorType(tensor: Tensor): string {
  return textOfDataType(tensor.dtype) + (tensor.dims.length === 0 ? '' : `[${tensor.dims.join(',')}]`);
}

function tensorData(tensor: Tensor): string | undefined {
  if (elementCount(tensor.dims) > MAX_PRINTED_ELEMENTS) return undefined;
  if (tensor.dtype === 'string') return tensor.strings && `{${tensor.strings.map(quoted).join(', ')}}`;
  const words = tensor.bytes && decodeWords(tensor.dtype, tensor.bytes);
  return words && `{${words.join(', ')}}`;
}

/** The numbers of a payload as words; undefined for element types that the syntax cannot hold. */
function decodeWords(dtype: Tensor['dtype'], bytes: Uint8Array): string[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const list = (size: number, word: (offset: number) => number | bigint | string) =>
    Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => String(word(i * size)));
  switch (dtype) {
    case 'float32':
      return list(4, (o) => float(view.getFloat32(o, true)));
    case 'float64':
      return list(8, (o) => double(view.getFloat64(o, true)));
    case 'int64':
      return list(8, (o) => view.getBigInt64(o, true));
    case 'uint64':
      return list(8, (o) => view.getBigUint64(o, true));
    case 'int32':
      return list(4, (o) => view.getInt32(o, true));
    case 'uint32':
      return list(4, (o) => view.getUint32(o, true));
    case 'int16':
      return list(2, (o) => view.getInt16(o, true));
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return list(2, (o) => view.getUint16(o, true));
    case 'int8':
      return list(1, (o) => view.getInt8(o));
    case 'uint8':
    case 'bool':
      return list(1, (o) => view.getUint8(o));
    default:
      return undefined;
  }
}

function typed(type: ValueType | undefined, name: string): string {
  if (type?.kind !== 'tensor' || type.dtype === undefined) return identifier(name);
  const dims = type.shape?.map((d) => (d === null ? '?' : typeof d === 'string' ? identifier(d) : String(d)));
  const shape = dims === undefined ? '[]' : dims.length === 0 ? '' : `[${dims.join(',')}]`;
  return `${textOfDataType(type.dtype)}${shape} ${identifier(name)}`;
}

/** A name as it stands, or in quotation marks when it is no identifier or would read as something else. */
function identifier(name: string): string {
  const plain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
  return plain &&
    !/^(inf|infinity|nan|seq|map|optional|sparse_tensor|u?int\d+|b?float.*|double|bool|string|complex\d+)$/i.test(name)
    ? name
    : quoted(name);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function float(value: number): string {
  return double(shortestFloat(value));
}

/** A number that does not read as an integer. */
function double(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
