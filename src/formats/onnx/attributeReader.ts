import type { Attribute, AttributeType } from '../../ir/attribute';
import { ModelError } from '../../ir/errors';
import type { Graph } from '../../ir/graph';
import type { Tensor } from '../../ir/tensor';
import { AttributeField as Field, attributeTypes, NodeField } from './schema';
import type { TensorReader } from './tensorReader';
import { BYTES, FIXED32, VARINT, type Wire } from './wire';

export interface AttributeParts {
  readonly tensors: TensorReader;
  /** Reads the GraphProto that the wire has entered; undefined when it is nested too deep. */
  readonly graph?: (wire: Wire, end: number) => Graph | undefined;
  /** Damaged attributes become opaque instead of throwing: for reading long after the file was opened. */
  readonly lenient?: boolean;
}

/** Wire type that each field of AttributeProto has when it is not packed. */
const wireTypes: Readonly<Record<number, number>> = {
  [Field.name]: BYTES,
  [Field.f]: FIXED32,
  [Field.i]: VARINT,
  [Field.s]: BYTES,
  [Field.t]: BYTES,
  [Field.g]: BYTES,
  [Field.strings]: BYTES,
  [Field.tensors]: BYTES,
  [Field.graphs]: BYTES,
  [Field.type]: VARINT,
  [Field.reference]: BYTES,
};

/**
 * Goes over the fields of the current AttributeProto without decoding them, so that damage shows when the file is opened.
 * @returns true when it holds a tensor or a graph, which are read at once
 */
export function holdsParts(wire: Wire): boolean {
  let found = false;
  const end = wire.enterMessage();
  while (wire.next(end)) {
    const { field } = wire;
    if (field === Field.t || field === Field.g || field === Field.tensors || field === Field.graphs) found = true;
    const expected = wireTypes[field];
    if (expected !== undefined && wire.type !== expected) wire.expect(expected);
  }
  return found;
}

const INTS = (Field.ints << 3) | VARINT;
const FLOATS = (Field.floats << 3) | FIXED32;
const PACKED_INTS = (Field.ints << 3) | BYTES;
const PACKED_FLOATS = (Field.floats << 3) | BYTES;
/** The first byte of the tag of the attribute's type; the second is 1. */
const TYPE = 0xa0;

/**
 * True when the current field is an AttributeProto of scalars, texts and numbers and nothing else, which nearly all are. One function
 * without calls: most of the fields of a model are here.
 */
export function isPlainAttribute({ type, bytes, from, length: size }: Wire): boolean {
  const end = from + size;
  if (type !== BYTES || end > bytes.length) return false;
  let at = from;
  while (at < end) {
    const tag = bytes[at++];
    if (tag === INTS || tag === Field.i << 3 || (tag === TYPE && bytes[at++] === 1)) {
      while (bytes[at++] > 127) if (at >= end) return false;
    } else if (tag === ((Field.f << 3) | FIXED32) || tag === FLOATS) at += 4;
    else if (
      tag === ((Field.name << 3) | BYTES) ||
      tag === ((Field.s << 3) | BYTES) ||
      tag === PACKED_INTS ||
      tag === PACKED_FLOATS
    ) {
      const length = bytes[at++];
      if (length > 127) return false;
      at += length;
    } else return false;
  }
  return at === end;
}

/** The attributes of the NodeProto whose fields begin where the wire stands and end at file offset `end`. */
export function readAttributes(wire: Wire, end: number, parts: AttributeParts): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>();
  while (wire.next(end)) {
    if (wire.field !== NodeField.attribute) continue;
    const [name, attribute] = readAttribute(wire, parts);
    if (!attributes.has(name)) attributes.set(name, attribute);
  }
  return attributes;
}

/** The current field as an AttributeProto. */
export function readAttribute(wire: Wire, parts: AttributeParts): [name: string, attribute: Attribute] {
  const bytes = wire.inMemory ? wire.payload() : undefined;
  const end = wire.enterMessage();
  const a = new Contents();
  try {
    while (wire.next(end)) a.take(wire, parts);
    return [a.name, a.attribute() ?? { type: 'opaque', value: a.kind, bytes }];
  } catch (error) {
    if (!(error instanceof ModelError) || !parts.lenient) throw error;
    wire.seek(end);
    return [a.name, { type: 'opaque', value: 'damaged', bytes }];
  }
}

function knownType(kind: string): AttributeType | undefined {
  const names: readonly string[] = attributeTypes.slice(1, 11);
  return names.includes(kind) ? (kind as AttributeType) : undefined;
}

/** Collects the fields of one AttributeProto. */
class Contents {
  name = '';
  private type = 0;
  private reference = '';
  private f = 0;
  private i = 0;
  private s = '';
  private tensor: Tensor | undefined;
  private graph: Graph | undefined;
  private readonly floats: number[] = [];
  private readonly ints: number[] = [];
  private readonly strings: string[] = [];
  private readonly tensors: Tensor[] = [];
  private readonly graphs: Graph[] = [];
  /** IR version 1 has no type field: the first value field says what it is. */
  private seen = 0;
  private isBinary = false;

  get kind(): string {
    if (this.isBinary) return 'bytes';
    return attributeTypes[this.type || this.seen] ?? 'unknown';
  }

  take(wire: Wire, parts: AttributeParts): void {
    switch (wire.field) {
      case Field.name:
        this.name = wire.text();
        return;
      case Field.type:
        this.type = wire.int();
        return;
      case Field.reference:
        this.reference = wire.text();
        return;
      case Field.f:
        this.f = wire.float();
        return this.saw('float');
      case Field.i:
        this.i = wire.int();
        return this.saw('int');
      case Field.s:
        this.s = this.utf8(wire);
        return this.saw('string');
      case Field.t:
        this.tensor = parts.tensors.read(wire, wire.enterMessage());
        return this.saw('tensor');
      case Field.g:
        this.graph = this.readGraph(wire, parts);
        return this.saw('graph');
      case Field.floats:
        wire.pushFloats(this.floats);
        return this.saw('floats');
      case Field.ints:
        wire.pushInts(this.ints);
        return this.saw('ints');
      case Field.strings:
        this.strings.push(this.utf8(wire));
        return this.saw('strings');
      case Field.tensors:
        this.tensors.push(parts.tensors.read(wire, wire.enterMessage()));
        return this.saw('tensors');
      case Field.graphs: {
        const graph = this.readGraph(wire, parts);
        if (graph) this.graphs.push(graph);
        return this.saw('graphs');
      }
      case Field.sparseTensor:
        return this.saw('sparse_tensor');
      case Field.sparseTensors:
        return this.saw('sparse_tensors');
    }
  }

  attribute(): Attribute | undefined {
    if (this.reference !== '') return { type: 'reference', value: this.reference, of: knownType(this.kind) };
    switch (this.kind) {
      case 'float':
        return { type: 'float', value: this.f };
      case 'int':
        return { type: 'int', value: this.i };
      case 'string':
        return { type: 'string', value: this.s };
      case 'tensor':
        return this.tensor && { type: 'tensor', value: this.tensor };
      case 'graph':
        return this.graph && { type: 'graph', value: this.graph };
      case 'floats':
        return { type: 'floats', value: this.floats };
      case 'ints':
        return { type: 'ints', value: this.ints };
      case 'strings':
        return { type: 'strings', value: this.strings };
      case 'tensors':
        return { type: 'tensors', value: this.tensors };
      case 'graphs':
        return { type: 'graphs', value: this.graphs };
      default:
        return undefined;
    }
  }

  /** Strings of custom operators may be any bytes: they are left as they are. */
  private utf8(wire: Wire): string {
    const text = wire.wellFormedText();
    if (text === undefined) this.isBinary = true;
    return text ?? '';
  }

  private saw(kind: (typeof attributeTypes)[number]): void {
    this.seen ||= attributeTypes.indexOf(kind);
  }

  private readGraph(wire: Wire, parts: AttributeParts): Graph | undefined {
    const end = wire.enterMessage();
    const graph = parts.graph?.(wire, end);
    if (!graph) wire.seek(end);
    return graph;
  }
}
