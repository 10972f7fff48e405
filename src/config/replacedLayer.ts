import { isObject, member, type JsonObject } from '../formats/tfjs/jsonAccess';
import type { JsonStep } from '../formats/tfjs/jsonPlace';
import type { StatedLayer } from '../formats/tfjs/statedLayers';
import type { LayerDefinition, ModelDefinition } from '../formats/tfjs/topology';

/** What a model's definitions become when one layer is another: those around it are made again, all else stays. */
export class ReplacedLayer {
  private readonly models = new Map<ModelDefinition, ModelDefinition>();
  private readonly definitions = new Map<LayerDefinition, LayerDefinition>();

  /**
   * @param around for each layer the index of the one that it lies in, or -1
   * @param at index of the layer that is replaced, one of the list of its model
   * @param object the JSON of its replacement
   */
  constructor(
    layers: readonly StatedLayer[],
    around: Int32Array,
    at: number,
    replacement: LayerDefinition,
    object: JsonObject,
  ) {
    const steps = replacement.place.steps();
    // settings of a layer hold the JSON of the layers inside it
    const configOf = ({ config, configPlace }: LayerDefinition) =>
      withValue(config, steps.slice(configPlace.steps().length), object) as JsonObject;
    let now = replacement;
    for (let i = at; i >= 0; i = around[i]) {
      const { definition: old, model } = layers[i];
      if (i !== at) this.definitions.set(old, now);
      const outer = layers[around[i]]?.definition;
      if (isListed(layers[i])) {
        const changed = { ...model, layers: model.layers.map((l) => (l === old ? now : l)) };
        this.models.set(model, changed);
        if (outer !== undefined) now = { ...outer, config: configOf(outer), nested: changed };
      } else if (outer !== undefined) now = { ...outer, config: configOf(outer), wrapped: now };
    }
  }

  model(model: ModelDefinition): ModelDefinition {
    return this.models.get(model) ?? model;
  }

  /** The layer as part of the models that there are now. */
  stated(layer: StatedLayer, span: StatedLayer['span']): StatedLayer {
    const { path, className, definition, model } = layer;
    return {
      path,
      className,
      span,
      definition: this.definitions.get(definition) ?? definition,
      model: this.model(model),
    };
  }
}

/** In the list of its model, not inside another layer that wraps it. */
export function isListed({ definition }: StatedLayer): boolean {
  return typeof definition.place.step === 'number';
}

/** A copy of a JSON value with another value at a place inside it; the value itself where it has no such place. */
function withValue(around: unknown, [step, ...further]: readonly JsonStep[], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(around) && typeof step === 'number')
    return around.map((element: unknown, i) => (i === step ? withValue(element, further, value) : element));
  if (!isObject(around) || typeof step !== 'string' || member(around, step) === undefined) return around;
  return { ...around, [step]: withValue(around[step], further, value) };
}
