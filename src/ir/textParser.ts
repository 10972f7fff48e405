import type { Attribute } from './attribute';
import { GraphBuilder } from './graphBuilder';
import type { DataType } from './dataType';
import { ModelError } from './errors';
import { ABSENT, type Dim, type Graph, type ValueId, type ValueType } from './graph';
import { capturedNames } from './mutableGraph';
import { missingTensor, tensorFromBytes, type Tensor } from './tensor';
import { TextScanner, literalNumber, type Literal } from './textScanner';
import { dataTypeOfText } from './textTypes';

/** Deeper nesting of subgraphs than this is an error: the parser works by recursion. */
const MAX_DEPTH = 50;

/**
 * Reads a graph, or a model without local functions, in the ONNX project's textual syntax (onnx/docs/Syntax.md; the
 * syntax that onnx.parser reads). What stands in `<...>` after the outputs is an initializer when data follow (`= {...}`), the
 * type of a value when a node computes it, and otherwise an initializer without data, whose values are unknown.
 * Numbers of float16 and bfloat16 tensors are their bits, as in onnx.parser.
 * @throws ModelError `invalid` with line and character.
 */
export function parseGraph(text: string): Graph {
  const parser = new TextParser(new TextScanner(text));
  return parser.model();
}

interface Declared {
  readonly name: string;
  readonly type: ValueType;
  readonly data?: Tensor;
}

class TextParser {
  private depth = 0;

  constructor(private readonly scanner: TextScanner) {}

  model(): Graph {
    const opsets = new Map<string, number>();
    if (this.scanner.accept('<')) {
      do this.header(opsets);
      while (this.scanner.accept(','));
      this.scanner.expect('>');
    }
    const graph = this.graph(this.scanner.quotableIdentifier() ?? '', opsets);
    if (!this.scanner.atEnd) this.scanner.fail('expected the end of the text (local functions are not read)');
    return graph;
  }

  private header(opsets: Map<string, number>): void {
    const key = this.scanner.identifier();
    this.scanner.expect(':');
    if (!this.scanner.accept('[')) {
      this.scanner.literal();
      return;
    }
    while (!this.scanner.accept(']')) {
      const name = this.scanner.string();
      this.scanner.expect(':');
      if (key === 'opset_import') opsets.set(name === 'ai.onnx' ? '' : name, this.scanner.integer());
      else this.scanner.string();
      this.scanner.accept(',');
    }
  }

  private graph(name: string, opsets: ReadonlyMap<string, number>): Graph {
    if (++this.depth > MAX_DEPTH) this.scanner.fail(`graphs are nested more than ${MAX_DEPTH} deep`);
    const builder = new GraphBuilder(name);
    for (const [domain, version] of opsets) builder.opsets.set(domain, version);
    for (const input of this.declarations('(', ')')) {
      const v = builder.value(input.name);
      builder.inputs.push(v);
      builder.types.set(v, input.type);
      if (input.data) builder.initializers.set(v, input.data);
    }
    this.scanner.expect('=>');
    const outputs = this.declarations('(', ')');
    const constants = this.scanner.peek() === '<' ? this.declarations('<', '>') : [];
    for (const { name, data } of constants) {
      if (data !== undefined) builder.initializers.set(builder.value(name), data);
    }
    this.scanner.expect('{');
    while (!this.scanner.accept('}')) this.node(builder, opsets);
    for (const { name, type, data } of constants) {
      const v = builder.value(name);
      builder.types.set(v, type);
      if (data === undefined && !builder.isProduced(v)) {
        builder.initializers.set(v, missingTensor(name, type.dtype!, this.fixedDims(name, type)));
      }
    }
    for (const { name, type } of outputs) {
      const v = builder.value(name);
      builder.outputs.push(v);
      if (type.kind !== 'unknown') builder.types.set(v, type);
    }
    this.depth--;
    const graph = builder.build();
    if (this.depth === 0) checkOrder(graph);
    return graph;
  }

  /** `(type name = data, ...)`; the type may be left out of outputs. */
  private declarations(open: string, close: string): Declared[] {
    this.scanner.expect(open);
    const list: Declared[] = [];
    while (!this.scanner.accept(close)) {
      const type = this.nextIsType() ? this.type() : ({ kind: 'unknown' } as const);
      const name = this.scanner.quotableIdentifier() ?? this.scanner.fail('expected a name');
      const data = this.scanner.accept('=') ? this.tensorData(name, type) : undefined;
      list.push({ name, type, data });
      if (this.scanner.peek() !== close) this.scanner.expect(',');
    }
    return list;
  }

  private nextIsType(): boolean {
    const word = this.scanner.peekIdentifier();
    return dataTypeOfText(word) !== undefined || ['seq', 'map', 'optional', 'sparse_tensor'].includes(word);
  }

  private type(): ValueType {
    const word = this.scanner.identifier();
    const dtype = dataTypeOfText(word);
    if (dtype !== undefined) return { kind: 'tensor', dtype, shape: this.shape() };
    this.scanner.expect('(');
    if (word === 'map') {
      this.scanner.identifier();
      this.scanner.expect(',');
    }
    const inner = this.type();
    this.scanner.expect(')');
    if (word === 'sparse_tensor') return { ...inner, kind: 'sparse-tensor' };
    return { kind: word === 'seq' ? 'sequence' : word === 'map' ? 'map' : 'optional' };
  }

  /** `float` is a scalar, `float[]` of unknown rank, `float[N, 3, ?]` of rank three. */
  private shape(): Dim[] | undefined {
    if (!this.scanner.accept('[')) return [];
    if (this.scanner.accept(']')) return undefined;
    const dims: Dim[] = [];
    do {
      if (this.scanner.accept('?')) dims.push(null);
      else if (this.scanner.nextIsNumber()) dims.push(this.scanner.integer());
      else dims.push(this.scanner.quotableIdentifier() ?? this.scanner.fail('expected a dimension'));
    } while (this.scanner.accept(','));
    this.scanner.expect(']');
    return dims;
  }

  private fixedDims(name: string, type: ValueType): number[] {
    if (type.kind !== 'tensor' || type.shape === undefined)
      this.scanner.fail(`${name} needs a tensor type with a shape`);
    return type.shape.map((d) => (typeof d === 'number' && d >= 0 ? d : this.scanner.fail(`${name} needs sizes`)));
  }

  private tensorData(name: string, type: ValueType): Tensor {
    const dims = this.fixedDims(name, type);
    const literals: Literal[] = [];
    this.scanner.expect('{');
    while (!this.scanner.accept('}')) {
      literals.push(this.scanner.literal());
      if (this.scanner.peek() !== '}') this.scanner.expect(',');
    }
    const dtype = type.dtype!;
    if (dtype === 'string') {
      const strings = literals.map((l) => l.text);
      return { name, dtype, dims, location: 'memory', strings, read: () => Promise.resolve(new Uint8Array()) };
    }
    const bytes = encodeLiterals(dtype, literals) ?? this.scanner.fail(`data of type ${dtype} are not read`);
    try {
      return tensorFromBytes(name, dtype, dims, bytes);
    } catch (error) {
      return this.scanner.fail((error as ModelError).message);
    }
  }

  private node(builder: GraphBuilder, opsets: ReadonlyMap<string, number>): void {
    let name = '';
    if (this.scanner.accept('[')) {
      name = this.scanner.quotableIdentifier() ?? '';
      this.scanner.expect(']');
    }
    const outputs = this.names('=').map((n) => builder.value(n));
    this.scanner.expect('=');
    const path = [this.scanner.identifier()];
    while (this.scanner.accept('.')) path.push(this.scanner.identifier());
    const opType = path.pop()!;
    if (this.scanner.accept(':')) this.scanner.identifier();
    const domain = path.join('.');
    let attributes = this.attributes(opsets);
    this.scanner.expect('(');
    const inputs = this.names(')').map((n) => builder.value(n));
    this.scanner.expect(')');
    if (attributes.size === 0) attributes = this.attributes(opsets);
    const captured = capturedNames({ attributes }).map((n) => builder.value(n));
    for (const v of outputs)
      if (v !== ABSENT && (builder.isProduced(v) || builder.initializers.has(v)))
        this.scanner.fail('a value is computed twice');
    builder.addNode({
      opType,
      domain: domain === 'ai.onnx' ? '' : domain,
      name,
      inputs,
      outputs,
      attributes,
      captured,
    });
  }

  /** A list of names up to `close`, which is left; an empty place is the name ''. */
  private names(close: string): string[] {
    const list: string[] = [];
    if (this.scanner.peek() === close) return list;
    do list.push(this.scanner.quotableIdentifier() ?? '');
    while (this.scanner.accept(',') && this.scanner.peek() !== close);
    return list;
  }

  private attributes(opsets: ReadonlyMap<string, number>): Map<string, Attribute> {
    const attributes = new Map<string, Attribute>();
    if (!this.scanner.accept('<')) return attributes;
    do {
      const name = this.scanner.identifier();
      const expected = this.scanner.accept(':') ? this.scanner.identifier() : undefined;
      this.scanner.expect('=');
      attributes.set(name, this.attribute(expected, opsets));
    } while (this.scanner.accept(','));
    this.scanner.expect('>');
    return attributes;
  }

  private attribute(expected: string | undefined, opsets: ReadonlyMap<string, number>): Attribute {
    if (!this.scanner.accept('[')) return this.single(expected, opsets);
    const items: Attribute[] = [];
    while (!this.scanner.accept(']')) {
      items.push(this.single(expected?.replace(/s$/, ''), opsets));
      if (this.scanner.peek() !== ']') this.scanner.expect(',');
    }
    const type = items[0]?.type ?? expected?.replace(/s$/, '');
    const numbers = () => items.map((i) => (i.type === 'int' || i.type === 'float' ? i.value : NaN));
    if (items.every((i) => i.type === 'int') && type === 'int') return { type: 'ints', value: numbers() };
    if (items.every((i) => i.type === 'int' || i.type === 'float') && (type === 'int' || type === 'float'))
      return { type: 'floats', value: numbers() };
    if (items.every((i) => i.type === 'string') && type === 'string')
      return { type: 'strings', value: items.map((i) => i.value) };
    if (items.every((i) => i.type === 'tensor') && type === 'tensor')
      return { type: 'tensors', value: items.map((i) => i.value) };
    if (items.every((i) => i.type === 'graph') && type === 'graph')
      return { type: 'graphs', value: items.map((i) => i.value) };
    return this.scanner.fail(items.length === 0 ? 'an empty list needs its type' : 'a list of different types');
  }

  private single(expected: string | undefined, opsets: ReadonlyMap<string, number>): Attribute {
    if (this.scanner.accept('@')) return { type: 'reference', value: this.scanner.identifier() };
    if (this.nextIsType()) {
      const type = this.type();
      const name = this.scanner.quotableIdentifier() ?? '';
      this.scanner.accept('=');
      return { type: 'tensor', value: this.tensorData(name, type) };
    }
    if (this.scanner.peekIdentifier() !== '' && !this.scanner.nextIsNumber())
      return { type: 'graph', value: this.graph(this.scanner.identifier(), opsets) };
    const literal = this.scanner.literal();
    if (literal.kind === 'string') return { type: 'string', value: literal.text };
    const value = literalNumber(literal.text);
    if (literal.kind === 'float' || expected === 'float') return { type: 'float', value: Math.fround(value) };
    return { type: 'int', value };
  }
}

/** Nodes must stand in topological order, and every value must come from somewhere. */
function checkOrder(graph: Graph): void {
  const known = new Set<ValueId>([...graph.inputs, ...graph.initializers, ABSENT]);
  for (let i = 0; i < graph.nodeCount; i++) {
    const node = graph.node(i);
    for (const v of node.inputs) {
      if (known.has(v)) continue;
      const why = graph.producer(v) < 0 ? 'is not declared and no node computes it' : 'is computed only later';
      throw new ModelError('invalid', `${node.opType} reads ${graph.valueName(v)}, which ${why}`);
    }
    for (const v of node.outputs) known.add(v);
  }
}

/** The packed little-endian payload; undefined for element types whose numbers the text cannot hold. */
function encodeLiterals(dtype: DataType, literals: readonly Literal[]): Uint8Array | undefined {
  const numbers = () => literals.map((l) => literalNumber(l.text));
  const pack = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  switch (dtype) {
    case 'float32':
      return pack(Float32Array.from(numbers()));
    case 'float64':
      return pack(Float64Array.from(numbers()));
    case 'int64':
      return pack(BigInt64Array.from(literals, (l) => BigInt(l.text)));
    case 'uint64':
      return pack(BigUint64Array.from(literals, (l) => BigInt(l.text)));
    case 'int32':
      return pack(Int32Array.from(numbers()));
    case 'uint32':
      return pack(Uint32Array.from(numbers()));
    case 'int16':
      return pack(Int16Array.from(numbers()));
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return pack(Uint16Array.from(numbers()));
    case 'int8':
      return pack(Int8Array.from(numbers()));
    case 'uint8':
    case 'bool':
      return pack(Uint8Array.from(numbers()));
    default:
      return undefined;
  }
}
