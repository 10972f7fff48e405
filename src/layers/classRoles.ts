import type { LayerRole } from '../protocol/facts';

const roles: Readonly<Record<Exclude<LayerRole, 'other'>, readonly string[]>> = {
  linear: [
    'Dense',
    'EinsumDense',
    'Conv1D',
    'Conv2D',
    'Conv3D',
    'Conv1DTranspose',
    'Conv2DTranspose',
    'Conv3DTranspose',
    'DepthwiseConv1D',
    'DepthwiseConv2D',
    'SeparableConv1D',
    'SeparableConv2D',
  ],
  norm: [
    'BatchNormalization',
    'LayerNormalization',
    'GroupNormalization',
    'InstanceNormalization',
    'RMSNormalization',
    'UnitNormalization',
    'SyncBatchNormalization',
  ],
  activation: ['Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'ThresholdedReLU', 'Softmax'],
  join: ['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum', 'Concatenate', 'Dot'],
  pool: [
    'MaxPooling1D',
    'MaxPooling2D',
    'MaxPooling3D',
    'AveragePooling1D',
    'AveragePooling2D',
    'AveragePooling3D',
    'GlobalMaxPooling1D',
    'GlobalMaxPooling2D',
    'GlobalAveragePooling1D',
    'GlobalAveragePooling2D',
  ],
  dropout: ['Dropout', 'SpatialDropout1D', 'SpatialDropout2D', 'SpatialDropout3D', 'GaussianDropout', 'AlphaDropout'],
  recurrent: ['LSTM', 'GRU', 'SimpleRNN', 'RNN', 'Bidirectional', 'ConvLSTM2D', 'LSTMCell', 'GRUCell'],
};

const roleOfClass = new Map<string, LayerRole>(
  Object.entries(roles).flatMap(([role, classes]) => classes.map((c) => [c, role as LayerRole] as const)),
);

/** The role of a Keras layer class, whatever operators it was lowered to; undefined for classes that are not known. */
export function classRole(kind: string): LayerRole | undefined {
  return roleOfClass.get(kind);
}
