import type { DataType } from '../../ir/dataType';
import { isObject, member, objectMember, stringMember } from './jsonAccess';
import type { Shape } from './layerScope';
import { dataTypes, size } from './statedTensor';
import type { LayerDefinition, ModelDefinition } from './topology';

/** What a layer says of the input of the model that it begins, batch axis included; undefined when it says nothing. */
export function statedInputShape(layer: LayerDefinition): Shape | undefined {
  const { config } = layer;
  const whole = member(config, 'batch_input_shape') ?? member(config, 'batch_shape');
  if (Array.isArray(whole)) return whole.map(size);
  const sample = member(config, 'input_shape');
  if (Array.isArray(sample)) return [null, ...sample.map(size)];
  const features = member(config, 'input_dim');
  if (layer.className === 'Dense' && features !== undefined) return [null, size(features)];
  if (layer.className === 'Embedding') {
    const length = member(config, 'input_length');
    return [null, ...(Array.isArray(length) ? length.map(size) : [size(length)])];
  }
  return layer.nested && modelInputShape(layer.nested);
}

/** The input shape of a sequential model, from its first layer or from what Keras notes when it builds the model. */
export function modelInputShape(model: ModelDefinition): Shape | undefined {
  const stated = model.layers.length > 0 ? statedInputShape(model.layers[0]) : undefined;
  return stated ?? (Array.isArray(model.inputShape) ? model.inputShape.map(size) : undefined);
}

/** The type of a layer's input: a name, or a Keras 3 policy that holds one. */
export function statedType(layer: LayerDefinition): DataType {
  const stated = member(layer.config, 'dtype');
  const name = isObject(stated) ? stringMember(objectMember(stated, 'config') ?? {}, 'name') : stated;
  return dataTypes.get(typeof name === 'string' ? name : 'float32') ?? 'float32';
}
