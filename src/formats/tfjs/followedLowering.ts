import { isFloat, type DataType } from '../../ir/dataType';
import type { ValueId, ValueType } from '../../ir/graph';
import type { Model, NodeChange, OtherStructure, StatedOtherwise } from '../../ir/model';
import type { MutableNode, ValueDeclaration } from '../../ir/mutableGraph';
import type { Origin } from '../../ir/origin';
import type { RememberedGraph } from '../../ir/rememberedGraph';
import { sameJson } from '../../ir/sameJson';
import { elementCount, type Tensor } from '../../ir/tensor';
import type { GraphHash } from '../graphHash';
import { Cancellation } from './cancelTransposes';
import { declaredType } from './declareTypes';
import type { JsonPlace } from './jsonPlace';
import { otherNodes } from './keptNodes';
import type { TensorValue } from './layerScope';
import {
  changedParts,
  loweredAlone,
  type ChangedNode,
  type ChangedParts,
  type LoneLowering,
  type LoneReport,
} from './loneLowering';
import { valueType, type LoweredCall } from './loweredCall';
import { ModelLowering } from './modelLowering';
import { MOST_PROBLEMS } from './problems';
import type { LayerDefinition, ModelDefinition } from './topology';
import type { WeightManifest } from './weightManifest';

/** Calls that are lowered again because what they read has another shape; more take as long as all of them. */
const MOST_AGAIN = 256;

/** What was lowered. */
export interface LoweredModel {
  readonly lowering: ModelLowering;
  readonly manifest: WeightManifest;
  readonly graph: RememberedGraph;
  /** Its nodes in their order, and the pass that they came from. */
  readonly nodes: readonly MutableNode[];
  readonly cancellation: Cancellation;
  /** See `cancelTransposes`. */
  readonly moved: ReadonlyMap<string, readonly number[]>;
  readonly hash: GraphHash;
  readonly parameterCount: number;
  /** Problems that were found before and while it was lowered. */
  readonly problemCount: number;
}

/** Something that is reported of a place. */
export interface PlacedReport {
  readonly code: string;
  readonly message: string;
  readonly place: JsonPlace;
}

/** A layer in the place of another. */
export interface ReplacedLayer {
  readonly before: LayerDefinition;
  readonly after: LayerDefinition;
}

/** Another version of a model. */
interface Restructured extends Pick<OtherStructure, 'nodes' | 'values' | 'stretch' | 'tensors' | 'problemsKept'> {
  readonly lowered: FollowedLowering;
  readonly reports: readonly PlacedReport[];
}

/** What follows from another statement of a layer. */
export interface LoweringChange {
  readonly stated: StatedOtherwise;
  readonly counts: Pick<Model, 'parameterCount' | 'weights'>;
  /** What is reported in the place of other things in the list of problems, one after the other. */
  readonly reports: readonly ReportsChange[];
}

export interface ReportsChange {
  readonly call: LoweredCall;
  readonly at: number;
  readonly removed: number;
  readonly added: readonly LoneReport[];
}

/**
 * Follows layers through the graph that they were lowered to: a layer that is stated otherwise, and those behind it as far as they
 * read values of another shape, are lowered twice beside the graph, as they were and as they are.
 */
export class FollowedLowering {
  /** The graph as it is now. */
  private readonly graph: RememberedGraph;
  private readers: ReadonlyMap<string, readonly LoweredCall[]> | undefined;
  /** Values that are others now than when they were lowered. */
  private readonly values = new Map<string, TensorValue>();
  /** Of values that have had others. */
  private readonly newNames = new Map<ValueId, string>();
  /** How many more things are reported of layers than when they were lowered. */
  private readonly moreReports = new Map<LoweredCall, number>();
  private parameterCount: number;
  private present: number;
  private missing: number;

  constructor(private readonly read: LoweredModel) {
    this.graph = read.graph;
    ({ parameterCount: this.parameterCount } = read);
    ({ weightsPresent: this.present, weightsMissing: this.missing } = read.lowering);
  }

  get hash(): string {
    return this.read.hash.hex;
  }

  /** Takes over another statement of a called layer; undefined, with all as it was, where nodes or edges would be others. */
  next(call: LoweredCall, before: LayerDefinition, after: LayerDefinition): LoweringChange | undefined {
    const { read } = this;
    const values = new Map<string, TensorValue>();
    const changes: (ChangedParts & { readonly call: LoweredCall })[] = [];
    const due = new Set([call]);
    while (due.size > 0) {
      const one = [...due].reduce((a, b) => (a.index < b.index ? a : b));
      due.delete(one);
      if (read.lowering.soleCall(one.layer) === null || changes.length === MOST_AGAIN) return undefined;
      const known = one === call ? before : one.layer;
      const was = this.lowered(one, known, (name) => this.values.get(name));
      const is = this.lowered(one, one === call ? after : known, (name) => values.get(name) ?? this.values.get(name));
      const changed = changedParts(was, is);
      if (changed === undefined) return undefined;
      changes.push({ ...changed, call: one });
      for (const output of changed.outputs) {
        values.set(output.name, output);
        this.readers ??= readersOf(read.lowering.calls);
        for (const reader of this.readers.get(output.name) ?? []) due.add(reader);
      }
    }
    const nodes = this.nodesInGraph(changes.flatMap((change) => change.nodes));
    const names = this.renamed(changes);
    if (nodes === undefined || names === undefined || !this.canCount(changes)) return undefined;
    // what was lowered is not what there is now
    for (const change of changes) read.lowering.dropParts(change.call);
    for (const [name, value] of values) this.values.set(name, value);
    const tensors = new Map(changes.flatMap((change) => change.tensors.flatMap((tensor) => this.valued(tensor))));
    const types = this.declaredTypes(
      changes.flatMap((change) => change.values),
      values,
    );
    const stated = { nodes, tensors, types, names };
    this.take(stated, changes);
    const reports = changes.flatMap(({ call, reports }) =>
      reports === undefined ? [] : this.takeReports(call, reports),
    );
    return { stated, counts: this.counts, reports };
  }

  /**
   * Lowers another version of the model, in which what is as it was is taken over; this one is used up.
   * @param replaced the only layer that has another in its place, where it is the same to all others
   * @returns undefined where it has other inputs, or outputs of other names
   */
  restructured(
    model: ModelDefinition,
    originOf: (layer: LayerDefinition, path: string) => Origin,
    replaced: ReplacedLayer | undefined,
  ): Restructured | undefined {
    const { read } = this;
    const found = this.relowered(originOf, replaced) ?? loweredAgain(model, originOf, read);
    const { lowering, reports } = found;
    const { graph: lowered } = lowering;
    const before = read.lowering.graph;
    if (!sameJson(before.inputs, lowered.inputs)) return undefined;
    const cancelled = this.cancelled(lowering);
    if (cancelled === undefined) return undefined;
    const { cancellation, initializers } = cancelled;
    const moved = cancellation.transposed;
    if (!sameJson(before.outputs.map(nameOf), lowered.outputs.map(nameOf))) return undefined;
    const stretch = otherNodes(read.nodes, lowered.nodes);
    const { at, kept } = stretch;
    const problemCount = read.problemCount - read.lowering.reported + reports.length;
    if (Math.max(read.problemCount, problemCount) > MOST_PROBLEMS) return undefined;
    const added = lowered.nodes.slice(at, at + kept.length).filter((_, i) => kept[i] < 0);
    const { outputs, opsets } = lowered;
    const types = typesOf(added, lowering.valuesByName, moved, outputs);
    const { graph } = this;
    const declaredBefore = typesOfOutputs(graph);
    const { values, tensors, weights } = graph.restructure({ ...stretch, added, initializers, outputs, types, opsets });
    const hash = read.hash.withStretches(graph, stretch, weights);
    const parameterCount = read.manifest.isStated ? this.parameterCount : parametersIn(initializers);
    const { manifest } = read;
    const next = {
      lowering,
      manifest,
      graph,
      nodes: lowered.nodes,
      cancellation,
      moved,
      hash,
      parameterCount,
      problemCount,
    };
    const declared = graph.outputs.flatMap((value, i) =>
      sameJson(graph.valueType(value), declaredBefore[i]) ? [] : graph.producer(value),
    );
    const come = Array.from(kept, (index, i) => (index < 0 ? at + i : -1));
    const nodes = [...come, ...declared].filter((i) => i >= 0);
    const others = read.problemCount - read.lowering.reported;
    const isFirst = [read.lowering, lowering].every(({ calls }) => (calls[0]?.reported ?? 0) === 0);
    if (others > 0 && !isFirst) return undefined;
    return { lowered: new FollowedLowering(next), nodes, values, stretch, tensors, reports, problemsKept: others };
  }

  private relowered(
    originOf: (layer: LayerDefinition, path: string) => Origin,
    replaced: ReplacedLayer | undefined,
  ): Lowered | undefined {
    // values that have other names now were lowered with those that they had
    if (replaced === undefined || this.newNames.size > 0) return undefined;
    const found = newLowering(originOf, this.read);
    const { before, after } = replaced;
    return found.lowering.relower(before, after, this.read.cancellation.claimed) ? found : undefined;
  }

  /** The pass over the nodes that have become others, or over all; undefined where names of the first are taken. */
  private cancelled(
    lowering: ModelLowering,
  ): { readonly cancellation: Cancellation; readonly initializers: readonly Tensor[] } | undefined {
    const { cancellation } = this.read;
    const { graph, layoutTransposes, tensors } = lowering;
    const isDone = cancellation.again(graph, lowering);
    if (isDone === undefined) return undefined;
    if (isDone) return { cancellation, initializers: tensors };
    for (const tensor of tensors) graph.initializers.set(tensor.name, tensor);
    const claim = (wanted: string) => lowering.claim(wanted);
    const whole = new Cancellation(graph, layoutTransposes, claim, cancellation);
    whole.run();
    return { cancellation: whole, initializers: [...graph.initializers.values()] };
  }

  get lowering(): ModelLowering {
    return this.read.lowering;
  }

  get modelCounts(): Omit<OtherStructure['counts'], 'nodeCount'> {
    return { ...this.counts, opsets: this.graph.opsets };
  }

  private lowered(
    call: LoweredCall,
    layer: LayerDefinition,
    valueOf: (name: string) => TensorValue | undefined,
  ): LoneLowering {
    const inputs = call.inputs.map((input) => input && (valueOf(input.name) ?? input));
    return loweredAlone(layer, { ...call, inputs }, this.read.manifest);
  }

  /** The nodes by their index in the graph; undefined where one of them is not there as it was lowered. */
  private nodesInGraph(changed: readonly ChangedNode[]): ReadonlyMap<number, NodeChange> | undefined {
    const { graph } = this;
    const nodes = new Map<number, NodeChange>();
    for (const { before, after } of changed) {
      const value = graph.valueId(after.outputs[0]);
      const index = value === undefined ? -1 : graph.producer(value);
      if (index < 0) return undefined;
      const { opType, domain } = graph.node(index);
      if (opType !== before.opType || domain !== before.domain) return undefined;
      nodes.set(index, after);
    }
    return nodes;
  }

  /** Names of values that the calls claim now; undefined where others would have other names with them. */
  private renamed(
    changes: readonly (ChangedParts & { readonly call: LoweredCall })[],
  ): ReadonlyMap<ValueId, string> | undefined {
    const { graph, read } = this;
    const renamed = new Map<ValueId, string>();
    for (const { call, names } of changes) {
      for (const { place, before, after } of names) {
        const lowered = call.claimed[place];
        const value = graph.valueId(lowered);
        if (value === undefined || graph.producer(value) < 0 || graph.outputs.includes(value)) return undefined;
        // what it has is not what it wanted, or others are named after it
        if (graph.valueName(value) !== before || read.lowering.outputs.includes(lowered)) return undefined;
        const isTaken = [...this.newNames, ...renamed].some(([other, name]) => other !== value && name === after);
        if (isTaken || (after !== lowered && !read.lowering.canRename(lowered, after))) return undefined;
        renamed.set(value, after);
      }
    }
    return renamed;
  }

  private valued(tensor: Tensor): [ValueId, Tensor][] {
    const value = this.graph.valueId(tensor.name);
    return value === undefined ? [] : [[value, tensor]];
  }

  /**
   * What the graph declares of values and of its outputs; transposes may have given those another layout, or another name.
   * @param changed values of nodes that have another shape
   * @param handedOn those of them that layers hand on, by name
   */
  private declaredTypes(
    changed: readonly TensorValue[],
    handedOn: ReadonlyMap<string, TensorValue>,
  ): ReadonlyMap<ValueId, ValueType> {
    const { graph, read } = this;
    const types = new Map<ValueId, ValueType>();
    for (const value of changed) {
      const id = graph.valueId(value.name);
      if (id === undefined || graph.outputs.includes(id)) continue;
      types.set(id, declaredType(value, read.moved.get(value.name)));
    }
    read.lowering.outputs.forEach((name, i) => {
      const value = handedOn.get(name);
      if (value !== undefined) types.set(graph.outputs[i], valueType(value));
    });
    return types;
  }

  private take(stated: StatedOtherwise, changes: readonly ChangedParts[]): void {
    const { graph, read } = this;
    graph.restate(stated);
    const named = [...stated.names.keys()].flatMap((value) => [graph.producer(value), ...graph.consumers(value)]);
    for (const index of new Set([...stated.nodes.keys(), ...named])) read.hash.replaceNode(graph, index);
    for (const [value, name] of stated.names) this.newNames.set(value, name);
    if (stated.tensors.size > 0 || stated.types.size > 0) read.hash.replaceFrame(graph, stated.tensors.keys());
    for (const { parameters, present } of changes) {
      this.present += present;
      this.missing -= present;
      if (!read.manifest.isStated) this.parameterCount += parameters;
    }
  }

  /** False where not all problems are listed, before or after, or where there are too many parameters for exact numbers. */
  private canCount(changes: readonly ChangedParts[]): boolean {
    const parameters = this.parameterCount + total(changes.map((change) => change.parameters));
    if (!Number.isSafeInteger(parameters)) return false;
    const more = changes.flatMap(({ reports }) => (reports === undefined ? [] : reports.now.length - reports.before));
    if (more.length === 0) return true;
    const now = this.read.problemCount + total(this.moreReports.values());
    return Math.max(this.read.problemCount, now + total(more)) <= MOST_PROBLEMS;
  }

  private takeReports(call: LoweredCall, { before, now }: NonNullable<ChangedParts['reports']>): ReportsChange {
    const { lowering, problemCount } = this.read;
    let at = problemCount - lowering.reported + call.reported;
    for (const [other, more] of this.moreReports) if (other.index < call.index) at += more;
    this.moreReports.set(call, (this.moreReports.get(call) ?? 0) + now.length - before);
    return { call, at, removed: before, added: now };
  }

  private get counts(): LoweringChange['counts'] {
    const weights = this.missing === 0 ? 'present' : this.present === 0 ? 'missing' : 'partial';
    return { parameterCount: this.parameterCount, weights };
  }
}

interface Lowered {
  readonly lowering: ModelLowering;
  readonly reports: readonly PlacedReport[];
}

function newLowering(originOf: (layer: LayerDefinition, path: string) => Origin, read: LoweredModel): Lowered {
  const reports: PlacedReport[] = [];
  const report = (code: string, message: string, place: JsonPlace) => void reports.push({ code, message, place });
  return { lowering: new ModelLowering(read.manifest, originOf, report, read.lowering), reports };
}

function loweredAgain(
  model: ModelDefinition,
  originOf: (layer: LayerDefinition, path: string) => Origin,
  read: LoweredModel,
): Lowered {
  const found = newLowering(originOf, read);
  found.lowering.lower(model);
  return found;
}

/** Calls by the names of the values that they read. */
function readersOf(calls: readonly LoweredCall[]): ReadonlyMap<string, readonly LoweredCall[]> {
  const all = new Map<string, LoweredCall[]>();
  for (const call of calls) {
    for (const input of call.inputs) {
      if (input === undefined) continue;
      const readers = all.get(input.name);
      if (readers === undefined) all.set(input.name, [call]);
      else readers.push(call);
    }
  }
  return all;
}

/** In a function of its own: one beside those that the lowering keeps would keep all earlier versions. */
function typesOfOutputs(graph: RememberedGraph): readonly (ValueType | undefined)[] {
  return graph.outputs.map((value) => graph.valueType(value));
}

const nameOf = ({ name }: { readonly name: string }) => name;

/** Declared types of what nodes compute. */
function typesOf(
  nodes: readonly MutableNode[],
  values: ReadonlyMap<string, TensorValue>,
  moved: ReadonlyMap<string, readonly number[]>,
  outputs: readonly ValueDeclaration[],
): ReadonlyMap<string, ValueType> {
  const types = new Map<string, ValueType>();
  const givenOut = new Set(outputs.map(nameOf));
  for (const name of nodes.flatMap((node) => node.outputs)) {
    const value = givenOut.has(name) ? undefined : values.get(name);
    if (value?.shape !== undefined) types.set(name, declaredType(value, moved.get(name)));
  }
  return types;
}

/** Float elements of tensors. */
export function parametersIn(
  tensors: Iterable<{ readonly dtype: DataType; readonly dims: readonly number[] }>,
): number {
  let count = 0;
  for (const { dtype, dims } of tensors) if (isFloat(dtype)) count += elementCount(dims);
  return count;
}

function total(counts: Iterable<number>): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
