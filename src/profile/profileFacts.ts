import type { LayerFacts, LayerRole, ModelFacts } from '../protocol/facts';
import type { ProfileResult } from '../protocol/profile';

/** What a saved profile says of its model, for readers that have the profile alone. Placements and shapes are not in it. */
export function factsOfProfile(profile: ProfileResult): ModelFacts {
  const { path, graphHash, ...facts } = profile.model;
  const layers = profile.layers.map((layer): LayerFacts => {
    const { id, name, role, kind, inputs = [], activationFunction } = layer;
    const activation = activationFunction === undefined ? {} : { activation: activationFunction };
    return { id, name, role, kind, nodes: [], inputs, outputShape: null, ...activation };
  });
  const kinds = (role: LayerRole) => {
    const counts: Record<string, number> = {};
    for (const layer of layers) if (layer.role === role) counts[layer.kind] = (counts[layer.kind] ?? 0) + 1;
    return counts;
  };
  return {
    format: 'onnx',
    producer: '',
    opsets: {},
    nodeCount: layers.length,
    parameterCount: 0,
    weights: 'present',
    ...facts,
    path,
    graphHash,
    layers,
    summary: {
      linear: layers.filter((l) => l.role === 'linear').length,
      norm: kinds('norm'),
      activation: kinds('activation'),
      placement: {},
    },
    findings: [],
    problems: [],
  };
}
