import { activationLayers } from './activations';
import { convLstmLayers } from './convLstm';
import { convolutionLayers } from './convolution';
import { coreLayers } from './core';
import type { LayerLowering } from './lowering';
import { mergeLayers } from './merge';
import { normalizationLayers } from './normalization';
import { poolingLayers } from './pooling';
import { preprocessingLayers } from './preprocessing';
import { recurrentLayers } from './recurrent';
import { shapingLayers } from './shaping';
import { wrapperLayers } from './wrappers';

const all: readonly Readonly<Record<string, LayerLowering>>[] = [
  activationLayers,
  convLstmLayers,
  convolutionLayers,
  coreLayers,
  mergeLayers,
  normalizationLayers,
  poolingLayers,
  preprocessingLayers,
  recurrentLayers,
  shapingLayers,
  wrapperLayers,
];

const byClass: ReadonlyMap<string, LayerLowering> = new Map(all.flatMap((layers) => Object.entries(layers)));

/** How a layer class is lowered; undefined for classes that stay opaque. */
export function loweringOf(className: string): LayerLowering | undefined {
  return byClass.get(className);
}

/** The layer classes that are lowered to operators. */
export const loweredClasses: readonly string[] = [...byClass.keys()];
