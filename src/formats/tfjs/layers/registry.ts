import { later, translated } from '../../../texts/say';
import { activationLayers } from './activations';
import { attentionLayers } from './attention';
import { convLstmLayers } from './convLstm';
import { convolutionLayers } from './convolution';
import { coreLayers } from './core';
import { kerasNormLayers } from './kerasNorms';
import type { LayerLowering } from './lowering';
import { mergeLayers } from './merge';
import { normalizationLayers } from './normalization';
import { operationLayers } from './operations';
import { poolingLayers } from './pooling';
import { preprocessingLayers } from './preprocessing';
import { recurrentLayers } from './recurrent';
import { shapingLayers } from './shaping';
import { tensorFlowFunctions } from './tensorFlowFunctions';
import { wrapperLayers } from './wrappers';

const all: readonly Readonly<Record<string, LayerLowering>>[] = [
  activationLayers,
  attentionLayers,
  convLstmLayers,
  convolutionLayers,
  coreLayers,
  kerasNormLayers,
  mergeLayers,
  normalizationLayers,
  operationLayers,
  poolingLayers,
  preprocessingLayers,
  recurrentLayers,
  shapingLayers,
  tensorFlowFunctions,
  wrapperLayers,
];

const byClass: ReadonlyMap<string, LayerLowering> = new Map(all.flatMap((layers) => Object.entries(layers)));

/** How a layer class is lowered; undefined for classes that stay opaque. */
export function loweringOf(className: string): LayerLowering | undefined {
  return byClass.get(className);
}

const aCell = later`a cell is computed by the RNN layer around it, and is no layer by itself`;

/** Why layer classes of tfjs are not lowered. */
const opaque: ReadonlyMap<string, string> = new Map([
  [
    'RandomWidth',
    later`its width is drawn at random on every call, in inference too, and TensorFlow.js does not run it in a model`,
  ],
  ...['SimpleRNNCell', 'GRUCell', 'LSTMCell', 'StackedRNNCells', 'ConvLSTM2DCell'].map(
    (cell) => [cell, aCell] as const,
  ),
]);

/** Why a layer of this class stays opaque; undefined for classes that nobody here knows. */
export function opaqueReason(className: string): string | undefined {
  const reason = opaque.get(className);
  return reason === undefined ? undefined : translated(reason);
}

/** The layer classes that are lowered to operators. */
export const loweredClasses: readonly string[] = [...byClass.keys()];
