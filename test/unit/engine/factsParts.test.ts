import assert from 'node:assert/strict';
import { factsOfParts, factsParts } from '../../../src/engine/factsParts';
import type { Finding, LayerFacts, ModelFacts, Position } from '../../../src/protocol/facts';

const at = (line: number, character: number): Position => ({ line, character });
const source = (start: Position, end: Position) => ({ uri: 'model.json', range: { start, end } });

const layer = (id: string, line: number, more: Partial<LayerFacts> = {}): LayerFacts => ({
  id,
  name: id,
  role: 'other',
  kind: 'Other',
  nodes: [id],
  inputs: [],
  outputShape: [null, 'n', 3],
  source: source(at(line, 2), at(line + 1, 0)),
  ...more,
});
const finding = (of: string | null, line?: number): Finding => ({
  ruleId: 'mixed-epsilon',
  severity: 'warning',
  message: 'it differs',
  layer: of,
  ...(line !== undefined && { source: source(at(line, 0), at(line, 9)) }),
});

const before: ModelFacts = {
  path: 'model.json',
  format: 'keras',
  producer: '',
  opsets: { 'ai.onnx': 18 },
  nodeCount: 3,
  parameterCount: 0,
  weights: 'missing',
  graphHash: 'old',
  layers: [layer('a', 0), layer('b', 2), layer('c', 4), layer('d', 6, { source: undefined })],
  summary: { linear: 0, norm: {}, activation: {}, placement: {} },
  findings: [finding('a', 0), finding('b', 2), finding(null), finding(null)],
  problems: [],
};

function sent(after: ModelFacts): ReturnType<typeof factsParts> {
  const parts = structuredClone(factsParts(before, after));
  assert.deepEqual(factsOfParts(before, parts), after);
  return parts;
}

describe('parts of facts', () => {
  it('are nothing but places where nothing is different', () => {
    const { layers, findings } = sent(structuredClone(before));
    assert.deepEqual([layers.added, findings.added], [[], []]);
    assert.equal(factsOfParts(before, { ...sent(before) }).layers[0], before.layers[0]);
  });

  it('follow layers that come, go, change places and change', () => {
    const [a, b, c, d] = before.layers;
    const later = { ...c, norm: undefined, outputShape: [null, 'n', 4] };
    const moved = { ...a, source: source(at(8, 1), at(9, 0)) };
    const after = { ...before, graphHash: 'new', layers: [d, layer('e', 1), later, moved], nodeCount: 4 };
    const { rest, layers } = sent(after);
    assert.equal(rest.graphHash, 'new');
    assert.deepEqual([...layers.kept], [3, -1, -1, 0]);
    assert.deepEqual(
      layers.added.map(({ id }) => id),
      ['e', 'c'],
    );
    sent({ ...before, layers: [] });
    sent({ ...before, layers: [b] });
  });

  it('tell apart what is about the same layer, has no layer, or is in another file', () => {
    const [a, , none] = before.findings;
    sent({ ...before, findings: [none, { ...none, severity: 'error' }, a, a, { ...a, layers: ['x'] }] });
    sent({
      ...before,
      findings: [
        { ...a, source: undefined },
        { ...none, source: a.source },
      ],
    });
    sent({ ...before, findings: [{ ...a, source: { ...a.source!, uri: 'other.json' } }] });
    const { ruleId, severity, message, layer: of } = a;
    sent({ ...before, findings: [{ ruleId, severity, message, layer: of }] });
    const shape = [Number.NaN, -0, null] as unknown as LayerFacts['outputShape'];
    sent({ ...before, layers: [layer('a', 0, { outputShape: shape })] });
  });
});
