import { statedTensor, type StatedTensor } from './statedTensor';
import { isCount, isObject, member, objectMember, stringMember } from './jsonAccess';

/** One output of one call of a layer. */
export interface TensorRef {
  readonly layer: string;
  /** Which call of the layer, counted in the order in which the file lists them. */
  readonly call: number;
  /** Which of the call's outputs. */
  readonly tensor: number;
  /** What Keras 3 notes of it where it is read. */
  readonly stated?: StatedTensor;
}

/** One call of a layer in a functional model. */
export interface LayerCall {
  readonly inputs: readonly TensorRef[];
  /** Operands of an operation where some are numbers, in their order: undefined stands for the next of the inputs. */
  readonly operands?: readonly (number | undefined)[];
  /** Attention sees nothing later than its own place. */
  readonly isCausal?: boolean;
}

/** The setting of a call that makes attention causal. */
const CAUSAL = 'use_causal_mask';

/** In the place of a layer's name where Keras 2 has a number as an operator's first operand: `["_CONSTANT_VALUE", -1, 2.5, {...}]`. */
const NUMBER = '_CONSTANT_VALUE';

/** Values in the arguments of a call may be nested lists and objects: further down than this no exporter goes. */
const DEEPEST_ARGUMENT = 16;

/**
 * The calls that `inbound_nodes` lists: `[[["a", 0, 0, {}], ...], ...]` in Keras 1 and 2 (the settings of a call may hold
 * further tensors), `[{args, kwargs}]` with `__keras_tensor__` objects in Keras 3.
 * Undefined when it is there but not a list.
 */
export function readCalls(inbound: unknown): LayerCall[] | undefined {
  if (inbound === undefined || inbound === null) return [];
  if (!Array.isArray(inbound)) return undefined;
  return inbound.map((node: unknown) => {
    const inputs: TensorRef[] = [];
    let operands: (number | undefined)[] | undefined;
    let isCausal = false;
    if (isObject(node)) {
      collectKerasTensors(member(node, 'args'), inputs, 0);
      // masks are not computed, here as in tfjs
      const named = objectMember(node, 'kwargs') ?? {};
      for (const key of Object.keys(named)) if (key !== 'mask') collectKerasTensors(member(named, key), inputs, 0);
      operands = operandsOf(member(node, 'args'));
      isCausal = member(named, CAUSAL) === true;
    } else if (Array.isArray(node)) {
      const entries: unknown[] = isRef(node) || node[0] === NUMBER ? [node] : node;
      for (const entry of entries) {
        const first = firstOperand(entry);
        if (first === undefined) continue;
        if (typeof first !== 'number') inputs.push(first);
        const settings = (entry as unknown[])[3];
        if (!isObject(settings)) continue;
        for (const value of Object.values(settings)) collectRefs(value, inputs, 0);
        isCausal ||= member(settings, CAUSAL) === true;
        const second = member(settings, 'y');
        if (typeof first === 'number') operands = [first, undefined];
        else if (typeof second === 'number') operands = [undefined, second];
      }
    }
    return { inputs, ...(operands && { operands }), ...(isCausal && { isCausal }) };
  });
}

/** What a call of Keras 1 and 2 begins with: a tensor, or the number that an operator has there. */
function firstOperand(entry: unknown): TensorRef | number | undefined {
  const ref = refOf(entry);
  if (ref !== undefined || !Array.isArray(entry)) return ref;
  return entry[0] === NUMBER && typeof entry[2] === 'number' ? entry[2] : undefined;
}

/** Numbers among the arguments of a call, plain or as a `__tensor__` of one. */
function operandsOf(args: unknown): (number | undefined)[] | undefined {
  if (!Array.isArray(args)) return undefined;
  const operands = args.map((value: unknown) => {
    if (typeof value === 'number') return value;
    const isTensor = isObject(value) && stringMember(value, 'class_name') === '__tensor__';
    const held = isTensor ? member(objectMember(value, 'config') ?? {}, 'value') : undefined;
    return typeof held === 'number' ? held : undefined;
  });
  return operands.some((n) => n !== undefined) ? operands : undefined;
}

/** `input_layers` and `output_layers`: one `["a", 0, 0]`, a list of them, or (Keras 3) an object or nested lists of them. */
export function readRefs(value: unknown): TensorRef[] {
  const refs: TensorRef[] = [];
  const collect = (v: unknown, depth: number) => {
    if (depth > DEEPEST_ARGUMENT) return;
    const ref = refOf(v);
    if (ref !== undefined) refs.push(ref);
    else if (Array.isArray(v)) for (const element of v) collect(element, depth + 1);
    else if (isObject(v)) for (const element of Object.values(v)) collect(element, depth + 1);
  };
  collect(value, 0);
  return refs;
}

function isRef(value: readonly unknown[]): boolean {
  return typeof value[0] === 'string' && isCount(value[1]);
}

function refOf(value: unknown): TensorRef | undefined {
  if (!Array.isArray(value) || !isRef(value)) return undefined;
  const [layer, call, tensor] = value as [string, number, unknown];
  return { layer, call, tensor: isCount(tensor) ? tensor : 0 };
}

/** Tensors among the settings of a Keras 2 call, such as the second operand of an operator layer. */
function collectRefs(value: unknown, refs: TensorRef[], depth: number): void {
  if (depth > DEEPEST_ARGUMENT || !Array.isArray(value)) return;
  const ref = refOf(value);
  if (ref !== undefined) refs.push(ref);
  else for (const element of value) collectRefs(element, refs, depth + 1);
}

function collectKerasTensors(value: unknown, refs: TensorRef[], depth: number): void {
  if (depth > DEEPEST_ARGUMENT) return;
  if (Array.isArray(value)) {
    for (const element of value) collectKerasTensors(element, refs, depth + 1);
  } else if (isObject(value)) {
    if (stringMember(value, 'class_name') === '__keras_tensor__') {
      const config = objectMember(value, 'config') ?? {};
      const ref = refOf(member(config, 'keras_history'));
      if (ref === undefined) return;
      const stated = statedTensor(member(config, 'shape'), member(config, 'dtype'));
      refs.push(stated === undefined ? ref : { ...ref, stated });
    } else {
      for (const element of Object.values(value)) collectKerasTensors(element, refs, depth + 1);
    }
  }
}
