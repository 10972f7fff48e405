import type { LayerScope, TensorValue } from '../layerScope';

/**
 * Turns one call of a layer into ONNX operators (opset 18) that compute what TensorFlow.js computes in inference.
 * Values come and go in the file's layout.
 * @throws NotLowered when the settings or inputs are not ones it can express; the layer then stays opaque.
 */
export type LayerLowering = (scope: LayerScope, inputs: readonly TensorValue[]) => readonly TensorValue[];
