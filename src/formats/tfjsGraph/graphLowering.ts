import { attribute } from '../../ir/attribute';
import type { ValueType } from '../../ir/graph';
import { MutableGraph, nodeOf, type MutableNode } from '../../ir/mutableGraph';
import type { Origin } from '../../ir/origin';
import { isObject, member, objectMember, stringMember } from '../tfjs/jsonAccess';
import { NotLowered, type Shape, type TensorValue } from '../tfjs/layerScope';
import { valueType } from '../tfjs/modelLowering';
import { shown, type LayerDefinition, type Report } from '../tfjs/topology';
import { dataTypeOf, shapeOf } from './attributeValues';
import type { Constant } from './constants';
import { tensorRef, type GraphDefinition, type NodeDefinition, type TensorRef } from './graphDef';
import { NodeScope, type KeyedForm, type NodeSurroundings, type ShapedValue } from './nodeScope';
import { operatorOf } from './operators/registry';

/** Opset that nodes are lowered to. */
const LOWERED_OPSET = 18;
/** Domain of nodes that stay opaque. */
const OPAQUE_DOMAIN = 'tfjs';
/** Outputs of an opaque node beyond this are not made. */
const MOST_OUTPUTS = 64;
/** Ranks beyond this are taken as unknown. */
const HIGHEST_RANK = 16;

/** Operators that hand their input on; behind a constant they are constants. */
const identities: ReadonlySet<string> = new Set(
  'Identity StopGradient PreventGradient Snapshot CheckNumerics EnsureShape PlaceholderWithDefault ReadVariableOp'.split(
    ' ',
  ),
);
/** Operators without data outputs. */
const silent: ReadonlySet<string> = new Set(['NoOp', 'Assert', 'Print', 'PrintV2']);

/** Builds the graph of a GraphDef: one or more ONNX operators for each of its nodes. */
export class GraphLowering implements NodeSurroundings {
  readonly graph = new MutableGraph();
  readonly layoutTransposes = new Set<MutableNode>();
  readonly channelsInside = new Set<string>();
  readonly values: TensorValue[] = [];
  private readonly constants: Map<string, Constant>;
  private readonly constantValues = new Map<Constant, Map<string, ShapedValue>>();
  private readonly results = new Map<string, readonly TensorValue[]>();
  private readonly taken = new Set<string>();
  /** Names of the file's nodes that are not lowered yet: what is made up keeps away from them. */
  private readonly reserved: Set<string>;

  constructor(
    private readonly definition: GraphDefinition,
    constants: ReadonlyMap<string, Constant>,
    private readonly originOf: (node: NodeDefinition) => Origin,
    private readonly reportAt: Report,
  ) {
    this.graph.opsets.set('', LOWERED_OPSET);
    this.constants = new Map(constants);
    this.reserved = new Set(definition.byName.keys());
  }

  lower(): void {
    this.declareInputs();
    const outputsRead = this.countOutputs();
    for (const node of this.definition.nodes) this.lowerNode(node, outputsRead.get(node.name) ?? 1);
    this.declareOutputs();
    this.dropUnread();
  }

  // NodeSurroundings

  claim(wanted: string): string {
    let name = wanted;
    for (let n = 1; this.taken.has(name) || this.reserved.has(name) || name === ''; n++) name = `${wanted}_${n}`;
    this.taken.add(name);
    return name;
  }

  claimWeight(wanted: string): string {
    this.reserved.delete(wanted);
    return this.claim(wanted);
  }

  release(name: string): void {
    this.taken.delete(name);
    this.channelsInside.delete(name);
  }

  findWeight(): undefined {
    return undefined;
  }

  sharedWeight(): undefined {
    return undefined;
  }

  report(code: string, message: string, { place }: LayerDefinition): void {
    this.reportAt(code, message, place);
  }

  constantOf({ node, output }: TensorRef): Constant | undefined {
    return output === 0 ? this.constants.get(node) : undefined;
  }

  valueOf(ref: TensorRef): TensorValue | undefined {
    const constant = this.constantOf(ref);
    return constant === undefined ? this.results.get(ref.node)?.[ref.output] : this.constantValue(constant);
  }

  constantValue(constant: Constant, form: KeyedForm = { key: '' }): ShapedValue {
    let forms = this.constantValues.get(constant);
    if (forms === undefined) this.constantValues.set(constant, (forms = new Map<string, ShapedValue>()));
    let value = forms.get(form.key);
    if (value === undefined) forms.set(form.key, (value = this.makeConstant(constant, form)));
    return value;
  }

  private makeConstant(constant: Constant, { key, ...form }: KeyedForm): ShapedValue {
    const name = this.claimWeight(constant.name);
    const tensor = constant.tensor(name, key === '' ? {} : form);
    const isNumber = tensor.dims.length === 0 && constant.atHand !== undefined;
    // a node, not an initializer: a number in a formula is no parameter of the model
    if (isNumber) {
      this.graph.nodes.push(nodeOf('Constant', [], { value: attribute.tensor(tensor) }, { name, outputs: [name] }));
    } else this.graph.addInitializer(tensor);
    return { name, shape: tensor.dims, dtype: tensor.dtype };
  }

  // nodes

  private lowerNode(node: NodeDefinition, outputCount: number): void {
    this.reserved.delete(node.name);
    const { op } = node;
    if (op === 'Const' || silent.has(op) || this.results.has(node.name)) return;
    const [first] = node.inputs;
    if (identities.has(op) && first !== undefined) {
      const constant = this.constantOf(first);
      if (constant !== undefined) {
        this.constants.set(node.name, constant);
        return;
      }
    }
    const definition = layerOf(node);
    const origin = this.originOf(node);
    const scope = new NodeScope(this, definition, origin, node.inputs);
    try {
      const operator = operatorOf(identities.has(op) ? 'Identity' : op);
      if (operator === undefined) throw new NotLowered('the operator has no equivalent in ONNX that is known here');
      const outputs = operator(scope);
      const { parts } = scope;
      for (const n of parts.nodes) this.graph.nodes.push(n);
      for (const tensor of parts.initializers) this.graph.addInitializer(tensor);
      for (const value of parts.values) this.values.push(value);
      for (const n of parts.layoutTransposes) this.layoutTransposes.add(n);
      this.results.set(node.name, outputs);
    } catch (error) {
      if (!(error instanceof NotLowered)) throw error;
      scope.abandon();
      this.reportAt('opaque-node', `${shown(op)} ${shown(node.name)} is not computed: ${error.message}`, node.place);
      this.results.set(node.name, this.opaque(node, origin, Math.min(outputCount, MOST_OUTPUTS)));
    }
  }

  /** A node that stands for an operator that cannot be expressed. */
  private opaque(node: NodeDefinition, origin: Origin, outputCount: number): TensorValue[] {
    this.graph.opsets.set(OPAQUE_DOMAIN, 1);
    const outputs = Array.from({ length: outputCount }, (_, i) =>
      this.claim(i === 0 ? node.name : `${node.name}:${i}`),
    );
    this.graph.nodes.push(
      nodeOf(
        node.op,
        node.inputs.map((ref) => this.valueOf(ref)?.name ?? ''),
        {},
        { domain: OPAQUE_DOMAIN, name: node.name, outputs, origin },
      ),
    );
    const { settings } = node;
    const dtype = settingType(settings.T) ?? 'float32';
    return outputs.map((name) => ({ name, shape: undefined, dtype }));
  }

  // interface

  private declareInputs(): void {
    const { signature, byName } = this.definition;
    const signed = objectMember(signature ?? {}, 'inputs') ?? {};
    const order: { node: NodeDefinition; stated?: unknown }[] = [];
    for (const key of Object.keys(signed)) {
      const stated = member(signed, key);
      const name = isObject(stated) ? stringMember(stated, 'name') : undefined;
      const node = name === undefined ? undefined : byName.get(tensorRef(name).node);
      if (node !== undefined && node.op === 'Placeholder') order.push({ node, stated });
    }
    const listed = new Set(order.map((o) => o.node));
    for (const node of byName.values()) if (node.op === 'Placeholder' && !listed.has(node)) order.push({ node });
    for (const { node, stated } of order) this.declareInput(node, stated);
  }

  private declareInput(node: NodeDefinition, stated: unknown): void {
    if (this.results.has(node.name)) return;
    this.reserved.delete(node.name);
    const signed = isObject(stated) ? stated : {};
    const own = node.settings.shape as (number | null)[] | null | undefined;
    const tensorShape = member(signed, 'tensorShape');
    // early converters write a Placeholder of unknown rank as one without sizes
    const shape = tensorShape === undefined || tensorShape === null ? own : (shapeOf(tensorShape) ?? own);
    const dtype = dataTypeOf(member(signed, 'dtype')) ?? settingType(node.settings.dtype) ?? 'float32';
    const known = shape !== undefined && shape !== null && shape.length <= HIGHEST_RANK ? shape : undefined;
    const value: TensorValue = { name: this.claim(node.name), shape: known, dtype };
    this.graph.addInput(value.name, inputType(value));
    this.results.set(node.name, [value]);
  }

  private declareOutputs(): void {
    const { signature, byName, nodes } = this.definition;
    const signed = objectMember(signature ?? {}, 'outputs') ?? {};
    let refs = Object.keys(signed)
      .map((key) => member(signed, key))
      .map((stated) => (isObject(stated) ? stringMember(stated, 'name') : undefined))
      .filter((name) => name !== undefined)
      .map(tensorRef)
      .filter((ref) => byName.has(ref.node));
    if (refs.length === 0) {
      const read = new Set(nodes.flatMap((n) => n.inputs.map((i) => i.node)));
      refs = nodes
        .filter((n) => !read.has(n.name) && n.op !== 'Const' && n.op !== 'Placeholder' && !silent.has(n.op))
        .map((n) => ({ node: n.name, output: 0 }));
    }
    const given = new Set<string>(this.graph.inputs.map((i) => i.name));
    for (const ref of refs) {
      const value = this.valueOf(ref);
      if (value === undefined) continue;
      let { name } = value;
      if (given.has(name) || this.graph.initializers.has(name)) {
        const output = this.claim(`${name}/output`);
        this.graph.nodes.push(nodeOf('Identity', [name], {}, { name: output, outputs: [output] }));
        name = output;
      }
      given.add(name);
      this.graph.addOutput(name, valueType(value));
    }
    if (this.graph.outputs.length === 0) {
      this.reportAt('no-output', 'the graph has no output that can be computed', this.definition.place);
    }
  }

  /** How many outputs of each node are read, at least one. */
  private countOutputs(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { inputs } of this.definition.nodes) {
      for (const { node, output } of inputs) counts.set(node, Math.max(counts.get(node) ?? 1, output + 1));
    }
    return counts;
  }

  /** Constants that only told how to lower a node, and those made for a node that was not lowered after all. */
  private dropUnread(): void {
    const { graph } = this;
    const read = new Set([...graph.nodes.flatMap((n) => n.inputs), ...graph.outputs.map((o) => o.name)]);
    for (const name of [...graph.initializers.keys()]) if (!read.has(name)) graph.initializers.delete(name);
    graph.nodes = graph.nodes.filter((n) => n.opType !== 'Constant' || read.has(n.outputs[0]));
  }
}

/** A node in the words of the layers' lowering, which the operators share. */
function layerOf({ name, op, settings, place }: NodeDefinition): LayerDefinition {
  return { name, className: op, config: settings, place, configPlace: place.to('attr'), calls: [] };
}

function settingType(stated: unknown): TensorValue['dtype'] | undefined {
  return stated === 'float32' || stated === 'int32' || stated === 'bool' || stated === 'string' ? stated : undefined;
}

/** An open first axis is the batch: the same for all inputs. */
function inputType({ dtype, shape }: { dtype: TensorValue['dtype']; shape: Shape | undefined }): ValueType {
  return { kind: 'tensor', dtype, ...(shape && { shape: shape.map((d, i) => (d === null && i === 0 ? 'batch' : d)) }) };
}
