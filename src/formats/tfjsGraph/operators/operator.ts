import type { TensorValue } from '../../tfjs/layerScope';
import type { NodeScope } from '../nodeScope';

/** Adds the nodes of one operator and gives its outputs. Throws NotLowered when ONNX cannot express it. */
export type OperatorLowering = (scope: NodeScope) => TensorValue[];
