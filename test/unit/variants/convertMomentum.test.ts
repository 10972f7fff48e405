import assert from 'node:assert/strict';
import { shortestFloat } from '../../../src/ir/shortestFloat';
import { convertedMomentum } from '../../../src/variants/convertMomentum';
import { edited, filledGraph } from '../../support/edited';

describe('momentum in the convention of another framework', () => {
  it('becomes the weight of the old value', () => {
    assert.deepEqual([0.1, 0.01, 0.3, 0.05].map(convertedMomentum), [0.9, 0.99, 0.7, 0.95]);
    assert.equal(convertedMomentum(1), 0.9);
  });

  it('is written into the norms that have it, and into no other', async () => {
    const norm = (x: string, y: string, momentum: string) =>
      `${y} = BatchNormalization<momentum = ${momentum}>(${x}, s, h, m, v)`;
    const original = filledGraph(`<ir_version: 8, opset_import: ["" : 15]> g (float[2,3,8,8] x) => (float[2,4,6,6] y)
      <float[4,3,3,3] w, float[4] s, float[4] h, float[4] m, float[4] v>
      { a = Conv(x, w) ${norm('a', 'b', '0.1')} c = Relu(b) ${norm('c', 'd', '0.9')} e = Relu(d) ${norm('e', 'y', '1.0')} }`);
    const { graph, changed } = await edited(original, 'momentum');
    assert.deepEqual(changed, ['b', 'y']);
    const momenta = graph.nodes.flatMap((n) => n.attributes.get('momentum')?.value ?? []);
    assert.deepEqual(
      momenta.map((m) => shortestFloat(Number(m))),
      [0.9, 0.9, 0.9],
    );
    assert.deepEqual(graph.initializers, original.freeze().toMutable().initializers);
  });
});
