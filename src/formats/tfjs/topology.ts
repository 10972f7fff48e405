import { ModelError } from '../../ir/errors';
import { say } from '../../texts/say';
import { readCalls, readRefs, type LayerCall, type TensorRef } from './inboundNodes';
import { statedTensor, type StatedTensor } from './statedTensor';
import { isObject, member, objectMember, stringMember, type JsonObject } from './jsonAccess';
import { DECODED, JsonPlace } from './jsonPlace';

/** A layer as the file states it. */
export interface LayerDefinition {
  /** Unique among the layers of its model. */
  readonly name: string;
  readonly className: string;
  readonly config: JsonObject;
  /** The layer's JSON object. */
  readonly place: JsonPlace;
  readonly configPlace: JsonPlace;
  /** Calls in the order of the file; sequential models have none written down. */
  readonly calls: readonly LayerCall[];
  /** What Keras 3 notes of the input that the layer was built for. */
  readonly builtFor?: StatedTensor;
  /** The model that this layer is, if it is one. */
  readonly nested?: ModelDefinition;
  /** The layer that this one wraps (TimeDistributed, Bidirectional). */
  readonly wrapped?: LayerDefinition;
}

export interface ModelDefinition {
  readonly kind: 'sequential' | 'functional';
  readonly name: string;
  readonly className: string;
  readonly layers: readonly LayerDefinition[];
  readonly inputs: readonly TensorRef[];
  readonly outputs: readonly TensorRef[];
  /** Input shape that a sequential model states for itself (`build_input_shape`, Keras 2.2 and later). */
  readonly inputShape?: unknown;
  readonly place: JsonPlace;
  readonly configPlace: JsonPlace;
}

/** Where a file describes a model. */
export interface StatedModel {
  readonly className: string;
  /** The object with class_name and config. */
  readonly model: JsonObject;
  readonly place: JsonPlace;
  /** The object that holds keras_version, backend and training_config beside the model. */
  readonly holder: JsonObject;
  /** The whole file. */
  readonly file: JsonObject;
  readonly weightsManifest: unknown;
  readonly manifestPlace: JsonPlace;
}

export interface Topology {
  readonly model: ModelDefinition;
  /** Layers of the file, those of nested models and the wrapped ones' wrappers included. */
  readonly layerCount: number;
}

/** Models nested deeper than this are left closed: no real model goes beyond four, a hostile one may go to 10 000. */
const DEEPEST_NESTING = 64;

export type Report = (code: string, message: string, place: JsonPlace) => void;

/**
 * The model that a tfjs layers model or a Keras architecture (1, 2 or 3) describes, without going through its layers.
 * @param value what JSON.parse made of the file
 * @throws ModelError `unsupported-format` or `not-a-model` when it describes no layers
 */
export function findModel(value: unknown): StatedModel {
  const file = decode(value, JsonPlace.root);
  if (!isObject(file.value)) throw notAModel(file.value);
  const fileObject = file.value;
  const hasTopology = member(fileObject, 'modelTopology') !== undefined;
  const holder = hasTopology
    ? decode(member(fileObject, 'modelTopology'), file.place.to('modelTopology'))
    : { value: fileObject, place: file.place };
  if (!isObject(holder.value)) throw notAModel(fileObject);
  const modelConfig = member(holder.value, 'model_config');
  const model =
    modelConfig === undefined || modelConfig === null
      ? { value: holder.value, place: holder.place }
      : decode(modelConfig, holder.place.to('model_config'));
  if (!isObject(model.value) || member(model.value, 'config') === undefined) throw notAModel(fileObject);
  const className = classOf(model.value);
  const { list, place } = layerList(model.value, model.place);
  if (list === undefined)
    throw new ModelError('not-a-model', say`${shown(className)} has no list of layers`, { jsonPath: place.toString() });
  return {
    className,
    model: model.value,
    place: model.place,
    holder: holder.value,
    file: fileObject,
    weightsManifest: member(fileObject, 'weightsManifest'),
    manifestPlace: file.place.to('weightsManifest'),
  };
}

/** The layers and calls of the model. */
export function readTopology({ model, place }: StatedModel, report: Report): Topology {
  const reader = new TopologyReader(report);
  const definition = reader.model(model, place, 0);
  return { model: definition, layerCount: reader.layerCount };
}

/**
 * One layer alone.
 * @param place of its object; the last step is its index in the list of layers
 * @param depth models and wrappers that it lies in, the outermost not counted
 */
export function readLayer(object: JsonObject, place: JsonPlace, depth: number, report: Report): LayerDefinition {
  return new TopologyReader(report).layer(object, place, depth, Number(place.step));
}

function classOf(model: JsonObject): string {
  return stringMember(model, 'class_name') ?? 'Model';
}

/** The layers that a model states; undefined where it states none. */
function layerList(model: JsonObject, place: JsonPlace): { list: readonly unknown[] | undefined; place: JsonPlace } {
  const config = member(model, 'config');
  const configPlace = place.to('config');
  // Keras 1 and early tfjs write a sequential model's layers as the config itself
  if (Array.isArray(config)) return { list: config, place: configPlace };
  const layers = isObject(config) ? member(config, 'layers') : undefined;
  return { list: Array.isArray(layers) ? layers : undefined, place: configPlace.to('layers') };
}

/** Some writers encode the JSON of the model once more, as a string. */
function decode(value: unknown, place: JsonPlace): { value: unknown; place: JsonPlace } {
  let at = { value, place };
  for (let times = 0; typeof at.value === 'string' && times < 3; times++) {
    try {
      at = { value: JSON.parse(at.value) as unknown, place: at.place.to(DECODED) };
    } catch {
      return at;
    }
  }
  return at;
}

function notAModel(value: unknown): ModelError {
  if (isObject(value)) {
    const topology = objectMember(value, 'modelTopology') ?? value;
    if (Array.isArray(member(topology, 'node')) || stringMember(value, 'format') === 'graph-model') {
      return new ModelError(
        'unsupported-format',
        say`this is a TensorFlow.js graph model that calls itself a layers model: its format should be graph-model`,
      );
    }
    if (Array.isArray(member(value, 'weightsManifest'))) {
      return new ModelError(
        'not-a-model',
        say`the file lists weights but describes no model: its modelTopology is missing; open the model.json it belongs to`,
      );
    }
  }
  if (Array.isArray(value) && value.some((group) => isObject(group) && Array.isArray(member(group, 'weights')))) {
    return new ModelError(
      'not-a-model',
      say`this is a TensorFlow.js weights manifest without a model: open the model.json it belongs to`,
    );
  }
  return new ModelError(
    'not-a-model',
    say`this JSON describes no layers model: it has no class_name with a config of layers`,
  );
}

class TopologyReader {
  layerCount = 0;

  constructor(private readonly report: Report) {}

  model(object: JsonObject, place: JsonPlace, depth: number): ModelDefinition {
    const className = classOf(object);
    const config = member(object, 'config');
    const configPlace = place.to('config');
    // it is there: a model without one is refused, and a layer with one is a model
    const { list = [], place: listPlace } = layerList(object, place);
    const settings: JsonObject = isObject(config) ? config : {};
    const isFunctional =
      member(settings, 'output_layers') !== undefined ||
      (className !== 'Sequential' && list.some((l) => isObject(l) && member(l, 'inbound_nodes') !== undefined));
    const layers = this.layers(list, listPlace, depth);
    return {
      kind: isFunctional ? 'functional' : 'sequential',
      name: stringMember(settings, 'name') ?? stringMember(object, 'name') ?? className.toLowerCase(),
      className,
      layers,
      inputs: isFunctional ? readRefs(member(settings, 'input_layers')) : [],
      outputs: isFunctional ? readRefs(member(settings, 'output_layers')) : [],
      inputShape: member(settings, 'build_input_shape'),
      place,
      configPlace,
    };
  }

  private layers(list: readonly unknown[], place: JsonPlace, depth: number): LayerDefinition[] {
    const layers: LayerDefinition[] = [];
    const names = new Set<string>();
    /** The last number that was put behind a name: many layers may have the same. */
    const numbers = new Map<string, number>();
    list.forEach((entry, i) => {
      const at = place.to(i);
      if (!isObject(entry)) {
        this.report('invalid-layer', say`layer ${i} is not an object and is left out`, at);
        return;
      }
      this.layerCount++;
      const layer = this.layer(entry, at, depth, i);
      let { name } = layer;
      if (names.has(name)) {
        this.report('duplicate-name', say`the name ${shown(name)} is used by several layers of the model`, at);
        let number = numbers.get(layer.name) ?? 0;
        while (names.has(name)) name = `${layer.name}_${++number}`;
        numbers.set(layer.name, number);
      }
      names.add(name);
      layers.push(name === layer.name ? layer : { ...layer, name });
    });
    return layers;
  }

  layer(object: JsonObject, place: JsonPlace, depth: number, index: number): LayerDefinition {
    const className = stringMember(object, 'class_name') ?? 'Layer';
    const stated = member(object, 'config');
    const config: JsonObject = isObject(stated) ? stated : {};
    // inbound nodes refer to the outer name; Keras writes both alike
    const name =
      stringMember(object, 'name') ?? stringMember(config, 'name') ?? `${className.toLowerCase()}_${index + 1}`;
    const inbound = member(object, 'inbound_nodes');
    const calls = readCalls(inbound);
    if (calls === undefined) {
      this.report('invalid-call', say`the inbound_nodes of ${shown(name)} are not a list and are not followed`, place);
    }
    const builtFor = statedTensor(member(objectMember(object, 'build_config') ?? {}, 'input_shape'), undefined);
    const base = { name, className, config, place, configPlace: place.to('config'), calls: calls ?? [], builtFor };
    if (Array.isArray(stated) || Array.isArray(member(config, 'layers'))) return this.nested(base, object, depth);
    const wrapped = objectMember(config, 'layer');
    if (wrapped === undefined || depth >= DEEPEST_NESTING) return base;
    return { ...base, wrapped: this.layer(wrapped, base.configPlace.to('layer'), depth + 1, 0) };
  }

  private nested(base: LayerDefinition, object: JsonObject, depth: number): LayerDefinition {
    if (depth >= DEEPEST_NESTING) {
      this.report(
        'too-deep',
        say`models are nested more than ${DEEPEST_NESTING} deep: ${shown(base.name)} is left closed`,
        base.place,
      );
      return base;
    }
    return { ...base, nested: this.model(object, base.place, depth + 1) };
  }
}

/** A name from the file as it may stand in a message: a hostile one may be a megabyte long. */
export function shown(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}...` : name;
}
