import type { Attribute } from '../../ir/attribute';
import { GraphBuilder } from '../../ir/graphBuilder';
import { withRoom } from '../../ir/columns';
import { makesConstants } from '../../ir/constants';
import { ABSENT, type Graph, type ValueId } from '../../ir/graph';
import { capturedNames } from '../../ir/mutableGraph';
import { topologicalOrder } from '../../ir/topologicalOrder';
import { say } from '../../texts/say';
import { holdsParts, isPlainAttribute, readAttributes } from './attributeReader';
import { internerFor, type Interner } from './interner';
import { NodeParts } from './nodeParts';
import type { ReadContext } from './readContext';
import { EntryField, EXTERNAL, GraphField, NodeField, TensorField, ValueInfoField } from './schema';
import { readSparseTensor } from './sparseTensor';
import type { Tensor } from '../../ir/tensor';
import { BYTES, type Wire } from './wire';

/** Graphs inside graphs; deeper ones are left out and reported. */
export const DEEPEST_GRAPH = 24;
/** How many nodes and values to make room for: more than there are in most files, so that no list is copied while it grows. */
const BYTES_PER_NODE = 100;
const MOST_ROOM = 2 ** 18;

const utf8 = new TextEncoder();

/** Where a value comes from. */
const INPUT = 1;
const INITIALIZER = 2;
const GIVEN = INPUT | INITIALIZER;
const COMPUTED = 4;

/** Makes one graph of the fields of a GraphProto or FunctionProto as they come, node by node. */
export class GraphReader {
  readonly builder: GraphBuilder;
  /** Names of values: their numbers are the values. */
  private readonly names: Interner;
  /** By value: one more than the first node that reads it, 0 for none. */
  private readBy: Int32Array;
  /** Values whose names are no UTF-8, by what stands for the name. */
  private readonly misspelt = new Map<string, ValueId>();
  /** By value: a sum of the above. */
  private sources: Int32Array;
  private readonly parts: NodeParts;
  private readonly subgraphs: Graph[] = [];
  private readonly constants: ValueId[] = [];
  private readonly nodeInputs: ValueId[] = [];
  private readonly nodeOutputs: ValueId[] = [];
  private nodeCount = 0;
  private valueCount = 0;
  private unsorted = false;

  /**
   * @param title how problems name the graph
   * @param size of its message in bytes
   * @param depth number of graphs around it
   */
  constructor(
    private readonly context: ReadContext,
    private readonly title: string,
    size: number,
    private readonly depth = 0,
  ) {
    const room = Math.min(Math.ceil(size / BYTES_PER_NODE), MOST_ROOM);
    this.names = internerFor(context.size, room);
    this.readBy = new Int32Array(room);
    this.sources = new Int32Array(room);
    this.parts = new NodeParts(context, this.names, room);
    this.builder = new GraphBuilder('', this.parts, room, context.opsets);
  }

  /** @param wire has entered a GraphProto that ends at file offset `end` */
  readGraph(wire: Wire, end: number): Graph {
    while (wire.next(end)) {
      switch (wire.field) {
        case GraphField.node:
          this.readNode(wire);
          break;
        case GraphField.name:
          this.builder.name = wire.text();
          break;
        case GraphField.initializer:
          this.readInitializer(wire);
          break;
        case GraphField.sparseInitializer:
          this.readSparseInitializer(wire);
          break;
        case GraphField.input:
          this.addInput(this.readValueInfo(wire));
          break;
        case GraphField.output: {
          const output = this.readValueInfo(wire);
          if (output !== ABSENT) this.builder.outputs.push(output);
          break;
        }
        case GraphField.valueInfo:
          this.readValueInfo(wire, true);
          break;
      }
    }
    return this.finish();
  }

  /** The current field as the name of a value. */
  value(wire: Wire): ValueId {
    const { bytes, from, length } = wire;
    if (wire.type !== BYTES || from + length > bytes.length) wire.expectInMemory();
    if (length === 0) return ABSENT;
    const value = this.names.intern(bytes, from, length);
    // names beyond ASCII are decoded at once, which tells whether they are valid
    if (value === this.valueCount) this.addValue(this.names.isAscii ? undefined : this.properName(wire, value));
    return value;
  }

  addInput(value: ValueId): void {
    if (value === ABSENT) return;
    if (this.sources[value] & INPUT) {
      this.problem('duplicate-input', say`${this.title} declares the input "${this.builder.valueName(value)}" twice`);
      return;
    }
    this.sources[value] |= INPUT;
    this.builder.inputs.push(value);
  }

  /** The current field as a NodeProto. */
  readNode(wire: Wire): void {
    const { context, builder, parts, nodeInputs: inputs, nodeOutputs: outputs } = this;
    const node = this.nodeCount++;
    const start = wire.base + wire.head;
    if (node === parts.starts.length) parts.starts = withRoom(parts.starts, node);
    parts.starts[node] = start;
    const end = wire.enterMessage();
    inputs.length = 0;
    outputs.length = 0;
    let opType = '';
    let domain = '';
    let overload: string | undefined;
    let hasParts = false;
    while (wire.next(end)) {
      const { field } = wire;
      if (field === NodeField.input) inputs.push(this.value(wire));
      else if (field === NodeField.attribute) hasParts = (!isPlainAttribute(wire) && holdsParts(wire)) || hasParts;
      else if (field === NodeField.output) outputs.push(this.value(wire));
      else if (field === NodeField.opType) opType = context.word(wire);
      else if (field === NodeField.domain) domain = defaultDomain(context.word(wire));
      else if (field === NodeField.overload) overload = wire.text();
      else if (field === NodeField.name && wire.type !== BYTES) wire.expect(BYTES);
    }
    let attributes: Map<string, Attribute> | undefined;
    let captured: ValueId[] | undefined;
    const isConstant = makesConstants(opType, domain);
    if (hasParts || isConstant) {
      if (isConstant && outputs.length > 0) this.constants.push(outputs[0]);
      attributes = this.readParts(wire, start, end);
      if (hasParts) captured = this.capturedBy(attributes);
    }
    builder.addNode({ opType, domain, overload, inputs, outputs, attributes, captured });
    if (opType === '') this.problem('no-operator', say`node ${this.nodeTitle(node)} names no operator`);
    const { readBy, sources } = this;
    for (let i = 0; i < inputs.length; i++) {
      const value = inputs[i];
      if (value !== ABSENT && readBy[value] === 0) readBy[value] = node + 1;
    }
    for (let i = 0; i < outputs.length; i++) {
      const value = outputs[i];
      if (value === ABSENT) continue;
      if (sources[value] & COMPUTED) {
        this.reportTwice(value, node);
        continue;
      }
      sources[value] |= COMPUTED;
      if (readBy[value] > 0) this.unsorted = true;
    }
  }

  /** Values of this graph that bodies in the attributes of the node after the last one read. */
  private capturedBy(attributes: ReadonlyMap<string, Attribute>): ValueId[] {
    const captured = capturedNames({ attributes }).map((name) => this.named(name));
    for (const v of captured) if (this.readBy[v] === 0) this.readBy[v] = this.nodeCount;
    return captured;
  }

  /** Checks the edges and puts the nodes in order. */
  finish(): Graph {
    this.checkEdges();
    let graph = this.builder.build();
    if (this.unsorted) graph = this.sorted(graph);
    this.context.records.set(graph, {
      graph,
      subgraphs: this.subgraphs,
      constants: this.constants,
      isRead: (v) => this.readBy[v] > 0,
    });
    return graph;
  }

  private sorted(graph: Graph): Graph {
    const { order, cyclic } = topologicalOrder(graph);
    if (cyclic.length > 0) {
      const shown = cyclic.slice(0, 5).map((i) => this.nodeTitle(i));
      const more = cyclic.length > shown.length ? say` and ${cyclic.length - shown.length} more` : '';
      this.problem(
        'cycle',
        say`${this.title} has a cycle: nodes ${shown.join(', ')}${more} read what they compute, or depend on nodes that do`,
      );
    } else {
      this.problem('unsorted-nodes', say`the nodes of ${this.title} are not in topological order; they were sorted`);
    }
    return this.builder.build(order);
  }

  /** A value that subgraphs or sparse tensors name. */
  private named(name: string): ValueId {
    const misspelt = this.misspelt.get(name);
    if (misspelt !== undefined) return misspelt;
    const bytes = utf8.encode(name);
    const value = this.names.intern(bytes, 0, bytes.length);
    if (value === this.valueCount) this.addValue(name);
    return value;
  }

  private addValue(name: string | undefined): void {
    this.builder.names.add(name);
    const count = ++this.valueCount;
    if (count <= this.readBy.length) return;
    this.readBy = withRoom(this.readBy, count);
    this.sources = withRoom(this.sources, count);
  }

  private properName(wire: Wire, value: ValueId): string {
    const name = wire.wellFormedText();
    if (name !== undefined) return name;
    const shown = wire.text();
    this.misspelt.set(shown, value);
    return shown;
  }

  /** The attributes of the node whose field begins at file offset `start`. */
  private readParts(wire: Wire, start: number, end: number): Map<string, Attribute> {
    wire.seek(start);
    wire.next(end);
    wire.enterMessage();
    return readAttributes(wire, end, {
      tensors: this.context.tensors,
      graph: (inner, innerEnd) => {
        if (this.depth >= DEEPEST_GRAPH) {
          this.problem('too-deep', say`graphs are nested more than ${DEEPEST_GRAPH} deep; the inner ones are left out`);
          return undefined;
        }
        const graph = new GraphReader(this.context, 'a subgraph', innerEnd - inner.offset, this.depth + 1).readGraph(
          inner,
          innerEnd,
        );
        this.subgraphs.push(graph);
        return graph;
      },
    });
  }

  private readInitializer(wire: Wire): void {
    const place = wire.base + wire.head;
    const end = wire.enterMessage();
    let value: ValueId = ABSENT;
    let location: string | undefined;
    let isExternal = false;
    while (wire.next(end)) {
      if (wire.field === TensorField.name) value = this.value(wire);
      else if (wire.field === TensorField.externalData) location = this.externalLocation(wire) ?? location;
      else if (wire.field === TensorField.dataLocation) isExternal = wire.int() === EXTERNAL;
    }
    this.addInitializer(value, place, end);
    // tensors are described when somebody asks, but the files beside the model are looked for when it is opened
    if (isExternal && value !== ABSENT) this.context.tensors.externalFile(location ?? '');
  }

  /** The file that an entry of external_data names; undefined when the entry is about something else. */
  private externalLocation(wire: Wire): string | undefined {
    const end = wire.enterMessage();
    let isLocation: boolean | undefined;
    let location: string | undefined;
    while (wire.next(end)) {
      if (wire.field === EntryField.key) isLocation = this.context.word(wire) === 'location';
      else if (wire.field === EntryField.value && isLocation !== false) location = this.context.word(wire);
    }
    return isLocation ? location : undefined;
  }

  private readSparseInitializer(wire: Wire): void {
    const tensor = readSparseTensor(wire, this.context.tensors);
    this.addInitializer(tensor.name === '' ? ABSENT : this.named(tensor.name), tensor, wire.offset);
  }

  private addInitializer(value: ValueId, tensor: Tensor | number, end: number): void {
    if (value === ABSENT) {
      this.problem(
        'unnamed-initializer',
        say`an initializer of ${this.title} has no name, so nothing can read it`,
        end,
      );
      return;
    }
    if (this.sources[value] & INITIALIZER) {
      this.problem(
        'duplicate-initializer',
        say`${this.title} has two initializers "${this.builder.valueName(value)}"; the first counts`,
        end,
      );
      return;
    }
    this.sources[value] |= INITIALIZER;
    this.builder.initializers.set(value, tensor);
  }

  /**
   * The current field as a ValueInfoProto.
   * @param isHint it is from value_info: it is dropped for values that the graph does not have, and what inputs and outputs say counts more
   */
  readValueInfo(wire: Wire, isHint = false): ValueId {
    const end = wire.enterMessage();
    let value: ValueId = ABSENT;
    let type;
    while (wire.next(end)) {
      if (wire.field === ValueInfoField.name) {
        if (!isHint || this.isKnown(wire)) value = this.value(wire);
      } else if (wire.field === ValueInfoField.type) type = this.context.type(wire);
    }
    if (value !== ABSENT && type !== undefined && !(isHint && this.builder.types.has(value)))
      this.builder.types.set(value, type);
    return value;
  }

  private isKnown(wire: Wire): boolean {
    wire.expectInMemory();
    return this.names.find(wire.bytes, wire.from, wire.length) >= 0;
  }

  private reportTwice(value: ValueId, node: number): void {
    const first = this.nodeTitle(this.builder.producer(value));
    this.problem(
      'duplicate-producer',
      say`"${this.builder.valueName(value)}" is computed by node ${first} and again by node ${this.nodeTitle(node)}; the first counts`,
    );
  }

  private checkEdges(): void {
    const { builder, sources, readBy } = this;
    for (let v = 0; v < this.valueCount; v++) {
      const source = sources[v];
      if (source & COMPUTED && source & GIVEN)
        this.problem(
          'duplicate-producer',
          say`"${builder.valueName(v)}" is an input or initializer of ${this.title}, and node ${this.nodeTitle(builder.producer(v))} computes it again`,
        );
      else if (source === 0 && readBy[v] > 0 && this.depth === 0)
        this.problem(
          'dangling-input',
          say`node ${this.nodeTitle(readBy[v] - 1)} reads "${builder.valueName(v)}", which nothing in ${this.title} computes`,
        );
    }
    if (this.depth > 0) return;
    for (const v of builder.outputs) {
      if (sources[v] === 0)
        this.problem('dangling-output', say`nothing computes the output "${builder.valueName(v)}" of ${this.title}`);
    }
  }

  private nodeTitle(index: number): string {
    return this.builder.nodeTitle(index);
  }

  private problem(code: string, message: string, offset?: number): void {
    this.context.problems.add(code, message, offset === undefined ? undefined : { offset });
  }
}

/** ONNX: the default domain may be spelled out. */
export function defaultDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}
