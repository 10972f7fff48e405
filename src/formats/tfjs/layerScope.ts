import { attribute, type Attribute } from '../../ir/attribute';
import type { DataType } from '../../ir/dataType';
import { nodeOf, type MutableNode } from '../../ir/mutableGraph';
import type { Origin } from '../../ir/origin';
import { float32Tensor, int64Tensor, missingTensor, type Tensor } from '../../ir/tensor';
import { say } from '../../texts/say';
import { HIGHEST_RANK } from './statedTensor';
import { isCount, isObject, member, stringMember, type JsonObject } from './jsonAccess';
import type { LayerDefinition } from './topology';
import type { StoredWeight } from './storedWeight';
import { weightTensor, type TensorForm } from './weightTensor';

/** Sizes in the file's layout; null where the file leaves one open. */
export type Shape = readonly (number | null)[];

/** A value of the graph while layers are being lowered. */
export interface TensorValue {
  readonly name: string;
  /** Undefined when not even the rank is known. */
  readonly shape: Shape | undefined;
  readonly dtype: DataType;
}

/** A value that a node is to compute; without `part` it has the layer's name. */
export interface EmittedValue {
  readonly shape: Shape | undefined;
  /** Default: that of the first input. */
  readonly dtype?: DataType;
  readonly part?: string;
}

/** Why a layer stays opaque. */
export class NotLowered extends Error {}

/** What a scope needs of the graph around it. */
export interface Surroundings {
  /** A name that nothing in the graph has yet: the wanted one, else with a number. */
  claim(wanted: string): string;
  /** The same for a weight; other values keep away from the names that the file gives to weights. */
  claimWeight(wanted: string): string;
  release(name: string): void;
  /** The stored weight of a layer; undefined when the file lists none by that name. */
  findWeight(prefix: string, layer: string, weight: string, index: number): StoredWeight | undefined;
  /** The tensor that an earlier call of the layer made of this weight. */
  sharedWeight(layer: LayerDefinition, weight: string): { name: string; dims: readonly number[] } | undefined;
  report(code: string, message: string, layer: LayerDefinition, setting?: string): void;
}

/** A weight that a layer's call brings into the graph. */
export interface UsedWeight {
  readonly layer: LayerDefinition;
  readonly weight: string;
  readonly tensor: Tensor;
  /** How the stored numbers become the tensor's. */
  readonly form: TensorForm;
  readonly present: boolean;
}

/** What one call of a layer adds to the graph, collected so that it can be dropped whole when the layer cannot be lowered. */
export class LayerParts {
  readonly nodes: MutableNode[] = [];
  readonly initializers: Tensor[] = [];
  readonly values: TensorValue[] = [];
  /** Transposes between the file's layout and that of the operators; `cancelTransposes` may remove them. */
  readonly layoutTransposes: MutableNode[] = [];
  readonly weights: UsedWeight[] = [];
  /** Names that it was given, in the order in which it asked. */
  readonly claimed: string[] = [];
  isNamedAsWanted = true;

  /** Notes which name was given for a wanted one. */
  named(wanted: string, name: string): string {
    this.claimed.push(name);
    this.isNamedAsWanted &&= name === wanted;
    return name;
  }
}

/** What the lowering of a layer class works with: the layer's settings and weights, and the nodes it adds. */
export class LayerScope {
  private weightCount = 0;

  constructor(
    private readonly around: Surroundings,
    readonly parts: LayerParts,
    readonly layer: LayerDefinition,
    /** Name of the call's main node. */
    readonly label: string,
    private readonly prefix: string,
    readonly origin: Origin,
    /** Layer whose name the weights carry, where a wrapper's name stands before them. */
    private readonly weightOwner: string = layer.name,
  ) {}

  get config(): JsonObject {
    return this.layer.config;
  }

  /** The same call with the settings of the layer that this one wraps. */
  wrapped(layer: LayerDefinition, weightOwner: string): LayerScope {
    return new LayerScope(this.around, this.parts, layer, this.label, this.prefix, this.origin, weightOwner);
  }

  /** The same call with its nodes named as a part of the layer. */
  part(name: string): LayerScope {
    const label = `${this.label}/${name}`;
    return new LayerScope(this.around, this.parts, this.layer, label, this.prefix, this.origin, this.weightOwner);
  }

  /** Gives back the names of a call that is not lowered after all. */
  abandon(): void {
    for (const name of this.parts.claimed) this.around.release(name);
  }

  report(code: string, message: string, setting?: string): void {
    this.around.report(code, message, this.layer, setting);
  }

  // settings

  has(key: string): boolean {
    const value = member(this.config, key);
    return value !== undefined && value !== null;
  }

  flag(key: string, fallback: boolean): boolean {
    const value = member(this.config, key);
    return typeof value === 'boolean' ? value : typeof value === 'number' ? value !== 0 : fallback;
  }

  number(key: string, fallback: number): number {
    const value = member(this.config, key);
    return typeof value === 'number' && Number.isFinite(value) ? value : fallback;
  }

  string(key: string, fallback: string): string {
    return stringMember(this.config, key) ?? fallback;
  }

  /** A positive integer. */
  size(key: string): number {
    const value = member(this.config, key);
    if (!isCount(value) || value === 0) throw new NotLowered(say`${key} has to be a positive integer`);
    return value;
  }

  /** `count` positive integers; one number stands for all of them. */
  sizes(key: string, count: number, fallback?: number): number[] {
    const value = member(this.config, key) ?? fallback;
    const list = Array.isArray(value) ? (value as unknown[]) : Array.from({ length: count }, () => value);
    if (list.length !== count || !list.every((v): v is number => isCount(v) && v > 0)) {
      throw new NotLowered(say`${key} has to be a positive integer or ${count} of them`);
    }
    return list;
  }

  /** One integer or a list of them. */
  integers(key: string, fallback: number): number[] {
    const value = member(this.config, key) ?? fallback;
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (list.length === 0 || !list.every((v): v is number => Number.isSafeInteger(v))) {
      throw new NotLowered(say`${key} has to be an integer or a list of them`);
    }
    return list;
  }

  /** Says that TensorFlow.js computes as if a setting were not there: what the graph does as well. */
  ignored(key: string, neutral: readonly unknown[]): void {
    const value = member(this.config, key);
    if (value === undefined || value === null) return;
    const parts: unknown[] = Array.isArray(value) ? value : isObject(value) ? [value] : [value];
    if (parts.every((p) => neutral.includes(p))) return;
    this.report(
      'ignored-setting',
      say`TensorFlow.js ignores ${key} of ${this.layer.className}; so does this analysis`,
      key,
    );
  }

  // values

  /** The input, with a shape of the given rank. */
  ranked(x: TensorValue | undefined, rank: number): TensorValue & { shape: Shape } {
    if (x === undefined) throw new NotLowered(say`it has no input`);
    const shape = x.shape ?? Array.from({ length: rank }, () => null);
    if (shape.length !== rank) throw new NotLowered(say`its input has ${shape.length} axes, not ${rank}`);
    return { ...x, shape };
  }

  /** The input, whose rank has to be known. */
  shaped(x: TensorValue | undefined): TensorValue & { shape: Shape } {
    if (x === undefined) throw new NotLowered(say`it has no input`);
    if (x.shape === undefined) throw new NotLowered(say`the shape of its input is not known`);
    return { ...x, shape: x.shape };
  }

  /**
   * Adds a node with one output. Without `part` it is the layer's main node, and node and value have the layer's name.
   */
  emit(
    opType: string,
    inputs: readonly (TensorValue | string)[],
    attributes: Readonly<Record<string, Attribute>>,
    result: EmittedValue,
  ): TensorValue {
    const value = this.value(result, inputs);
    this.addNode(opType, inputs, attributes, value.name, [value.name]);
    return value;
  }

  /** Adds a node with several outputs; without `part` it is the layer's main node. */
  emitAll(
    opType: string,
    inputs: readonly (TensorValue | string)[],
    attributes: Readonly<Record<string, Attribute>>,
    results: readonly EmittedValue[],
    part?: string,
  ): TensorValue[] {
    const values = results.map((result) => this.value(result, inputs));
    const own = part === undefined ? this.label : `${this.label}/${part}`;
    const name = values.length === 1 ? values[0].name : own;
    this.addNode(
      opType,
      inputs,
      attributes,
      name,
      values.map((v) => v.name),
    );
    return values;
  }

  private value({ shape, dtype, part }: EmittedValue, inputs: readonly (TensorValue | string)[]): TensorValue {
    const value: TensorValue = {
      name: this.claim(part === undefined ? this.label : `${this.label}/${part}`),
      shape: shape === undefined || shape.length > HIGHEST_RANK ? undefined : saneShape(shape),
      dtype: dtype ?? inputs.find((i): i is TensorValue => typeof i !== 'string')?.dtype ?? 'float32',
    };
    this.parts.values.push(value);
    return value;
  }

  private addNode(
    opType: string,
    inputs: readonly (TensorValue | string)[],
    attributes: Readonly<Record<string, Attribute>>,
    name: string,
    outputs: string[],
  ): void {
    const names = inputs.map((i) => (typeof i === 'string' ? i : i.name));
    this.parts.nodes.push(nodeOf(opType, names, attributes, { name, outputs, origin: this.origin }));
  }

  /** Result axis i is axis order[i] of x. */
  layout(x: TensorValue & { shape: Shape }, order: readonly number[], part: string): TensorValue & { shape: Shape } {
    if (order.every((axis, i) => axis === i)) return x;
    const shape = order.map((axis) => x.shape[axis]);
    const value = this.emit('Transpose', [x], { perm: attribute.ints(order) }, { shape, part });
    this.parts.layoutTransposes.push(this.parts.nodes[this.parts.nodes.length - 1]);
    return { ...value, shape };
  }

  /** An int64 constant. */
  integersConstant(values: readonly number[], part: string): string {
    const name = this.claim(`${this.label}/${part}`);
    this.parts.initializers.push(int64Tensor(name, [values.length], values));
    return name;
  }

  /** An int64 scalar. */
  integerScalar(value: number, part: string): string {
    const name = this.claim(`${this.label}/${part}`);
    this.parts.initializers.push(int64Tensor(name, [], [value]));
    return name;
  }

  /** A float32 scalar. A node, not an initializer: it is no parameter of the model. */
  scalar(value: number, part: string): string {
    return this.floats([], [value], part);
  }

  /** A float32 vector, likewise a node. */
  vector(values: readonly number[], part: string): string {
    return this.floats([values.length], values, part);
  }

  /** A float32 vector of equal numbers that is no parameter of the model, described and never filled here. */
  filled(value: number, dims: readonly number[], part: string): string {
    const shape = this.integersConstant(dims, `${part}/shape`);
    const fill = float32Tensor('', [1], [value]);
    return this.emit('ConstantOfShape', [shape], { value: attribute.tensor(fill) }, { shape: dims, part }).name;
  }

  /**
   * A weight of the layer as an initializer, named as the file names it.
   * @param dims its stored shape; null where only the file's list of weights can tell
   */
  weight(weight: string, dims: Shape, form: TensorForm = {}): { name: string; dims: readonly number[] } {
    const index = this.weightCount++;
    const own = `${this.weightOwner}/${weight}`;
    const shared = this.around.sharedWeight(this.layer, own);
    if (shared !== undefined) return shared;
    const stored = this.around.findWeight(this.prefix, this.weightOwner, weight, index);
    const fits =
      stored !== undefined &&
      stored.dims.length === dims.length &&
      dims.every((d, i) => d === null || d === stored.dims[i]);
    if (stored !== undefined && !fits) {
      this.report(
        'weight-shape',
        say`the weight ${stored.name} has shape [${stored.dims.join(', ')}], the layer needs [${dims.map((d) => d ?? '?').join(', ')}]: its values are taken as missing`,
      );
    }
    const sizes = fits ? stored.dims : dims;
    if (!sizes.every((d): d is number => d !== null)) {
      throw new NotLowered(say`the shape of its ${weight} follows neither from its input nor from the list of weights`);
    }
    const ordered = form.order === undefined ? sizes : form.order.map((axis) => sizes[axis]);
    const shape = form.regroup === undefined ? ordered : form.regroup(ordered);
    const present = fits && stored.present && stored.dtype === 'float32';
    const wanted = stored?.name ?? own;
    const name = this.parts.named(wanted, this.around.claimWeight(wanted));
    const tensor = present ? weightTensor(name, stored, form) : missingTensor(name, 'float32', shape);
    this.parts.initializers.push(tensor);
    this.parts.weights.push({ layer: this.layer, weight: own, tensor, form, present });
    return { name, dims: shape };
  }

  /** The shape in which the file stores a weight, where the layer's settings do not determine it. */
  storedShape(weight: string, index: number): readonly number[] | undefined {
    return this.around.findWeight(this.prefix, this.weightOwner, weight, index)?.dims;
  }

  private floats(dims: readonly number[], values: readonly number[], part: string): string {
    const name = this.claim(`${this.label}/${part}`);
    const value = attribute.tensor(float32Tensor(name, dims, values));
    const options = { name, outputs: [name], origin: this.origin };
    this.parts.nodes.push(nodeOf('Constant', [], { value }, options));
    return name;
  }

  private claim(wanted: string): string {
    return this.parts.named(wanted, this.around.claim(wanted));
  }
}

function saneShape(shape: Shape): Shape {
  return shape.every(isSane) ? shape : shape.map((size) => (isSane(size) ? size : null));
}

function isSane(size: number | null): boolean {
  return size === null || (Number.isSafeInteger(size) && size >= 0);
}
