import type { ValueType } from '../../ir/graph';
import { MutableGraph, nodeOf, type MutableNode } from '../../ir/mutableGraph';
import type { Origin } from '../../ir/origin';
import type { Tensor } from '../../ir/tensor';
import { say } from '../../texts/say';
import { wellFormed } from '../../ir/wellFormed';
import { orderCalls, isInput, type CallOutput } from './callOrder';
import { modelInputShape, statedInputShape, statedType } from './inputShape';
import { LayerParts, LayerScope, NotLowered, type Shape, type Surroundings, type TensorValue } from './layerScope';
import {
  isSameValue,
  lowerLayer,
  valueType,
  type LayerReport,
  type LoweredCall,
  type StatedOutputs,
} from './loweredCall';
import { Names } from './names';
import { shown, type LayerDefinition, type ModelDefinition, type Report } from './topology';
import { OPAQUE_DOMAIN, opaqueNode } from './opaqueNode';
import type { StoredWeight } from './storedWeight';
import type { WeightManifest } from './weightManifest';

/** Opset that layers are lowered to. */
const LOWERED_OPSET = 18;
/** Calls that a model may come to with its nested models expanded: shared ones can double at every level. */
const MOST_CALLS = 200_000;
/** Outputs of an opaque layer beyond this are not made. */
const MOST_OUTPUTS = 64;

/** Builds the graph of a layers model: one or more ONNX operators for each call of a layer. */
export class ModelLowering implements Surroundings {
  readonly graph = new MutableGraph();
  /** Those of earlier versions of the model are among them. */
  readonly layoutTransposes: WeakSet<MutableNode>;
  /** Calls of layers that are no models, in their order. */
  calls: LoweredCall[] = [];
  /** Values of layers that are the model's outputs, by name; the graph's outputs may have other ones. */
  readonly outputs: string[] = [];
  /** How much has been reported, and how much of it of calls. */
  reported = 0;
  private reportedOfCalls = 0;
  weightsPresent = 0;
  weightsMissing = 0;
  private callsOf = new Map<LayerDefinition, LoweredCall[]>();
  /** Calls that were lowered here, and not before. */
  private readonly come: LoweredCall[] = [];
  /** What the calls add to the graph, which has the weights only of a model of which there is no earlier version. */
  private nodes: MutableNode[] = [];
  tensors: Tensor[] = [];
  /** Nodes that give out a value for a second time. */
  private readonly passedOn: MutableNode[] = [];
  /** See `valuesByName`. */
  private declared: Map<string, TensorValue> | undefined;
  private names = new Names();
  /** The model's outputs; undefined for one that leads nowhere. */
  private given: readonly (TensorValue | undefined)[] = [];
  /** All calls but one are those of the version before, as they were. */
  isAlone = false;
  /** Some call is another by now than what was lowered of it. */
  private hasOthers = false;
  /** Some output has a value of its own. */
  private hasPassedOn = false;
  private readonly isWeight = (name: string) => this.manifest.has(name);
  /** Weights of layers that have been called before. */
  private readonly shared = new Map<LayerDefinition, Map<string, { name: string; dims: readonly number[] }>>();
  /** What is reported of the call that is lowered. */
  private reports: LayerReport[] = [];
  private readonly costs = new Map<ModelDefinition, number>();

  /** @param before how another version of the model was lowered, which is used up: calls that are as they were are taken over */
  constructor(
    private readonly manifest: WeightManifest,
    private readonly originOf: (layer: LayerDefinition, path: string) => Origin,
    private readonly reportTo: Report,
    private before?: ModelLowering,
  ) {
    this.graph.opsets.set('', LOWERED_OPSET);
    this.layoutTransposes = before?.layoutTransposes ?? new WeakSet();
  }

  lower(model: ModelDefinition): void {
    const declare = (layer: string, shape: Shape | undefined, dtype: TensorValue['dtype']): TensorValue => {
      const value = { name: this.claim(layer), shape, dtype };
      this.graph.addInput(value.name, inputType(value));
      return value;
    };
    const outputs =
      model.kind === 'functional'
        ? this.functional(model, '', (layer) => declare(layer.name, statedInputShape(layer), statedType(layer)))
        : this.sequential(model, '', () => this.sequentialInput(model, declare));
    this.giveOut(outputs);
    if (this.outputs.length === 0)
      this.reportAt('no-output', say`the model names no output that can be computed`, model.configPlace);
    this.assemble();
  }

  /** Puts together what the calls add to the graph. */
  private assemble(): void {
    for (const { parts } of this.calls) {
      for (const node of parts!.nodes) this.nodes.push(node);
      for (const tensor of parts!.initializers) this.tensors.push(tensor);
    }
    this.nodes.push(...this.passedOn);
    this.takeTogether();
  }

  /** @param alone the only call that has another in its place, where that is known */
  private takeTogether(alone?: LoweredCall): void {
    const { initializers } = this.graph;
    this.graph.nodes = this.nodes;
    if (this.before === undefined) for (const tensor of this.tensors) initializers.set(tensor.name, tensor);
    else this.declared = this.declaredAfter(this.before, alone);
    // it would keep those before it as well
    this.before = undefined;
  }

  private declaredAfter(
    { calls, valuesByName }: ModelLowering,
    alone: LoweredCall | undefined,
  ): Map<string, TensorValue> {
    const isTaken = (call: LoweredCall) => this.calls[call.index] === call;
    const gone = alone === undefined ? calls.filter((call) => !isTaken(call)) : [alone];
    for (const { claimed } of gone) for (const name of claimed) valuesByName.delete(name);
    for (const { parts } of this.come) for (const value of parts!.values) valuesByName.set(value.name, value);
    return valuesByName;
  }

  /** The values that calls compute, with their shapes and types in the file's layout. */
  get values(): readonly TensorValue[] {
    return this.calls.flatMap(({ parts }) => parts?.values ?? []);
  }

  /** The same by name; one list for all versions of the model. */
  get valuesByName(): Map<string, TensorValue> {
    return (this.declared ??= new Map(this.values.map((value) => [value.name, value])));
  }

  private giveOut(outputs: readonly (TensorValue | undefined)[]): void {
    this.given = outputs;
    const names = new Set<string>();
    for (const output of outputs) {
      if (output === undefined) continue;
      const isPassedOn = names.has(output.name) || this.graph.inputs.some((i) => i.name === output.name);
      this.hasPassedOn ||= isPassedOn;
      const name = isPassedOn ? this.passOn(output) : output.name;
      names.add(name);
      this.outputs.push(output.name);
      this.graph.addOutput(name, valueType(output));
    }
  }

  /**
   * As `lower`, for a model that has another layer in the place of one that is the same to all others: only that one is lowered, and
   * what was stated otherwise since the model was.
   * @param cancelled names that were claimed once all layers were lowered
   * @returns false where names may depend on the order of the layers, or where more is different: lower the model
   */
  relower(layer: LayerDefinition, other: LayerDefinition, cancelled: readonly string[]): boolean {
    const before = this.before!;
    const edited = before.soleCall(layer);
    // what was reported of the model would have to be reported again
    if (!edited || before.reported !== before.reportedOfCalls || before.hasPassedOn) return false;
    this.names = before.names;
    for (const name of cancelled) this.names.release(name);
    if (!this.names.areAsWanted) return false;
    for (const { name, type } of before.graph.inputs) this.graph.addInput(name, type);
    const isQuiet = before.reported === 0 && !before.hasOthers && !before.graph.opsets.has(OPAQUE_DOMAIN);
    const alone = isQuiet ? this.loweredFor(edited, other, edited.inputs) : undefined;
    if (isQuiet && alone === undefined) return false;
    const others: [LoweredCall, LoweredCall][] = [];
    if (alone !== undefined && this.replaceAlone(edited, alone)) others.push([edited, alone]);
    else if (!this.relowerAll(edited, other, alone, others)) return false;
    this.callsOf = before.callsOf;
    for (const [was, now] of others) {
      this.callsOf.delete(was.layer);
      this.callsOf.set(now.layer, [now]);
    }
    return true;
  }

  /** A call as it is now; undefined where others would see another name of it. */
  private loweredFor(
    call: LoweredCall,
    other: LayerDefinition | undefined,
    inputs: readonly (TensorValue | undefined)[],
  ): LoweredCall | undefined {
    for (const name of call.claimed) this.names.release(name);
    const { label, prefix } = call;
    const [layer, origin] = other === undefined ? [call.layer, call.origin] : [other, this.originOf(other, label)];
    const opaque = call.opaque ?? { outputCount: 1, stated: undefined };
    const now = this.lowered(layer, label, prefix, origin, inputs, opaque);
    if (now.opaque !== call.opaque || !now.parts!.isNamedAsWanted) return undefined;
    const isNamedAlike = ({ name }: TensorValue, i: number) => name === call.outputs[i].name;
    return now.outputs.length === call.outputs.length && now.outputs.every(isNamedAlike) ? now : undefined;
  }

  /** Takes over all other calls as they are; false, with all as it was, where something follows for them, or more is to be said. */
  private replaceAlone(call: LoweredCall, now: LoweredCall): boolean {
    const before = this.before!;
    const { nodes, initializers } = call.parts!;
    const isSame = now.outputs.every((value, i) => isSameValue(value, call.outputs[i]));
    if (!isSame || this.reported > 0 || nodes.length === 0) return false;
    const at = before.nodes.indexOf(nodes[0]);
    let owner = call.index;
    while (owner >= 0 && before.calls[owner].parts!.initializers.length === 0) owner--;
    const known = owner < 0 ? [] : before.calls[owner].parts!.initializers;
    const first = owner < 0 ? 0 : before.tensors.indexOf(known[0]) + (owner === call.index ? 0 : known.length);
    this.nodes = withStretch(before.nodes, at, nodes.length, now.parts!.nodes);
    this.tensors = withStretch(before.tensors, first, initializers.length, now.parts!.initializers);
    this.isAlone = true;
    this.calls = before.calls;
    this.calls[(now.index = call.index)] = now;
    const present = presentIn(call.parts!);
    this.weightsPresent += before.weightsPresent - present;
    this.weightsMissing += before.weightsMissing - (call.parts!.weights.length - present);
    this.giveOut(before.given);
    this.takeTogether(call);
    return true;
  }

  /**
   * @param known the edited layer's call, where it has been lowered
   * @param others filled with the calls that have come in the place of others
   */
  private relowerAll(
    edited: LoweredCall,
    other: LayerDefinition,
    known: LoweredCall | undefined,
    others: [LoweredCall, LoweredCall][],
  ): boolean {
    const before = this.before!;
    const changed = new Map<string, TensorValue>();
    const valueOf = (value: TensorValue | undefined) => value && (changed.get(value.name) ?? value);
    for (const call of before.calls) {
      const readsOther = changed.size > 0 && call.inputs.some((v) => v && changed.has(v.name));
      if (call !== edited && call.parts !== undefined && !readsOther) {
        this.calls.push(this.again(call));
        continue;
      }
      if (before.soleCall(call.layer) !== call) return false;
      const isKnown = call === edited && known !== undefined;
      const is = call === edited ? other : undefined;
      const now = isKnown ? known : this.loweredFor(call, is, call.inputs.map(valueOf));
      if (now === undefined) return false;
      now.index = this.calls.length;
      now.outputs.forEach((value, i) => {
        if (!isSameValue(value, call.outputs[i])) changed.set(value.name, value);
      });
      this.calls.push(now);
      others.push([call, now]);
    }
    this.giveOut(before.given.map(valueOf));
    this.assemble();
    return true;
  }

  /** The call of a layer that is called once; undefined for one that is not called, null for one that is called more often. */
  soleCall(layer: LayerDefinition): LoweredCall | null | undefined {
    const calls = this.callsOf.get(layer);
    return calls !== undefined && calls.length > 1 ? null : calls?.[0];
  }

  /** The origin that all calls of a layer share; undefined for one that is not called. */
  originOfCalls(layer: LayerDefinition): Origin | undefined {
    return this.callsOf.get(layer)?.[0].origin;
  }

  /** What was lowered of a call is another by now, in the graph that was made of it. */
  dropParts(call: LoweredCall): void {
    call.parts = undefined;
    this.hasOthers = true;
  }

  /** From now on a layer that is called once is another. */
  restate(call: LoweredCall, layer: LayerDefinition, origin: Origin): void {
    this.callsOf.delete(call.layer);
    this.callsOf.set(layer, [call]);
    call.layer = layer;
    call.origin = origin;
  }

  /** True where a value could have another name, with all other names as they are. */
  canRename(before: string, after: string): boolean {
    const isFree = this.names.isFree(after) && !this.isWeight(after) && wellFormed(after) === after;
    // transposes of a value are named after it
    return isFree && this.names.isWantedOnce(before) && this.names.isFree(`${before}/channels_last`);
  }

  // Surroundings

  claim(wanted: string): string {
    return this.names.claim(wanted, this.isWeight);
  }

  claimWeight(wanted: string): string {
    return this.names.claim(wanted, () => false);
  }

  release(name: string): void {
    this.names.release(name);
  }

  findWeight(prefix: string, layer: string, weight: string, index: number): StoredWeight | undefined {
    return this.manifest.find(prefix, layer, weight, index);
  }

  sharedWeight(layer: LayerDefinition, weight: string): { name: string; dims: readonly number[] } | undefined {
    return this.shared.get(layer)?.get(weight);
  }

  report(code: string, message: string, layer: LayerDefinition, setting?: string): void {
    const about = { code, message, layer, setting };
    this.reports.push(about);
    this.reportAgain(about);
  }

  private reportAgain({ code, message, layer, setting }: LayerReport): void {
    this.reportedOfCalls++;
    this.reportAt(code, message, setting === undefined ? layer.place : layer.configPlace.to(setting));
  }

  private readonly reportAt: Report = (code, message, place) => {
    this.reported++;
    this.reportTo(code, message, place);
  };

  // models

  private sequentialInput(
    model: ModelDefinition,
    declare: (name: string, shape: Shape | undefined, dtype: TensorValue['dtype']) => TensorValue,
  ): TensorValue | undefined {
    const [first] = model.layers;
    if (first === undefined) {
      this.reportAt('empty-model', say`the model has no layers`, model.configPlace);
      return undefined;
    }
    const shape = modelInputShape(model);
    if (shape === undefined) {
      this.reportAt(
        'no-input-shape',
        say`${shown(first.name)}, the first layer, does not state its input shape`,
        first.place,
      );
    }
    return declare(isInput(first) ? first.name : `${first.name}_input`, shape, statedType(first));
  }

  private sequential(
    model: ModelDefinition,
    prefix: string,
    input: () => TensorValue | undefined,
  ): (TensorValue | undefined)[] {
    let values: readonly (TensorValue | undefined)[] = [input()];
    const layers = model.layers.filter((layer) => !isInput(layer));
    layers.forEach((layer, i) => {
      const next = layers[i + 1]?.builtFor;
      values = this.call(layer, 0, prefix, values, 1, next && new Map([[0, next]]));
    });
    return [...values.slice(0, 1)];
  }

  private functional(
    model: ModelDefinition,
    prefix: string,
    input: (layer: LayerDefinition, index: number) => TensorValue | undefined,
  ): (TensorValue | undefined)[] {
    const order = orderCalls(model, this.reportAt);
    /** By id of the call. */
    const results: (readonly (TensorValue | undefined)[])[] = [];
    order.inputs.forEach(({ layer, id }, i) => (results[id] = [input(layer, i)]));
    const valueOf = (source: CallOutput | undefined) => source && results[source.id]?.[source.tensor];
    for (const { id, layer, call, inputs, stated } of order.calls) {
      results[id] = this.call(layer, call, prefix, inputs.map(valueOf), order.outputsRead.get(layer) ?? 1, stated);
    }
    return order.outputs.map(valueOf);
  }

  /** One call of a layer: its outputs in the file's layout. */
  private call(
    layer: LayerDefinition,
    call: number,
    prefix: string,
    inputs: readonly (TensorValue | undefined)[],
    outputsRead: number,
    stated?: StatedOutputs,
  ): readonly (TensorValue | undefined)[] {
    const path = `${prefix}${layer.name}`;
    const label = call === 0 ? path : `${path}:${call}`;
    if (layer.nested !== undefined && this.calls.length + this.costOf(layer.nested) <= MOST_CALLS) {
      return this.expand(layer.nested, `${label}/`, inputs);
    }
    const calls = this.callsOf.get(layer) ?? [];
    if (calls.length === 0) this.callsOf.set(layer, calls);
    if (calls.length === 1) this.share(calls[0]);
    const known = this.before?.callsOf.get(layer)?.[calls.length];
    const opaque = { outputCount: Math.min(outputsRead, MOST_OUTPUTS), stated };
    const lowered =
      known !== undefined && known.label === label && this.isAsBefore(known, calls, inputs, opaque)
        ? this.again(known)
        : this.lowered(
            layer,
            label,
            prefix,
            calls[0]?.origin ?? known?.origin ?? this.originOf(layer, path),
            inputs,
            opaque,
          );
    this.calls.push(lowered);
    calls.push(lowered);
    if (calls.length > 1) this.share(lowered);
    return lowered.outputs;
  }

  private lowered(
    layer: LayerDefinition,
    label: string,
    prefix: string,
    origin: Origin,
    inputs: readonly (TensorValue | undefined)[],
    opaque: NonNullable<LoweredCall['opaque']>,
  ): LoweredCall {
    const { reported } = this;
    const reports: LayerReport[] = (this.reports = []);
    let parts = new LayerParts();
    let outputs: readonly TensorValue[];
    let isOpaque = false;
    const scope = new LayerScope(this, parts, layer, label, prefix, origin);
    try {
      if (layer.nested !== undefined)
        throw new NotLowered(say`with its layers the model would exceed ${MOST_CALLS} calls`);
      outputs = lowerLayer(scope, inputs);
    } catch (error) {
      if (!(error instanceof NotLowered)) throw error;
      scope.abandon();
      this.report(
        'opaque-layer',
        say`${layer.className} ${shown(layer.name)} is not computed: ${error.message}`,
        layer,
      );
      isOpaque = true;
      parts = new LayerParts();
      outputs = opaqueNode(this, this.manifest, { parts, layer, label, origin, inputs, opaque });
    }
    for (const node of parts.layoutTransposes) this.layoutTransposes.add(node);
    this.count(parts, isOpaque);
    const call = { index: this.calls.length, layer, label, prefix, origin, inputs, outputs, parts, reported, reports };
    const lowered = { ...call, claimed: parts.claimed, opaque: isOpaque ? opaque : undefined };
    this.come.push(lowered);
    return lowered;
  }

  /** A call that would be lowered to what it was lowered to. */
  private isAsBefore(
    { parts, claimed, inputs: known, opaque: stated }: LoweredCall,
    calls: readonly LoweredCall[],
    inputs: readonly (TensorValue | undefined)[],
    opaque: NonNullable<LoweredCall['opaque']>,
  ): boolean {
    if (parts === undefined || inputs.length !== known.length || !inputs.every((v, i) => isSameValue(v, known[i])))
      return false;
    if (stated !== undefined && (stated.outputCount !== opaque.outputCount || (stated.stated ?? opaque.stated)))
      return false;
    // weights are those of the first call
    if (!calls.every((call) => this.before!.callsOf.get(call.layer)!.includes(call))) return false;
    return parts.isNamedAsWanted && this.names.takeAll(claimed);
  }

  private again(call: LoweredCall): LoweredCall {
    call.index = this.calls.length;
    call.reported = this.reported;
    for (const report of call.reports) this.reportAgain(report);
    this.count(call.parts!, call.opaque !== undefined);
    return call;
  }

  private expand(
    model: ModelDefinition,
    prefix: string,
    inputs: readonly (TensorValue | undefined)[],
  ): readonly (TensorValue | undefined)[] {
    return model.kind === 'functional'
      ? this.functional(model, prefix, (_, i) => inputs[i])
      : this.sequential(model, prefix, () => inputs[0]);
  }

  /** Calls that one call of the model comes to; Infinity beyond the exact integers. */
  private costOf(model: ModelDefinition): number {
    let cost = this.costs.get(model);
    if (cost === undefined) {
      cost = 0;
      for (const { calls, nested } of model.layers) {
        cost += Math.max(1, calls.length) * (nested === undefined ? 1 : this.costOf(nested));
      }
      this.costs.set(model, cost);
    }
    return cost;
  }

  private count(parts: LayerParts, isOpaque: boolean): void {
    if (isOpaque) this.graph.opsets.set(OPAQUE_DOMAIN, 1);
    const present = presentIn(parts);
    this.weightsPresent += present;
    this.weightsMissing += parts.weights.length - present;
  }

  /** Further calls of the layer read the weights of this one. */
  private share({ parts }: LoweredCall): void {
    for (const { layer, weight, tensor } of parts!.weights) {
      const weights = this.shared.get(layer) ?? new Map<string, { name: string; dims: readonly number[] }>();
      this.shared.set(layer, weights);
      weights.set(weight, { name: tensor.name, dims: tensor.dims });
    }
  }

  /** An output that is also an input, or listed twice, needs a value of its own. */
  private passOn(output: TensorValue): string {
    const name = this.claim(`${output.name}/output`);
    this.passedOn.push(nodeOf('Identity', [output.name], {}, { name, outputs: [name] }));
    return name;
  }
}

function presentIn({ weights }: LayerParts): number {
  let count = 0;
  for (const { present } of weights) if (present) count++;
  return count;
}

/** A copy with elements in the place of others. */
function withStretch<T>(list: readonly T[], at: number, removed: number, added: readonly T[]): T[] {
  return [...list.slice(0, at), ...added, ...list.slice(at + removed)];
}

/** An open first axis is the batch: the same for all inputs. */
function inputType({ dtype, shape }: TensorValue): ValueType {
  return { kind: 'tensor', dtype, ...(shape && { shape: shape.map((d, i) => (d === null && i === 0 ? 'batch' : d)) }) };
}
