import assert from 'node:assert/strict';
import { gradientDepthSlope } from '../../../src/profile/depthSlope';

describe('gradientDepthSlope', () => {
  it('is the log10 of the factor per layer towards the input', () => {
    // the output's layer, at depth 5, has 1; each layer before it a quarter of the next
    const vanishing = [1, 2, 3, 4, 5].map((depth) => ({ depth, rms: 0.25 ** (5 - depth) }));
    assert.ok(Math.abs(gradientDepthSlope(vanishing)! - Math.log10(0.25)) < 1e-12);
    const exploding = [1, 2, 3].map((depth) => ({ depth, rms: 1.21 ** (3 - depth) }));
    assert.ok(Math.abs(gradientDepthSlope(exploding)! - Math.log10(1.21)) < 1e-12);
  });

  it('fits branches of the same depth together', () => {
    const points = [
      { depth: 1, rms: 10 },
      { depth: 2, rms: 1 },
      { depth: 2, rms: 1 },
      { depth: 3, rms: 0.1 },
    ];
    assert.ok(Math.abs(gradientDepthSlope(points)! - 1) < 1e-12);
  });

  it('is not moved by one jump: at a head, a pool, a layer whose gradient underflowed', () => {
    const level = Array.from({ length: 12 }, (_, i) => ({ depth: i + 1, rms: i === 11 ? 1 : 1e-3 }));
    assert.ok(Math.abs(gradientDepthSlope(level)!) < 1e-12);
    const dead = Array.from({ length: 12 }, (_, i) => ({ depth: i + 1, rms: i === 5 ? 0 : 1 }));
    assert.ok(Math.abs(gradientDepthSlope(dead)!) < 1e-12);
  });

  it('is the factor of most layers in a network that has several', () => {
    // eight layers of a quarter each before four that keep the gradient
    const mixed = Array.from({ length: 13 }, (_, i) => ({ depth: i + 1, rms: 0.25 ** Math.max(0, 8 - i) }));
    const slope = gradientDepthSlope(mixed)!;
    assert.ok(slope <= -0.4 && slope >= Math.log10(0.25), String(slope));
  });

  it('of thousands of layers takes far pairs alone', () => {
    const many = Array.from({ length: 5000 }, (_, i) => ({
      depth: i + 1,
      rms: 1.01 ** (5000 - i) * (i % 7 === 0 ? 9 : 1),
    }));
    assert.ok(Math.abs(gradientDepthSlope(many)! - Math.log10(1.01)) < 1e-4);
  });

  it('is null without two depths', () => {
    assert.equal(gradientDepthSlope([]), null);
    assert.equal(gradientDepthSlope([{ depth: 1, rms: 1 }]), null);
    assert.equal(
      gradientDepthSlope([
        { depth: 2, rms: 1 },
        { depth: 2, rms: 3 },
      ]),
      null,
    );
  });

  it('counts an underflowed gradient as the smallest float32 and says when one is not finite', () => {
    const slope = gradientDepthSlope([
      { depth: 1, rms: 0 },
      { depth: 2, rms: 1 },
    ]);
    assert.ok(Math.abs(slope! + 37.93) < 0.01);
    const broken = [
      { depth: 1, rms: Infinity },
      { depth: 2, rms: 1 },
    ];
    assert.ok(Number.isNaN(gradientDepthSlope(broken)));
  });
});
