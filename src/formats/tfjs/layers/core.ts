import { attribute } from '../../../ir/attribute';
import { say } from '../../../texts/say';
import { NotLowered, type LayerScope, type Shape, type TensorValue } from '../layerScope';
import { fusedActivation } from './activations';
import type { LayerLowering } from './lowering';

/** x times the kernel over the last axis: Gemm for matrices, MatMul and Add beyond. */
export const dense: LayerLowering = (scope, [x]) => {
  if (x === undefined) throw new NotLowered(say`it has no input`);
  const units = scope.size('units');
  const last = x.shape?.[x.shape.length - 1] ?? null;
  const kernel = scope.weight('kernel', [last, units]).name;
  const bias = scope.flag('use_bias', true) ? scope.weight('bias', [units]).name : undefined;
  const shape: Shape | undefined = x.shape && [...x.shape.slice(0, -1), units];
  let y: TensorValue;
  if (x.shape?.length === 2) {
    y = scope.emit('Gemm', [x, kernel, ...(bias === undefined ? [] : [bias])], {}, { shape });
  } else if (bias === undefined) {
    y = scope.emit('MatMul', [x, kernel], {}, { shape });
  } else {
    const product = scope.emit('MatMul', [x, kernel], {}, { shape, part: 'matmul' });
    y = scope.emit('Add', [product, bias], {}, { shape });
  }
  return [fusedActivation(scope, y)];
};

/** Masks tell recurrent layers which steps to skip; the graph has none. */
function reportMask(scope: LayerScope, setting?: string): void {
  scope.report('mask-ignored', say`steps that it masks are computed by the layers after it like all others`, setting);
}

/** Rows of the table by index; TensorFlow.js casts the indices to int32. */
const embedding: LayerLowering = (scope, [x]) => {
  if (x === undefined) throw new NotLowered(say`it has no input`);
  if (scope.flag('mask_zero', false)) reportMask(scope, 'mask_zero');
  const width = scope.size('output_dim');
  const table = scope.weight('embeddings', [scope.size('input_dim'), width]);
  const indices = x.dtype.startsWith('int')
    ? x
    : scope.emit('Cast', [x], { to: attribute.int(7) }, { shape: x.shape, dtype: 'int64', part: 'indices' });
  const shape = x.shape && [...x.shape, width];
  return [scope.emit('Gather', [table.name, indices], { axis: attribute.int(0) }, { shape, dtype: 'float32' })];
};

/** Dropout and its spatial forms as ONNX's Dropout, which passes its input on in inference. */
const dropout: LayerLowering = (scope, [x]) => {
  if (x === undefined) throw new NotLowered(say`it has no input`);
  const ratio = scope.scalar(scope.number('rate', 0.5), 'ratio');
  return [scope.emit('Dropout', [x, ratio], {}, { shape: x.shape })];
};

/** What acts in training only and has no ONNX operator of its own. */
const identity: LayerLowering = (scope, [x]) => {
  if (x === undefined) throw new NotLowered(say`it has no input`);
  return [scope.emit('Identity', [x], {}, { shape: x.shape })];
};

const rescaling: LayerLowering = (scope, [x]) => {
  if (x === undefined) throw new NotLowered(say`it has no input`);
  const { shape } = x;
  const scaled = scope.emit('Mul', [x, scope.scalar(scope.number('scale', 1), 'scale')], {}, { shape, part: 'mul' });
  return [scope.emit('Add', [scaled, scope.scalar(scope.number('offset', 0), 'offset')], {}, { shape })];
};

/** Zero where all features of a step equal the mask value. The mask itself is not carried on. */
const masking: LayerLowering = (scope, [x]) => {
  const input = scope.shaped(x);
  reportMask(scope);
  const { shape } = input;
  const flags = [...shape.slice(0, -1), 1];
  const value = scope.scalar(scope.number('mask_value', 0), 'mask_value');
  const equal = scope.emit('Equal', [input, value], {}, { shape, dtype: 'bool', part: 'equal' });
  const differs = scope.emit('Not', [equal], {}, { shape, dtype: 'bool', part: 'not' });
  const numbers = scope.emit('Cast', [differs], { to: attribute.int(1) }, { shape, dtype: 'float32', part: 'cast' });
  const axes = scope.integersConstant([-1], 'axes');
  const any = scope.emit('ReduceMax', [numbers, axes], {}, { shape: flags, part: 'any' });
  return [scope.emit('Mul', [input, any], {}, { shape })];
};

/** Layers of Keras that change images in training alone. */
const augmentations = (
  'RandomFlip RandomRotation RandomZoom RandomContrast RandomTranslation RandomBrightness RandomShear RandomHue RandomSaturation ' +
  'RandomSharpness RandomGaussianBlur RandomColorJitter RandomColorDegeneration RandomGrayscale RandomInvert RandomPosterization ' +
  'RandomPerspective RandomErasing RandomElasticTransform RandomApply CutMix MixUp RandAugment AugMix'
).split(' ');

export const coreLayers: Readonly<Record<string, LayerLowering>> = {
  Dense: dense,
  Embedding: embedding,
  Dropout: dropout,
  SpatialDropout1D: dropout,
  SpatialDropout2D: dropout,
  SpatialDropout3D: dropout,
  GaussianNoise: identity,
  GaussianDropout: identity,
  AlphaDropout: identity,
  ActivityRegularization: identity,
  ...Object.fromEntries(augmentations.map((name) => [name, identity])),
  Rescaling: rescaling,
  Masking: masking,
};
