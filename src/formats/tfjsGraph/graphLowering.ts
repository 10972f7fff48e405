import { attribute } from '../../ir/attribute';
import type { ValueType } from '../../ir/graph';
import { capturedNames, MutableGraph, nodeOf, type MutableNode } from '../../ir/mutableGraph';
import type { Origin } from '../../ir/origin';
import { isObject, member, objectMember, stringMember } from '../tfjs/jsonAccess';
import type { Shape, TensorValue } from '../tfjs/layerScope';
import { valueType } from '../tfjs/loweredCall';
import type { JsonPlace } from '../tfjs/jsonPlace';
import { Names } from '../tfjs/names';
import { shown, type LayerDefinition, type Report } from '../tfjs/topology';
import { say } from '../../texts/say';
import { dataTypeOf, settingShape, settingType, shapeOf } from './attributeValues';
import { BodyLowering, type NodeSink } from './bodyLowering';
import type { Constant, Constants } from './constants';
import { formOfLoop, type LoopForm } from './countedLoop';
import {
  tensorRef,
  type FunctionDefinition,
  type GraphBody,
  type GraphDefinition,
  type NodeDefinition,
} from './graphDef';
import type { KeyedForm, ShapedValue, ValueFact } from './nodeScope';
import { silent } from './silentOperators';

/** Opset that nodes are lowered to. */
const LOWERED_OPSET = 18;
/** Ranks beyond this are taken as unknown. */
const HIGHEST_RANK = 16;
/** Nodes that a graph may come to with its functions expanded: they can double at every level. */
const MOST_NODES = 200_000;

/** Builds the graph of a GraphDef: one or more ONNX operators for each of its nodes. What bodies of functions share is here. */
export class GraphLowering implements NodeSink {
  readonly graph = new MutableGraph();
  readonly layoutTransposes = new Set<MutableNode>();
  readonly channelsInside = new Set<string>();
  readonly facts = new Map<string, ValueFact>();
  /** Nodes that go when nothing reads them: they may turn out not to be needed. */
  readonly spare = new Set<MutableNode>();
  readonly values: TensorValue[] = [];
  private readonly constantValues = new Map<Constant, Map<string, ShapedValue>>();
  private readonly loopForms = new Map<FunctionDefinition, Map<FunctionDefinition, LoopForm>>();
  private readonly names = new Names();
  /** Names of the file's nodes that are not lowered yet: what is made up keeps away from them. */
  private readonly reserved: Set<string>;
  private readonly isReserved = (name: string) => this.reserved.has(name);
  private readonly reported = new Set<JsonPlace>();
  private left = MOST_NODES;

  constructor(
    readonly definition: GraphDefinition,
    private readonly constants: Constants,
    readonly originOf: (node: NodeDefinition, path: string) => Origin,
    readonly reportAt: Report,
  ) {
    this.graph.opsets.set('', LOWERED_OPSET);
    this.reserved = new Set(definition.byName.keys());
  }

  lower(): void {
    const body = new BodyLowering(this, this.definition, this, '');
    this.declareInputs(body);
    body.lower();
    this.declareOutputs(body);
    this.dropUnread();
  }

  // for the bodies

  constantsOf(body: GraphBody): ReadonlyMap<string, Constant> {
    return this.constants.get(body) ?? new Map<string, Constant>();
  }

  /**
   * Counts the nodes of a function's body that is lowered once more; false when there would be more than a graph may come to.
   * @param expanded the same with the calls in it
   */
  spend(nodes: number, expanded: number): boolean {
    if (expanded > this.left) return false;
    this.left -= nodes;
    return true;
  }

  /** What a loop's functions say of it, read once for each pair of them. */
  formOfLoop(cond: FunctionDefinition, step: FunctionDefinition): LoopForm {
    let forms = this.loopForms.get(step);
    if (forms === undefined) this.loopForms.set(step, (forms = new Map<FunctionDefinition, LoopForm>()));
    let form = forms.get(cond);
    if (form === undefined) forms.set(cond, (form = formOfLoop(cond, step, (f) => this.constantsOf(f))));
    return form;
  }

  /** Says once of each node why it stays opaque, in whatever calls it does. */
  reportOpaque({ op, name, place }: NodeDefinition, reason: string): void {
    if (this.reported.has(place)) return;
    this.reported.add(place);
    this.reportAt('opaque-node', say`${shown(op)} ${shown(name)} is not computed: ${reason}`, place);
  }

  /** The name of one of the file's own nodes can be claimed from now on. */
  unreserve(name: string): void {
    this.reserved.delete(name);
  }

  claim(wanted: string): string {
    return this.names.claim(wanted, this.isReserved);
  }

  release(name: string): void {
    this.names.release(name);
    this.channelsInside.delete(name);
    this.facts.delete(name);
  }

  report(code: string, message: string, { place }: LayerDefinition): void {
    this.reportAt(code, message, place);
  }

  constantValue(constant: Constant, form: KeyedForm = { key: '' }): ShapedValue {
    let forms = this.constantValues.get(constant);
    if (forms === undefined) this.constantValues.set(constant, (forms = new Map<string, ShapedValue>()));
    let value = forms.get(form.key);
    if (value === undefined) forms.set(form.key, (value = this.makeConstant(constant, form)));
    return value;
  }

  private makeConstant(constant: Constant, { key, ...form }: KeyedForm): ShapedValue {
    if (this.constants.get(this.definition)?.get(constant.name) === constant) this.unreserve(constant.name);
    const name = this.claim(constant.name);
    const tensor = constant.tensor(name, key === '' ? {} : form);
    const isNumber = tensor.dims.length === 0 && constant.atHand !== undefined;
    // a node, not an initializer: a number in a formula is no parameter of the model
    if (isNumber) {
      this.graph.nodes.push(nodeOf('Constant', [], { value: attribute.tensor(tensor) }, { name, outputs: [name] }));
    } else this.graph.addInitializer(tensor);
    return { name, shape: tensor.dims, dtype: tensor.dtype };
  }

  // interface

  private declareInputs(body: BodyLowering): void {
    const { signature, byName } = this.definition;
    const signed = objectMember(signature ?? {}, 'inputs') ?? {};
    const order: { node: NodeDefinition; stated?: unknown }[] = [];
    for (const key of Object.keys(signed)) {
      const stated = member(signed, key);
      const name = isObject(stated) ? stringMember(stated, 'name') : undefined;
      const node = name === undefined ? undefined : byName.get(tensorRef(name, byName).node);
      if (node !== undefined && node.op === 'Placeholder') order.push({ node, stated });
    }
    const listed = new Set(order.map((o) => o.node));
    for (const node of byName.values()) if (node.op === 'Placeholder' && !listed.has(node)) order.push({ node });
    for (const { node, stated } of order) this.declareInput(node, stated, body);
  }

  private declareInput(node: NodeDefinition, stated: unknown, body: BodyLowering): void {
    if (body.has(node.name)) return;
    this.unreserve(node.name);
    const signed = isObject(stated) ? stated : {};
    const own = settingShape(node.settings.shape);
    const tensorShape = member(signed, 'tensorShape');
    // early converters write a Placeholder of unknown rank as one without sizes
    const shape = tensorShape === undefined || tensorShape === null ? own : (shapeOf(tensorShape) ?? own);
    const dtype = dataTypeOf(member(signed, 'dtype')) ?? settingType(node.settings.dtype) ?? 'float32';
    const known = shape !== undefined && shape.length <= HIGHEST_RANK ? shape : undefined;
    const value: TensorValue = { name: this.claim(node.name), shape: known, dtype };
    this.graph.addInput(value.name, inputType(value));
    body.bind(node.name, value);
  }

  private declareOutputs(body: BodyLowering): void {
    const { signature, byName, nodes } = this.definition;
    const signed = objectMember(signature ?? {}, 'outputs') ?? {};
    let refs = Object.keys(signed)
      .map((key) => member(signed, key))
      .map((stated) => (isObject(stated) ? stringMember(stated, 'name') : undefined))
      .filter((name) => name !== undefined)
      .map((name) => tensorRef(name, byName))
      .filter((ref) => byName.has(ref.node));
    if (refs.length === 0) {
      const read = new Set(nodes.flatMap((n) => n.inputs.map((i) => i.node)));
      refs = nodes
        .filter((n) => !read.has(n.name) && n.op !== 'Const' && n.op !== 'Placeholder' && !silent.has(n.op))
        .map((n) => ({ node: n.name, output: 0 }));
    }
    const given = new Set<string>(this.graph.inputs.map((i) => i.name));
    for (const ref of refs) {
      const value = body.valueOf(ref);
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
      this.reportAt('no-output', say`the graph has no output that can be computed`, this.definition.place);
    }
  }

  /** Takes the spare nodes that nothing reads out of the graph, or one inside of it whose outputs are declared. */
  dropSpare(graph: MutableGraph): void {
    const read = new Set(graph.outputs.map((o) => o.name));
    // what a node reads stands before it
    const kept = graph.nodes.reverse().filter((node) => {
      if (this.spare.has(node) && !node.outputs.some((o) => read.has(o))) return false;
      for (const name of node.inputs) read.add(name);
      for (const name of capturedNames(node)) read.add(name);
      return true;
    });
    graph.nodes = kept.reverse();
  }

  /** Constants that only told how to lower a node, and those made for a node that was not lowered after all. */
  private dropUnread(): void {
    const { graph } = this;
    for (const node of graph.nodes) if (node.opType === 'Constant') this.spare.add(node);
    this.dropSpare(graph);
    const read = new Set(graph.outputs.map((o) => o.name));
    for (const node of graph.nodes) {
      for (const name of node.inputs) read.add(name);
      for (const name of capturedNames(node)) read.add(name);
    }
    for (const name of [...graph.initializers.keys()]) if (!read.has(name)) graph.initializers.delete(name);
  }
}

/** An open first axis is the batch: the same for all inputs. */
function inputType({ dtype, shape }: { dtype: TensorValue['dtype']; shape: Shape | undefined }): ValueType {
  return { kind: 'tensor', dtype, ...(shape && { shape: shape.map((d, i) => (d === null && i === 0 ? 'batch' : d)) }) };
}
