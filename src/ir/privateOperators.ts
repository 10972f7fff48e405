/**
 * Operators that only NormScope's own passes put into a graph, so that they can be recognised between passes. No runtime
 * knows them: `lowerPrivateOperators` (variants) expands them into standard operators as the last pass.
 */
export const PRIVATE_DOMAIN = 'normscope';

/**
 * Batch normalization with the statistics of the batch (Ioffe and Szegedy 2015, algorithm 1). C is the size of axis 1, all
 * other axes are averaged over; m elements per channel.
 *
 *     inputs      X [N, C, ...], scale [C], B [C]
 *     attributes  epsilon (float)
 *     outputs     Y           X's shape: scale * (X - mean) * inverseStd + B
 *                 mean        [C]
 *                 variance    [C], the biased one (divided by m)
 *                 inverseStd  [C], 1 / sqrt(variance + epsilon)
 *                 centred     X's shape: X - mean, which the gradient needs
 *
 * Its gradient has a closed form with xhat = (X - mean) * inverseStd and dY the gradient of the loss by Y:
 * dB = sum dY, dscale = sum dY * xhat, dX = scale * inverseStd * (dY - dB / m - xhat * dscale / m). The statistics are
 * outputs for the trainer to read; gradients do not enter through them.
 */
export const BATCH_NORMALIZATION_TRAINING = 'BatchNormalizationTraining';

/**
 * Round (opset 11), half to even, that gradients pass as if it were the identity: the straight-through estimator (Bengio et al.
 * 2013), with which networks are trained for quantization.
 *
 *     inputs   X      outputs   Y  X's shape
 */
export const ROUND_STRAIGHT_THROUGH = 'RoundStraightThrough';
