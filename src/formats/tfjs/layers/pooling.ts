import { attribute } from '../../../ir/attribute';
import type { LayerLowering } from './lowering';
import { channelsFirst, paddingOf, slide } from './spatial';

/** MaxPooling and AveragePooling; an average counts the elements inside the input only, as in TensorFlow. */
function pooling(opType: 'MaxPool' | 'AveragePool', rank: number): LayerLowering {
  return (scope, [x]) => {
    const { value, restore } = channelsFirst(scope, x, rank);
    const [batch, channels, ...sizes] = value.shape;
    const kernel = scope.sizes('pool_size', rank, 2);
    const { attributes, sizes: results } = slide(sizes, {
      kernel,
      strides: scope.has('strides') ? scope.sizes('strides', rank) : kernel,
      dilations: kernel.map(() => 1),
      padding: paddingOf(scope, ['same', 'valid']),
    });
    return [restore(scope.emit(opType, [value], attributes, { shape: [batch, channels, ...results] }))];
  };
}

function globalPooling(opType: 'GlobalMaxPool' | 'GlobalAveragePool', rank: number): LayerLowering {
  return (scope, [x]) => {
    const { value, restore } = channelsFirst(scope, x, rank);
    const [batch, channels, ...sizes] = value.shape;
    const shape = [batch, channels, ...sizes.map(() => 1)];
    // TensorFlow.js does not read the setting in 4.22, but Keras writes it and the next layer's weights fit its shape
    if (scope.flag('keepdims', false)) return [restore(scope.emit(opType, [value], {}, { shape }))];
    const pooled = scope.emit(opType, [value], {}, { shape, part: 'pool' });
    return [scope.emit('Flatten', [pooled], { axis: attribute.int(1) }, { shape: [batch, channels] })];
  };
}

export const poolingLayers: Readonly<Record<string, LayerLowering>> = {
  MaxPooling1D: pooling('MaxPool', 1),
  MaxPooling2D: pooling('MaxPool', 2),
  MaxPooling3D: pooling('MaxPool', 3),
  AveragePooling1D: pooling('AveragePool', 1),
  AveragePooling2D: pooling('AveragePool', 2),
  AveragePooling3D: pooling('AveragePool', 3),
  GlobalMaxPooling1D: globalPooling('GlobalMaxPool', 1),
  GlobalMaxPooling2D: globalPooling('GlobalMaxPool', 2),
  GlobalMaxPooling3D: globalPooling('GlobalMaxPool', 3),
  GlobalAveragePooling1D: globalPooling('GlobalAveragePool', 1),
  GlobalAveragePooling2D: globalPooling('GlobalAveragePool', 2),
  GlobalAveragePooling3D: globalPooling('GlobalAveragePool', 3),
};
