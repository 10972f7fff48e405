import type { TensorRef } from './inboundNodes';
import { shown, type LayerDefinition, type ModelDefinition, type Report } from './topology';

/** One output of one call; `call` counts from 0 in the order of the file. */
export interface CallOutput {
  readonly layer: LayerDefinition;
  readonly call: number;
  readonly tensor: number;
}

export interface OrderedCall {
  readonly layer: LayerDefinition;
  readonly call: number;
  /** Undefined for a connection that leads nowhere, which has been reported. */
  readonly inputs: readonly (CallOutput | undefined)[];
}

export interface CallOrder {
  /** Calls after those that they read, otherwise in the order of the file. Input layers are not called. */
  readonly calls: readonly OrderedCall[];
  readonly inputs: readonly LayerDefinition[];
  readonly outputs: readonly (CallOutput | undefined)[];
  /** How many outputs of each layer are read, at least. */
  readonly outputsRead: ReadonlyMap<LayerDefinition, number>;
}

/** Puts the calls of a functional model in order. Connections that lead nowhere or in a circle are reported and cut. */
export function orderCalls(model: ModelDefinition, report: Report): CallOrder {
  const byName = new Map(model.layers.map((layer) => [layer.name, layer]));
  const firstCalls = numberOfFirstCalls(model, byName);
  const outputsRead = new Map<LayerDefinition, number>();

  /** @param reader undefined: the model itself, which lists its outputs */
  const resolve = (ref: TensorRef, reader?: LayerDefinition): CallOutput | undefined => {
    const layer = byName.get(ref.layer);
    const call = ref.call - (layer === undefined ? 0 : (firstCalls.get(layer) ?? 0));
    if (layer === undefined || !(call >= 0 && call < callCount(layer))) {
      const what = layer === undefined ? 'is not in the model' : `has no call ${ref.call}`;
      const title = reader?.name ?? `the output of ${model.name}`;
      const place = reader?.place.to('inbound_nodes') ?? model.configPlace.to('output_layers');
      report('unknown-layer', `${shown(title)} reads the layer ${shown(ref.layer)}, which ${what}`, place);
      return undefined;
    }
    outputsRead.set(layer, Math.max(outputsRead.get(layer) ?? 1, ref.tensor + 1));
    return { layer, call, tensor: ref.tensor };
  };

  const calls: { layer: LayerDefinition; call: number; inputs: (CallOutput | undefined)[] }[] = [];
  const firstIds = new Map<LayerDefinition, number>();
  for (const layer of model.layers) {
    firstIds.set(layer, calls.length);
    if (isInput(layer)) {
      calls.push({ layer, call: 0, inputs: [] });
      continue;
    }
    if (layer.calls.length === 0) {
      report(
        'not-called',
        `the layer ${shown(layer.name)} is called nowhere and takes no part in the model`,
        layer.place,
      );
    }
    layer.calls.forEach(({ inputs }, call) => {
      calls.push({ layer, call, inputs: inputs.map((ref) => resolve(ref, layer)) });
    });
  }
  const outputs = model.outputs.map((ref) => resolve(ref));

  const sourceOf = (id: number, input: number) => {
    const source = calls[id].inputs[input];
    return source === undefined ? -1 : firstIds.get(source.layer)! + source.call;
  };
  const cut = (id: number, input: number) => {
    const { layer, inputs } = calls[id];
    report('cycle', `the layer ${shown(layer.name)} reads what it computes itself: the connection is cut`, layer.place);
    inputs[input] = undefined;
  };
  const order = sorted(calls, sourceOf, cut);
  return {
    calls: order.map((id) => calls[id]).filter(({ layer }) => !isInput(layer)),
    inputs: inputLayers(model, byName),
    outputs,
    outputsRead,
  };
}

export function isInput(layer: LayerDefinition): boolean {
  return layer.className === 'InputLayer' && layer.calls.length === 0;
}

function callCount(layer: LayerDefinition): number {
  return isInput(layer) ? 1 : layer.calls.length;
}

/** In the order of `input_layers`, then those that it leaves out. */
function inputLayers(model: ModelDefinition, byName: ReadonlyMap<string, LayerDefinition>): LayerDefinition[] {
  const listed = model.inputs.map((ref) => byName.get(ref.layer)).filter((l) => l !== undefined && isInput(l));
  return [...new Set([...(listed as LayerDefinition[]), ...model.layers.filter(isInput)])];
}

/**
 * The number of a nested model's first call. Keras and tfjs count the model's own making as call 0, some writers do not;
 * a reference to call 0 tells.
 */
function numberOfFirstCalls(
  model: ModelDefinition,
  byName: ReadonlyMap<string, LayerDefinition>,
): ReadonlyMap<LayerDefinition, number> {
  const first = new Map<LayerDefinition, number>();
  for (const layer of model.layers) if (layer.nested !== undefined) first.set(layer, 1);
  if (first.size === 0) return first;
  const look = (ref: TensorRef) => {
    const layer = byName.get(ref.layer);
    if (ref.call === 0 && layer !== undefined) first.delete(layer);
  };
  model.outputs.forEach(look);
  for (const layer of model.layers) for (const call of layer.calls) call.inputs.forEach(look);
  return first;
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
