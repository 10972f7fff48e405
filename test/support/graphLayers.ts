import type { LayerFacts, LayerRole, NormFacts, NormPlacement } from '../../src/protocol/facts';

/** Layers for graphs, written down in few words. */

const roles: Readonly<Record<string, LayerRole>> = {
  conv: 'linear',
  matmul: 'linear',
  bn: 'norm',
  ln: 'norm',
  relu: 'activation',
  add: 'join',
  concat: 'join',
  pool: 'pool',
};

/** @param text lines of `name kind < input input`; a line without `<` reads the one before it, `<` alone reads nothing */
export function graphLayers(text: string): LayerFacts[] {
  const layers: LayerFacts[] = [];
  for (const line of text
    .split('\n')
    .map((each) => each.trim())
    .filter(Boolean)) {
    const [head, inputs] = line.split('<');
    const [name, kind] = head.trim().split(/\s+/);
    const before = layers.at(-1);
    const read = inputs === undefined ? (before ? [before.id] : []) : inputs.trim().split(/\s+/).filter(Boolean);
    layers.push(graphLayer(name, kind, read));
  }
  return layers;
}

export function graphLayer(
  name: string,
  kind: string,
  inputs: readonly string[],
  placement: NormPlacement = 'linear-norm-activation',
): LayerFacts {
  const role = roles[kind] ?? 'other';
  const norm: NormFacts | undefined =
    role !== 'norm'
      ? undefined
      : {
          type: kind === 'ln' ? 'layer' : 'batch',
          form: 'native',
          axes: [0, 2, 3],
          axesMeaning: ['N', 'H', 'W'],
          epsilon: 1e-5,
          momentum: 0.9,
          momentumOriginal: 0.9,
          groups: null,
          affine: { scale: true, shift: true },
          channels: 8,
          placement,
          chain: '',
          linear: null,
          activation: null,
        };
  return { id: name, name, role, kind, nodes: [name], inputs, outputShape: ['N', 8, 4, 4], ...(norm ? { norm } : {}) };
}

/** A residual network: `blocks` equal blocks of two convolutions around a stem and a head. */
export function residualLayers(blocks: number): LayerFacts[] {
  const lines = ['stem/conv conv <', 'stem/bn bn', 'stem/relu relu'];
  let last = 'stem/relu';
  for (let i = 0; i < blocks; i++) {
    const b = `block${i}`;
    lines.push(`${b}/conv1 conv < ${last}`, `${b}/bn1 bn`, `${b}/relu1 relu`, `${b}/conv2 conv`, `${b}/bn2 bn`);
    lines.push(`${b}/add add < ${b}/bn2 ${last}`, `${b}/relu relu`);
    last = `${b}/relu`;
  }
  return graphLayers([...lines, 'head/pool pool', 'head/fc matmul'].join('\n'));
}
