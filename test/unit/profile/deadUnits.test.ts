import assert from 'node:assert/strict';
import { DeadUnits } from '../../../src/profile/deadUnits';

describe('dead units', () => {
  it('are those active on less than 1 % of the samples of the last steps', () => {
    const units = new DeadUnits(1000);
    const active = (...parts: number[]) => Float32Array.from(parts);
    let dead: number | undefined;
    for (let step = 0; step < 50; step++) dead = units.add(active(0.5, 0, 0.009, 0.02));
    assert.equal(dead, 0.5);
  });

  it('come back to life once they are active again', () => {
    const units = new DeadUnits(1000);
    for (let step = 0; step < 50; step++) units.add(Float32Array.of(0));
    let dead: number | undefined;
    for (let step = 0; step < 50; step++) dead = units.add(Float32Array.of(0.3));
    assert.equal(dead, 0);
  });

  it('are not named before there are samples enough', () => {
    assert.equal(new DeadUnits(1).add(Float32Array.of(0)), undefined);
  });
});
