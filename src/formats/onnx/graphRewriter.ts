import type { ByteSource } from '../../ir/byteSource';
import type { Graph, ValueType } from '../../ir/graph';
import type { MutableGraph, MutableNode, ValueDeclaration } from '../../ir/mutableGraph';
import type { Tensor } from '../../ir/tensor';
import type { GraphEncoder } from './graphEncoder';
import { defaultDomain } from './graphReader';
import { fieldRanges, withFields, type FieldRange } from './messageFields';
import { MessageParts } from './messageParts';
import { holdsExternal, sameAttributes, sameType } from './sameParts';
import { GraphField, NodeField, SparseTensorField, TensorField, ValueInfoField } from './schema';
import type { Wire } from './wire';

/** Fields of NodeProto that the graph has its own words for; the others are carried over to the node's changed form. */
const knownNodeFields: ReadonlySet<number | string> = new Set(Object.values(NodeField));

/**
 * Encodes an edited graph against the GraphProto that it came from. Nodes, initializers and declarations that are as they were
 * read are ranges of the file, so that everything in them stays as it was, known here or not.
 */
export class GraphRewriter {
  private readonly ranges: FieldRange[];
  /** By field: the name of the value it declares, or what a node says of itself (`keyOf`). */
  private readonly keys: string[] = [];
  private readonly fieldOfNode = new Map<number, FieldRange>();
  private readonly byName = new Map<number, ReadonlyMap<string, FieldRange>>();

  /**
   * @param start file offset of the GraphProto, which ends at `end`
   * @param original the graph as it was read from there
   * @param keepsReferences whether references to files of weights stay as they are
   */
  constructor(
    private readonly source: ByteSource,
    private readonly wire: Wire,
    start: number,
    end: number,
    private readonly original: Graph,
    private readonly encoder: GraphEncoder,
    private readonly keepsReferences: boolean,
  ) {
    this.ranges = fieldRanges(wire, start, end, (w, i) => (this.keys[i] = keyOf(w)));
  }

  /** True when the graph has initializers that the file does not declare as inputs too, as IR version 3 demands. */
  addsInitializers({ initializers }: MutableGraph): boolean {
    const declared = this.named(GraphField.input);
    const stated = this.named(GraphField.initializer);
    return [...initializers.keys()].some((name) => !declared.has(name) && !stated.has(name));
  }

  rewrite(edited: MutableGraph): MessageParts {
    const { initializers, sparse } = this.initializers(edited);
    const replaced = new Map<number, MessageParts[]>([
      [GraphField.node, this.nodes(edited)],
      [GraphField.initializer, initializers],
      [GraphField.sparseInitializer, sparse],
      [GraphField.input, this.inputs(edited)],
      [GraphField.output, this.outputs(edited)],
      [GraphField.valueInfo, this.valueInfos(edited)],
    ]);
    if (edited.name !== this.original.name) {
      const name = edited.name || 'graph';
      replaced.set(GraphField.name, [new MessageParts().text(GraphField.name, name)]);
    }
    return withFields(this.source, this.ranges, replaced);
  }

  private nodes(edited: MutableGraph): MessageParts[] {
    const fields = this.fields(GraphField.node);
    const nodes = new Map<string, number[]>();
    for (const node of this.original.nodes()) {
      const names = (values: readonly number[]) => values.map((v) => this.original.valueName(v));
      push(nodes, nodeKey({ ...titles(node), inputs: names(node.inputs), outputs: names(node.outputs) }), node.index);
    }
    const places = new Map<string, number>();
    for (const { key, range } of fields) {
      const place = places.get(key) ?? 0;
      places.set(key, place + 1);
      const node = nodes.get(key)?.[place];
      if (node !== undefined) this.fieldOfNode.set(node, range);
    }
    let kept = 0;
    const parts = edited.nodes.map((node) => {
      const index = nodes.get(nodeKey(node))?.shift();
      const range = index === undefined ? undefined : this.fieldOfNode.get(index);
      if (range === undefined || !this.isUntouched(node, index!)) return this.changed(node);
      kept++;
      return this.copy(range);
    });
    // where the file does not sort its nodes, it need not be sorted
    return kept === fields.length && kept === parts.length ? fields.map(({ range }) => this.copy(range)) : parts;
  }

  private isUntouched(node: MutableNode, index: number): boolean {
    if (!this.keepsReferences) for (const a of node.attributes.values()) if (holdsExternal(a)) return false;
    return sameAttributes(node, this.original.node(index));
  }

  /** What the file says of the node beyond what a graph knows (documentation, metadata) stays with it. */
  private changed(node: MutableNode): MessageParts {
    const contents = this.encoder.node(node);
    const range = this.formerRange(node);
    if (range !== undefined) {
      this.wire.seek(range.from);
      this.wire.next(range.to);
      const end = this.wire.enterMessage();
      for (const { number, from, to } of fieldRanges(this.wire, this.wire.offset, end))
        if (!knownNodeFields.has(number)) contents.copy(this.source, from, to);
    }
    return new MessageParts().nest(GraphField.node, contents);
  }

  /** Where the file states the operator that computes the node's first output. */
  private formerRange({ opType, domain, outputs }: MutableNode): FieldRange | undefined {
    const value = outputs.length > 0 && outputs[0] !== '' ? this.original.valueId(outputs[0]) : undefined;
    const index = value === undefined ? -1 : this.original.producer(value);
    if (index < 0) return undefined;
    const former = this.original.node(index);
    return former.opType === opType && former.domain === domain ? this.fieldOfNode.get(index) : undefined;
  }

  private initializers(edited: MutableGraph): { initializers: MessageParts[]; sparse: MessageParts[] } {
    const stated = new Map([...this.named(GraphField.initializer), ...this.named(GraphField.sparseInitializer)]);
    const parts = { initializers: [] as MessageParts[], sparse: [] as MessageParts[] };
    for (const [name, tensor] of edited.initializers) {
      const range = stated.get(name);
      const isKept =
        range !== undefined &&
        this.isOriginal(name, tensor) &&
        (this.keepsReferences || tensor.location !== 'external');
      if (!isKept)
        parts.initializers.push(
          new MessageParts().nest(GraphField.initializer, this.encoder.initializer(tensor, name)),
        );
      else if (range.number === GraphField.initializer) parts.initializers.push(this.copy(range));
      else parts.sparse.push(this.copy(range));
    }
    return parts;
  }

  /** Before IR version 4 the initializers are inputs as well, wherever among them. */
  private inputs(edited: MutableGraph): MessageParts[] {
    const names = new Set(edited.inputs.map((d) => d.name));
    const waiting = edited.inputs.map((d) => this.declaration(d, GraphField.input));
    const parts: MessageParts[] = [];
    for (const { key, range } of this.fields(GraphField.input)) {
      const tensor = edited.initializers.get(key);
      if (names.has(key)) parts.push(...waiting.splice(0, 1));
      else if (tensor !== undefined && this.isOriginal(key, tensor)) parts.push(this.copy(range));
      else if (tensor !== undefined)
        parts.push(
          new MessageParts().nest(
            GraphField.input,
            this.encoder.valueInfo({ name: key, type: { kind: 'tensor', dtype: tensor.dtype, shape: tensor.dims } }),
          ),
        );
    }
    return [...parts, ...waiting];
  }

  private outputs(edited: MutableGraph): MessageParts[] {
    const fields = this.fields(GraphField.output);
    // a name may be given out more than once
    return edited.outputs.map((d, i) =>
      this.declaration(d, GraphField.output, fields[i]?.key === d.name ? fields[i].range : undefined),
    );
  }

  private declaration(
    declared: ValueDeclaration,
    field: number,
    range = this.named(field).get(declared.name),
  ): MessageParts {
    return range !== undefined && sameType(declared.type, this.originalType(declared.name))
      ? this.copy(range)
      : new MessageParts().nest(field, this.encoder.valueInfo(declared));
  }

  private valueInfos(edited: MutableGraph): MessageParts[] {
    const types = new Map<string, ValueType>(edited.valueTypes);
    for (const [name, { dtype, dims }] of edited.initializers) types.set(name, { kind: 'tensor', dtype, shape: dims });
    for (const { name, type } of [...edited.outputs, ...edited.inputs]) types.set(name, type);
    const parts: MessageParts[] = [];
    const stated = new Set<string>();
    for (const { key, range } of this.fields(GraphField.valueInfo)) {
      stated.add(key);
      const type = types.get(key);
      if (sameType(type, this.originalType(key))) parts.push(this.copy(range));
      else if (edited.valueTypes.has(key)) parts.push(...this.valueInfo({ name: key, type: type! }));
    }
    // constants have a type that the file does not state
    for (const [name, type] of edited.valueTypes)
      if (!stated.has(name) && !sameType(type, this.originalType(name))) parts.push(...this.valueInfo({ name, type }));
    return parts;
  }

  private valueInfo(declared: ValueDeclaration): MessageParts[] {
    if (!this.encoder.type(declared.type)) return [];
    return [new MessageParts().nest(GraphField.valueInfo, this.encoder.valueInfo(declared))];
  }

  private originalType(name: string): ValueType | undefined {
    const value = this.original.valueId(name);
    return value === undefined ? undefined : this.original.valueType(value);
  }

  private isOriginal(name: string, tensor: Tensor): boolean {
    const value = this.original.valueId(name);
    return value !== undefined && this.original.initializer(value) === tensor;
  }

  private fields(number: number): { key: string; range: FieldRange }[] {
    return this.ranges.flatMap((range, i) => (range.number === number ? [{ key: this.keys[i], range }] : []));
  }

  /** The first field for each name. */
  private named(number: number): ReadonlyMap<string, FieldRange> {
    let ranges = this.byName.get(number);
    if (ranges === undefined) {
      ranges = new Map(
        this.fields(number)
          .reverse()
          .map(({ key, range }) => [key, range]),
      );
      this.byName.set(number, ranges);
    }
    return ranges;
  }

  private copy({ from, to }: FieldRange): MessageParts {
    return new MessageParts().copy(this.source, from, to);
  }
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

type NodeTitles = Pick<MutableNode, 'opType' | 'domain' | 'overload' | 'name'>;

function titles({ opType, domain, overload, name }: NodeTitles): NodeTitles {
  return { opType, domain, overload, name };
}

/** Everything a node states but its attributes. */
function nodeKey(node: NodeTitles & Pick<MutableNode, 'inputs' | 'outputs'>): string {
  const { opType, domain, overload = '', name, inputs, outputs } = node;
  return JSON.stringify([opType, domain, overload, name, inputs, outputs]);
}

/** What tells the current field of a GraphProto apart from others of its kind. */
function keyOf(wire: Wire): string {
  switch (wire.field) {
    case GraphField.node:
      return readNodeKey(wire);
    case GraphField.initializer:
      return textField(wire, TensorField.name);
    case GraphField.sparseInitializer:
      return sparseName(wire);
    case GraphField.input:
    case GraphField.output:
    case GraphField.valueInfo:
      return textField(wire, ValueInfoField.name);
    default:
      return '';
  }
}

/** A sparse tensor has the name of its values. */
function sparseName(wire: Wire): string {
  const end = wire.enterMessage();
  while (wire.next(end)) if (wire.field === SparseTensorField.values) return textField(wire, TensorField.name);
  return '';
}

/** A field of the message that the current field holds; the last one counts. */
function textField(wire: Wire, field: number): string {
  const end = wire.enterMessage();
  let text = '';
  while (wire.next(end)) if (wire.field === field) text = wire.text();
  return text;
}

function readNodeKey(wire: Wire): string {
  const end = wire.enterMessage();
  const node = { opType: '', domain: '', overload: '', name: '', inputs: [] as string[], outputs: [] as string[] };
  while (wire.next(end)) {
    const { field } = wire;
    if (field === NodeField.input) node.inputs.push(wire.text());
    else if (field === NodeField.output) node.outputs.push(wire.text());
    else if (field === NodeField.name) node.name ||= wire.text();
    else if (field === NodeField.opType) node.opType = wire.text();
    else if (field === NodeField.domain) node.domain = defaultDomain(wire.text());
    else if (field === NodeField.overload) node.overload = wire.text();
  }
  return nodeKey(node);
}
