import { say } from '../../../texts/say';
import { NotLowered, type LayerScope, type Shape, type TensorValue } from '../layerScope';
import { activationLayers } from './activations';
import { convolutionLayers } from './convolution';
import { coreLayers } from './core';
import type { LayerLowering } from './lowering';
import { normalizationLayers } from './normalization';
import { poolingLayers } from './pooling';
import { shapingLayers } from './shaping';

/** Layers that can be applied to every step at once, by taking the steps for further samples of the batch. */
const perStep: Readonly<Record<string, LayerLowering>> = {
  ...activationLayers,
  ...convolutionLayers,
  ...coreLayers,
  ...normalizationLayers,
  ...poolingLayers,
  ...shapingLayers,
};

/** Layers that treat every position alike, whatever the rank: no reshaping is needed. */
const elementwise: ReadonlySet<string> = new Set([
  'Dense',
  'Activation',
  'ReLU',
  'LeakyReLU',
  'ELU',
  'ThresholdedReLU',
  'Dropout',
]);

/** The wrapped layer on each step of axis 1. */
const timeDistributed: LayerLowering = (scope, [x]) => {
  const { wrapped } = scope.layer;
  if (wrapped === undefined || wrapped.nested !== undefined)
    throw new NotLowered(say`the layer that it wraps is not known`);
  const lowering = Object.hasOwn(perStep, wrapped.className) ? perStep[wrapped.className] : undefined;
  if (lowering === undefined)
    throw new NotLowered(say`it wraps ${wrapped.className}, which is not applied step by step`);
  const inner = scope.wrapped(wrapped, scope.layer.name);
  if (elementwise.has(wrapped.className) && x !== undefined) return lowering(inner, [x]);
  const input = scope.shaped(x);
  const [batch, steps, ...rest] = input.shape;
  if (steps === null || steps === undefined) throw new NotLowered(say`the number of steps is not known`);
  const folded = reshaped(scope, input, [-1, ...known(rest)], [times(batch, steps), ...rest], 'steps_to_batch');
  const [y] = lowering(inner.part('each'), [folded]);
  const shape = y.shape?.slice(1);
  if (shape === undefined) throw new NotLowered(say`the shape of a step is not known`);
  return [reshaped(scope, y, [-1, steps, ...known(shape)], [batch, steps, ...shape], undefined)];
};

function reshaped(
  scope: LayerScope,
  x: TensorValue,
  sizes: readonly number[],
  shape: Shape,
  part: string | undefined,
): TensorValue {
  const list = scope.integersConstant(sizes, part === undefined ? 'shape' : `${part}/shape`);
  return scope.emit('Reshape', [x, list], {}, { shape, part });
}

function known(shape: Shape): readonly number[] {
  if (shape.some((d) => d === null)) throw new NotLowered(say`the shape of a step is not known`);
  return shape as readonly number[];
}

function times(batch: number | null, steps: number): number | null {
  return batch === null ? null : batch * steps;
}

/** The wrapped layer with its kernel as it is stored, which has been divided by its spectral norm (Miyato et al. 2018) in training. */
const spectralNormalization: LayerLowering = (scope, inputs) => {
  const { wrapped } = scope.layer;
  const lowering =
    wrapped !== undefined && Object.hasOwn(perStep, wrapped.className) ? perStep[wrapped.className] : undefined;
  if (wrapped === undefined || lowering === undefined) throw new NotLowered(say`the layer that it wraps is not known`);
  return lowering(scope.wrapped(wrapped, scope.layer.name), inputs);
};

export const wrapperLayers: Readonly<Record<string, LayerLowering>> = {
  TimeDistributed: timeDistributed,
  SpectralNormalization: spectralNormalization,
};
