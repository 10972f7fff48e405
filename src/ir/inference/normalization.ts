import { normalizeAxis } from './dims';
import { sameType, tensorFact, type Fact, type InferenceNode, type InferenceRules } from './inferenceNode';

export const normalizationRules: InferenceRules = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: (n) => [sameType(n.fact(0))],
  GroupNormalization: (n) => [sameType(n.fact(0))],
  RMSNormalization: (n) => [sameType(n.fact(0))],
  // of ONNX Runtime, which states it without a domain
  SimplifiedLayerNormalization: layerNormalization,
  LayerNormalization: layerNormalization,
  Dropout: (n) => {
    // Opset 1 to 9: the mask has the type of the data; opset 10 on: bool.
    const mask = n.opset < 10 ? n.dtype(0) : 'bool';
    return [sameType(n.fact(0)), tensorFact(mask, n.shape(0))];
  },
};

/** BatchNormalization (opset 1 to 15): Y like X; running or saved mean and variance [C]. */
function batchNormalization(n: InferenceNode): Fact[] {
  const statistics = (i: number) => tensorFact(n.dtype(i) ?? n.dtype(0), n.shape(3) ?? [n.shape(0)?.[1] ?? null]);
  const x = sameType(n.fact(0)) ?? tensorFact(undefined);
  return [x, statistics(3), statistics(4), statistics(3), statistics(4)];
}

/** LayerNormalization (opset 17): mean and inverse standard deviation have size 1 on the normalized axes. */
export function layerNormalization(n: InferenceNode): (Fact | undefined)[] {
  const x = n.shape(0);
  const axis = x && normalizeAxis(n.int('axis', -1), x.length);
  const statistics = tensorFact('float32', axis === undefined ? undefined : x!.map((d, i) => (i < axis ? d : 1)));
  return [sameType(n.fact(0)), statistics, statistics];
}
