import type { DataType } from '../../ir/dataType';
import { isObject, member, objectMember, stringMember } from './jsonAccess';
import type { Shape } from './layerScope';
import type { LayerDefinition, ModelDefinition } from './topology';

/** Ranks beyond this are left unknown: shapes are copied often, and a hostile file may state one of a million sizes. */
export const HIGHEST_RANK = 16;

const dataTypes: ReadonlyMap<string, DataType> = new Map([
  ['float16', 'float16'],
  ['float32', 'float32'],
  ['float64', 'float64'],
  ['int32', 'int32'],
  ['int64', 'int64'],
  ['uint8', 'uint8'],
  ['bool', 'bool'],
  ['string', 'string'],
]);

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

/** What a file states of a value that no operator computes. */
export interface StatedTensor {
  /** Batch axis included. */
  readonly shape: Shape;
  /** Undefined where the file does not name one that is known. */
  readonly dtype?: DataType;
}

/**
 * @param shape a list of sizes
 * @param dtype name of a type
 * @returns undefined when that is no shape that a value has
 */
export function statedTensor(shape: unknown, dtype: unknown): StatedTensor | undefined {
  if (!Array.isArray(shape) || shape.length > HIGHEST_RANK) return undefined;
  return { shape: shape.map(size), dtype: typeof dtype === 'string' ? dataTypes.get(dtype) : undefined };
}

function size(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null;
}
