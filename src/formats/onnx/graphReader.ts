import type { Attribute } from '../../ir/attribute';
import { GraphBuilder } from '../../ir/graphBuilder';
import { IntList, OffsetList } from '../../ir/columns';
import { makesConstants } from '../../ir/constants';
import { ABSENT, type Graph, type ValueId } from '../../ir/graph';
import { capturedNames } from '../../ir/mutableGraph';
import { topologicalOrder } from '../../ir/topologicalOrder';
import { holdsParts, readAttributes } from './attributeReader';
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
  /** By value: the first node that reads it, -1 for none. */
  private readonly readBy: IntList;
  /** Values whose names are no UTF-8, by what stands for the name. */
  private readonly misspelt = new Map<string, ValueId>();
  /** By value: a sum of the above. */
  private readonly sources: IntList;
  /** By node: the file offset of its field. */
  private readonly starts: OffsetList;
  private readonly outputs: ValueId[] = [];
  private readonly subgraphs: Graph[] = [];
  private readonly constants: ValueId[] = [];
  private readonly nodeInputs: ValueId[] = [];
  private readonly nodeOutputs: ValueId[] = [];
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
    this.names = internerFor(context.structure, room);
    this.readBy = new IntList(room);
    this.sources = new IntList(room);
    this.starts = new OffsetList(room);
    this.builder = new GraphBuilder('', new NodeParts(context, this.names, this.starts), room, context.opsets);
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
        case GraphField.output:
          this.addOutput(this.readValueInfo(wire));
          break;
        case GraphField.valueInfo:
          this.readValueInfo(wire, true);
          break;
      }
    }
    return this.finish();
  }

  /** The current field as the name of a value. */
  value(wire: Wire): ValueId {
    if (wire.type !== BYTES || !wire.inMemory) wire.expectInMemory();
    if (wire.length === 0) return ABSENT;
    const value = this.names.intern(wire.bytes, wire.from, wire.length);
    // names beyond ASCII are decoded at once, which tells whether they are valid
    if (value === this.readBy.length) this.addValue(this.names.isAscii ? undefined : this.properName(wire, value));
    return value;
  }

  addInput(value: ValueId): void {
    if (value === ABSENT) return;
    if (this.sources.at(value) & INPUT) {
      this.problem('duplicate-input', `${this.title} declares the input "${this.builder.valueName(value)}" twice`);
      return;
    }
    this.sources.set(value, this.sources.at(value) | INPUT);
    this.builder.addInput(value);
  }

  addOutput(value: ValueId): void {
    if (value === ABSENT) return;
    this.outputs.push(value);
    this.builder.addOutput(value);
  }

  /** The current field as a NodeProto. */
  readNode(wire: Wire): void {
    const { context, builder, nodeInputs, nodeOutputs } = this;
    this.starts.push(wire.fieldStart);
    const end = wire.enterMessage();
    const start = wire.offset;
    nodeInputs.length = 0;
    nodeOutputs.length = 0;
    let opType = '';
    let domain = '';
    let overload: string | undefined;
    let hasParts = false;
    while (wire.next(end)) {
      switch (wire.field) {
        case NodeField.input:
          nodeInputs.push(this.value(wire));
          break;
        case NodeField.output:
          nodeOutputs.push(this.value(wire));
          break;
        case NodeField.name:
          wire.expect(BYTES);
          break;
        case NodeField.opType:
          opType = context.word(wire);
          break;
        case NodeField.attribute:
          if (holdsParts(wire)) hasParts = true;
          break;
        case NodeField.domain:
          domain = defaultDomain(context.word(wire));
          break;
        case NodeField.overload:
          overload = wire.text();
          break;
      }
    }
    let attributes: Map<string, Attribute> | undefined;
    if (hasParts || makesConstants(opType, domain)) {
      wire.seek(start);
      attributes = this.readParts(wire, end);
      if (makesConstants(opType, domain) && nodeOutputs.length > 0) this.constants.push(nodeOutputs[0]);
    }
    const captured = hasParts ? capturedNames({ attributes: attributes! }).map((name) => this.named(name)) : undefined;
    const index = builder.addNode({
      opType,
      domain,
      overload,
      inputs: nodeInputs,
      outputs: nodeOutputs,
      attributes,
      captured,
    });
    if (opType === '') this.problem('no-operator', `node ${this.nodeTitle(index)} names no operator`);
    const { readBy, sources } = this;
    for (let i = 0; i < nodeInputs.length; i++) {
      const value = nodeInputs[i];
      if (value !== ABSENT && readBy.at(value) < 0) readBy.set(value, index);
    }
    if (captured) for (const v of captured) if (readBy.at(v) < 0) readBy.set(v, index);
    for (let i = 0; i < nodeOutputs.length; i++) {
      const value = nodeOutputs[i];
      if (value === ABSENT) continue;
      if (sources.at(value) & COMPUTED) {
        this.reportTwice(value, index);
        continue;
      }
      sources.set(value, sources.at(value) | COMPUTED);
      if (readBy.at(value) >= 0) this.unsorted = true;
    }
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
      isRead: (v) => this.readBy.at(v) >= 0,
    });
    return graph;
  }

  private sorted(graph: Graph): Graph {
    const { order, cyclic } = topologicalOrder(graph);
    if (cyclic.length > 0) {
      const shown = cyclic.slice(0, 5).map((i) => this.nodeTitle(i));
      const more = cyclic.length > shown.length ? ` and ${cyclic.length - shown.length} more` : '';
      this.problem(
        'cycle',
        `${this.title} has a cycle: nodes ${shown.join(', ')}${more} read what they compute, or depend on nodes that do`,
      );
    } else {
      this.problem('unsorted-nodes', `the nodes of ${this.title} are not in topological order; they were sorted`);
    }
    return this.builder.build(order);
  }

  /** A value that subgraphs or sparse tensors name. */
  private named(name: string): ValueId {
    const misspelt = this.misspelt.get(name);
    if (misspelt !== undefined) return misspelt;
    const bytes = utf8.encode(name);
    const value = this.names.intern(bytes, 0, bytes.length);
    if (value === this.readBy.length) this.addValue(name);
    return value;
  }

  private addValue(name: string | undefined): void {
    this.builder.newValue(name);
    this.readBy.push(-1);
    this.sources.push(0);
  }

  private properName(wire: Wire, value: ValueId): string {
    const name = wire.wellFormedText();
    if (name !== undefined) return name;
    const shown = wire.text();
    this.misspelt.set(shown, value);
    return shown;
  }

  private readParts(wire: Wire, end: number): Map<string, Attribute> {
    return readAttributes(wire, end, {
      tensors: this.context.tensors,
      graph: (inner, innerEnd) => {
        if (this.depth >= DEEPEST_GRAPH) {
          this.problem('too-deep', `graphs are nested more than ${DEEPEST_GRAPH} deep; the inner ones are left out`);
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
    const place = wire.fieldStart;
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
    if (isExternal && value !== ABSENT) this.context.tensors.files.file(location ?? '');
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
      this.problem('unnamed-initializer', `an initializer of ${this.title} has no name, so nothing can read it`, end);
      return;
    }
    if (this.sources.at(value) & INITIALIZER) {
      this.problem(
        'duplicate-initializer',
        `${this.title} has two initializers "${this.builder.valueName(value)}"; the first counts`,
        end,
      );
      return;
    }
    this.sources.set(value, this.sources.at(value) | INITIALIZER);
    this.builder.addInitializer(value, tensor);
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
    if (value !== ABSENT && type !== undefined && !(isHint && this.builder.isDeclared(value)))
      this.builder.declareType(value, type);
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
      `"${this.builder.valueName(value)}" is computed by node ${first} and again by node ${this.nodeTitle(node)}; the first counts`,
    );
  }

  private checkEdges(): void {
    const { builder, sources, readBy } = this;
    for (let v = 0; v < readBy.length; v++) {
      const source = sources.at(v);
      if (source & COMPUTED && source & GIVEN)
        this.problem(
          'duplicate-producer',
          `"${builder.valueName(v)}" is an input or initializer of ${this.title}, and node ${this.nodeTitle(builder.producer(v))} computes it again`,
        );
      else if (source === 0 && readBy.at(v) >= 0 && this.depth === 0)
        this.problem(
          'dangling-input',
          `node ${this.nodeTitle(readBy.at(v))} reads "${builder.valueName(v)}", which nothing in ${this.title} computes`,
        );
    }
    if (this.depth > 0) return;
    for (const v of this.outputs) {
      if (sources.at(v) === 0)
        this.problem('dangling-output', `nothing computes the output "${builder.valueName(v)}" of ${this.title}`);
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
