import assert from 'node:assert/strict';
import { normCube } from '../../../src/config/normCube';
import { sparkline } from '../../../src/config/sparkline';
import type { AxisLetter } from '../../../src/protocol/facts';

/** Shaded faces of the cube: of 16 each in front (channels x positions), on top (channels x samples), on the right. */
function shaded(axes: readonly AxisLetter[], groups?: number): number {
  return normCube(axes, groups).match(/fill="#3794ff"/g)!.length;
}

describe('the cube of a norm', () => {
  it('shades the cells that share one mean and variance', () => {
    assert.equal(normCube([]).match(/<polygon/g)!.length, 48);
    assert.equal(shaded(['N', 'H', 'W']), 4 + 4, 'batch: one channel of all samples');
    assert.equal(shaded(['C', 'H', 'W']), 16 + 4 + 4, 'layer: all of one sample');
    assert.equal(shaded(['H', 'W']), 4 + 1, 'instance: one channel of one sample');
    assert.equal(shaded(['C', 'H', 'W'], 32), 8 + 2, 'group: some channels of one sample');
    assert.equal(shaded(['F']), 4 + 4 + 1, 'layer norm of a transformer: one position of one sample');
  });
});

describe('a sparkline', () => {
  const points = (values: (number | string)[]) => /points="([^"]*)"/.exec(sparkline(values)!)![1].split(' ');
  it('goes from the lowest to the highest value', () => {
    assert.deepEqual(points([0, 10, 5]), ['1.0,16.0', '60.0,2.0', '119.0,9.0']);
  });
  it('leaves out what is not finite, and stays in the middle without a change', () => {
    assert.deepEqual(points([1, 'NaN', 1]), ['1.0,9.0', '119.0,9.0']);
    assert.equal(sparkline([1]), undefined);
    assert.equal(sparkline(['NaN', 'Infinity']), undefined);
  });
});
