import type { ValueType } from '../../ir/graph';
import type { Origin } from '../../ir/origin';
import { sameJson } from '../../ir/sameJson';
import { say } from '../../texts/say';
import { NotLowered, type LayerParts, type LayerScope, type TensorValue } from './layerScope';
import { loweringOf, opaqueReason } from './layers/registry';
import type { StatedTensor } from './statedTensor';
import { shown, type LayerDefinition } from './topology';

/** What the file states of a call's outputs, by their number. */
export type StatedOutputs = ReadonlyMap<number, StatedTensor | null>;

/** Something that is reported of a layer; of a setting, where one is named. */
export interface LayerReport {
  readonly code: string;
  readonly message: string;
  readonly layer: LayerDefinition;
  readonly setting?: string;
}

/** A call of a layer as it was lowered. */
export interface LoweredCall {
  /** In the order of the calls. */
  index: number;
  layer: LayerDefinition;
  /** Name of the call's main node. */
  readonly label: string;
  /** Names of the models around the layer, each with '/' behind it. */
  readonly prefix: string;
  origin: Origin;
  readonly inputs: readonly (TensorValue | undefined)[];
  outputs: readonly TensorValue[];
  /** What it adds to the graph; undefined where it is another by now, in the graph that was made of it. */
  parts: LayerParts | undefined;
  /** Names that it was given, in the order in which it asked. */
  readonly claimed: readonly string[];
  /** How much had been reported before. */
  reported: number;
  readonly reports: readonly LayerReport[];
  /** How many outputs it was given, and what is stated of them, where it is not expressed in operators. */
  opaque: { readonly outputCount: number; readonly stated: StatedOutputs | undefined } | undefined;
}

/**
 * The outputs of one call of a layer; its nodes are in the scope's parts.
 * @throws NotLowered when it cannot be expressed in operators
 */
export function lowerLayer(scope: LayerScope, inputs: readonly (TensorValue | undefined)[]): readonly TensorValue[] {
  const { className } = scope.layer;
  const lowering = loweringOf(className);
  if (lowering === undefined)
    throw new NotLowered(opaqueReason(className) ?? say`the class ${shown(className)} is not known`);
  if (inputs.length === 0) throw new NotLowered(say`it has no input`);
  if (inputs.includes(undefined)) throw new NotLowered(say`one of its inputs leads nowhere`);
  return lowering(scope, inputs as readonly TensorValue[]);
}

export function isSameValue(a: TensorValue | undefined, b: TensorValue | undefined): boolean {
  if (a === b) return true;
  return a?.name === b?.name && a?.dtype === b?.dtype && sameJson(a?.shape ?? null, b?.shape ?? null);
}

export function valueType({ dtype, shape }: TensorValue): ValueType {
  return shape === undefined ? { kind: 'tensor', dtype } : { kind: 'tensor', dtype, shape };
}
