import { tensorFact, type InferenceNode, type InferenceRules } from './inferenceNode';

const floats = (n: InferenceNode) => [tensorFact('float32', n.shape(0))];

/** What scikit-learn's pipelines put in front of a network (ai.onnx.ml, opset 1). */
export const learningRules: InferenceRules = { Normalizer: floats, Scaler: floats };
