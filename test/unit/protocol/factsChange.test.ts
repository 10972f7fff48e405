import assert from 'node:assert/strict';
import { changedFacts } from '../../../src/protocol/factsChange';
import type { Finding, LayerFacts, ModelFacts, Position } from '../../../src/protocol/facts';

const at = (line: number, character: number): Position => ({ line, character });

function layer(id: string, start: Position, end: Position): LayerFacts {
  const source = { uri: 'model.json', range: { start, end } };
  return { id, name: id, role: 'other', kind: 'Other', nodes: [id], inputs: [], outputShape: null, source };
}

const finding = (layer: string, position: Position): Finding => ({
  ruleId: 'mixed-epsilon',
  severity: 'warning',
  message: layer,
  layer,
  source: { uri: 'model.json', range: { start: position, end: position } },
});

const before: ModelFacts = {
  path: 'model.json',
  format: 'keras',
  producer: '',
  opsets: {},
  nodeCount: 3,
  parameterCount: 0,
  weights: 'missing',
  graphHash: 'old',
  layers: [layer('a', at(0, 0), at(1, 5)), layer('b', at(1, 6), at(1, 30)), layer('c', at(1, 31), at(2, 4))],
  summary: { linear: 0, norm: {}, activation: {}, placement: {} },
  findings: [finding('a', at(0, 0)), finding('b', at(1, 6)), finding('c', at(1, 31))],
  problems: [{ code: 'x', message: 'y', source: { uri: 'model.json', range: { start: at(2, 1), end: at(2, 1) } } }],
};

describe('a change of facts', () => {
  it('moves what stands behind the edit, on its line and on those after it', () => {
    const b = layer('b', at(1, 6), at(2, 3));
    // characters 10 to 20 of line 1 have become a line break and two characters
    const after = changedFacts(before, {
      graphHash: 'new',
      moved: { from: at(1, 20), to: at(2, 2) },
      layers: [{ at: 1, removed: 1, added: [b] }],
    });
    assert.equal(after.graphHash, 'new');
    assert.equal(after.layers[0], before.layers[0]);
    assert.equal(after.layers[1], b);
    assert.deepEqual(after.layers[2].source!.range, { start: at(2, 13), end: at(3, 4) });
    assert.equal(after.findings[1], before.findings[1]);
    assert.deepEqual(after.findings[2].source!.range, { start: at(2, 13), end: at(2, 13) });
    assert.deepEqual(after.problems[0].source!.range.start, at(3, 1));
    assert.equal(before.layers[2].source!.range.start.line, 1);
  });

  it('puts findings in the place of others', () => {
    const added = [finding('d', at(0, 1))];
    const after = changedFacts(before, { graphHash: 'old', layers: [], findings: [{ at: 1, removed: 2, added }] });
    assert.deepEqual(after.findings, [before.findings[0], ...added]);
    assert.deepEqual(changedFacts(before, { graphHash: 'old', layers: [] }), before);
  });

  it('puts in stretches of other length, each in the list as the one before has left it', () => {
    const [a, b, c] = before.layers;
    const d = layer('d', at(1, 0), at(1, 2));
    const layers = [
      { at: 0, removed: 0, added: [d, d] },
      { at: 3, removed: 1, added: [] },
      { at: 4, removed: 0, added: [b] },
    ];
    const after = changedFacts(before, { graphHash: 'new', layers, counts: { nodeCount: 5 } });
    assert.deepEqual(after.layers, [d, d, a, c, b]);
    assert.deepEqual([after.nodeCount, after.parameterCount, before.layers.length], [5, 0, 3]);
  });
});
