import assert from 'node:assert/strict';
import { parameterFacts } from '../../../src/rules/parameterFacts';
import { layerNamed, textLayers } from '../../support/textLayers';

describe('distributions of what a file holds of a norm', () => {
  const view = textLayers(`<ir_version: 8, opset_import: ["" : 17]>
    g (float[N, 3, 8, 8] x) => (float[N, 4, 8, 8] y)
    <float[4, 3, 1, 1] w, float[4] scale, float[4] shift, float[4] mean, float[4] variance> {
      conv = Conv (x, w)
      y = BatchNormalization (conv, scale, shift, mean, variance)
    }`);
  const held: Record<string, number[]> = {
    scale: [0, 1, 2, 4],
    shift: [3, 3, 3, 3],
    mean: [Number.NaN, Number.POSITIVE_INFINITY, -1, 1],
  };
  const values = (value: number) => {
    const numbers = held[view.graph.valueName(value)];
    return numbers && Float32Array.from(numbers);
  };
  const facts = parameterFacts(layerNamed(view, 'y'), view, values);
  const named = (name: string) => facts.find((parameter) => parameter.name === name)!;

  it('are counted in equally wide bins from the least number to the greatest', () => {
    const { bins, ...scale } = named('scale');
    assert.deepEqual(scale, { name: 'scale', count: 4, notFinite: 0, min: 0, mean: 1.75, max: 4 });
    assert.deepEqual(
      bins.flatMap((count, i) => (count ? [[i, count]] : [])),
      [
        [0, 1],
        [4, 1],
        [8, 1],
        [15, 1],
      ],
    );
  });

  it('hold equal numbers, and numbers that are not finite', () => {
    assert.deepEqual([named('shift').min, named('shift').max, named('shift').bins[0]], [3, 3, 4]);
    const { notFinite, min, mean, max } = named('mean');
    assert.deepEqual([notFinite, min, mean, max], [2, -1, 0, 1]);
  });

  it('are stated for what the file holds alone', () => {
    assert.equal(facts.length, 3, 'no variance');
    assert.deepEqual(parameterFacts(layerNamed(view, 'conv'), view, values), []);
    assert.deepEqual(
      parameterFacts(layerNamed(view, 'y'), view, () => undefined),
      [],
    );
  });
});
