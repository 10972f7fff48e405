import { say } from '../../texts/say';
import { sameJson } from '../../ir/sameJson';
import type { TensorRef } from './inboundNodes';
import type { StatedTensor } from './statedTensor';
import { shown, type LayerDefinition, type ModelDefinition, type Report } from './topology';

/** One output of one call. */
export interface CallOutput {
  /** The call, as `OrderedCall.id`. */
  readonly id: number;
  readonly tensor: number;
}

export interface OrderedCall {
  /** Counts the calls of all layers in the order of the file; an input layer counts as one. */
  readonly id: number;
  readonly layer: LayerDefinition;
  /** Counts the calls of this layer from 0 in the order of the file. */
  readonly call: number;
  /** Undefined for a connection that leads nowhere, which has been reported. */
  readonly inputs: readonly (CallOutput | undefined)[];
  /** What the file states of its outputs where they are read, by their number; null where it contradicts itself. */
  readonly stated?: ReadonlyMap<number, StatedTensor | null>;
}

export interface CallOrder {
  /** Calls after those that they read, otherwise in the order of the file. Input layers are not called. */
  readonly calls: readonly OrderedCall[];
  readonly inputs: readonly { readonly layer: LayerDefinition; readonly id: number }[];
  readonly outputs: readonly (CallOutput | undefined)[];
  /** How many outputs of a layer are read, where that is more than one. */
  readonly outputsRead: ReadonlyMap<LayerDefinition, number>;
}

/** Puts the calls of a functional model in order. Connections that lead nowhere or in a circle are reported and cut. */
export function orderCalls(model: ModelDefinition, report: Report): CallOrder {
  const named = namedLayers(model);
  countOwnCalls(model, named);
  const outputsRead = new Map<LayerDefinition, number>();
  const statedOutputs = new Map<number, Map<number, StatedTensor | null>>();

  /** @param reader undefined: the model itself, which lists its outputs */
  const resolve = (ref: TensorRef, reader?: LayerDefinition): CallOutput | undefined => {
    const found = named.get(ref.layer);
    const call = ref.call - (found?.firstCall ?? 0);
    if (found === undefined || !(call >= 0 && call < found.callCount)) {
      const title = shown(reader?.name ?? say`the output of ${model.name}`);
      const what =
        found === undefined
          ? say`${title} reads the layer ${shown(ref.layer)}, which is not in the model`
          : say`${title} reads the layer ${shown(ref.layer)}, which has no call ${ref.call}`;
      const place = reader?.place.to('inbound_nodes') ?? model.configPlace.to('output_layers');
      report('unknown-layer', what, place);
      return undefined;
    }
    const { layer, firstId } = found;
    if (ref.stated !== undefined) {
      const stated = statedOutputs.get(firstId + call) ?? new Map<number, StatedTensor | null>();
      statedOutputs.set(firstId + call, stated);
      const before = stated.get(ref.tensor);
      stated.set(ref.tensor, before === undefined || sameJson(before, ref.stated) ? ref.stated : null);
    }
    if (ref.tensor > 0) outputsRead.set(layer, Math.max(outputsRead.get(layer) ?? 1, ref.tensor + 1));
    return { id: firstId + call, tensor: ref.tensor };
  };

  const calls: (OrderedCall & Own)[] = [];
  for (const layer of model.layers) {
    if (isInput(layer)) {
      calls.push({ id: calls.length, layer, call: 0, inputs: [] });
      continue;
    }
    if (layer.calls.length === 0) {
      report(
        'not-called',
        say`the layer ${shown(layer.name)} is called nowhere and takes no part in the model`,
        layer.place,
      );
    }
    layer.calls.forEach(({ inputs }, call) => {
      calls.push({ id: calls.length, layer, call, inputs: inputs.map((ref) => resolve(ref, layer)) });
    });
  }
  const outputs = model.outputs.map((ref) => resolve(ref));

  const sourceOf = (id: number, input: number) => calls[id].inputs[input]?.id ?? -1;
  const cut = (id: number, input: number) => {
    const { layer, inputs } = calls[id];
    report(
      'cycle',
      say`the layer ${shown(layer.name)} reads what it computes itself: the connection is cut`,
      layer.place,
    );
    inputs[input] = undefined;
  };
  const order = sorted(calls, sourceOf, cut);
  for (const [id, stated] of statedOutputs) calls[id].stated = stated;
  return {
    calls: order.filter((id) => !isInput(calls[id].layer)).map((id) => calls[id]),
    inputs: inputLayers(model, named),
    outputs,
    outputsRead,
  };
}

interface Own {
  readonly inputs: (CallOutput | undefined)[];
  stated?: OrderedCall['stated'];
}

export function isInput(layer: LayerDefinition): boolean {
  return layer.className === 'InputLayer' && layer.calls.length === 0;
}

/** A layer by its name. */
interface NamedLayer {
  readonly layer: LayerDefinition;
  /** Id of its first call. */
  readonly firstId: number;
  readonly callCount: number;
  /** The number by which references mean its first call. */
  firstCall: number;
}

function namedLayers(model: ModelDefinition): ReadonlyMap<string, NamedLayer> {
  const named = new Map<string, NamedLayer>();
  let firstId = 0;
  for (const layer of model.layers) {
    const callCount = isInput(layer) ? 1 : layer.calls.length;
    named.set(layer.name, { layer, firstId, callCount, firstCall: layer.nested === undefined ? 0 : 1 });
    firstId += callCount;
  }
  return named;
}

/** In the order of `input_layers`, then those that it leaves out. */
function inputLayers(
  model: ModelDefinition,
  named: ReadonlyMap<string, NamedLayer>,
): { layer: LayerDefinition; id: number }[] {
  const listed = model.inputs.map((ref) => named.get(ref.layer));
  const all = model.layers.filter(isInput).map(({ name }) => named.get(name));
  const inputs = new Set([...listed, ...all].filter((found) => found !== undefined && isInput(found.layer)));
  return [...(inputs as Set<NamedLayer>)].map(({ layer, firstId }) => ({ layer, id: firstId }));
}

/**
 * The number of a nested model's first call: Keras and tfjs count the model's own making as call 0, some writers do not;
 * a reference to call 0 tells.
 */
function countOwnCalls(model: ModelDefinition, named: ReadonlyMap<string, NamedLayer>): void {
  if (model.layers.every(({ nested }) => nested === undefined)) return;
  const look = (ref: TensorRef) => {
    const found = named.get(ref.layer);
    if (ref.call === 0 && found !== undefined) found.firstCall = 0;
  };
  model.outputs.forEach(look);
  for (const layer of model.layers) for (const call of layer.calls) call.inputs.forEach(look);
}

/** Depth-first, with a stack of its own: a chain may be as long as the file. */
function sorted(
  calls: readonly { readonly inputs: readonly unknown[] }[],
  sourceOf: (id: number, input: number) => number,
  cut: (id: number, input: number) => void,
): number[] {
  const order: number[] = [];
  const state = new Uint8Array(calls.length);
  const [fresh, open, done] = [0, 1, 2];
  /** The next input to look at, of every call. */
  const next = new Int32Array(calls.length);
  const stack: number[] = [];
  for (let start = 0; start < calls.length; start++) {
    if (state[start] !== fresh) continue;
    state[start] = open;
    stack.push(start);
    while (stack.length > 0) {
      const id = stack[stack.length - 1];
      if (next[id] === calls[id].inputs.length) {
        state[id] = done;
        order.push(id);
        stack.pop();
        continue;
      }
      const input = next[id]++;
      const source = sourceOf(id, input);
      if (source < 0 || state[source] === done) continue;
      if (state[source] === open) cut(id, input);
      else {
        state[source] = open;
        stack.push(source);
      }
    }
  }
  return order;
}
