import assert from 'node:assert/strict';
import { theoryLines } from '../../../src/profile/theory';
import { measuredRun, type RecordedLayer } from '../../support/measuredRun';

const statistics = () => ({ evaluationGap: 0, initialWeight: 0.1 });

/** `depth` dense layers with the given between them, and a wider one behind. */
function chain(depth: number, ...between: readonly ('norm' | 'Relu' | 'Sigmoid')[]): RecordedLayer[] {
  const blocks = Array.from({ length: depth }, (_, i): RecordedLayer[] => [
    { id: `d${i}`, kind: 'Gemm', gradient: () => ({ rms: 0.5 }) },
    ...between.map((b): RecordedLayer => {
      if (b === 'norm') return { id: `n${i}`, role: 'norm', kind: 'batch', statistics };
      return { id: `a${i}`, role: 'activation', kind: b, activationFunction: b };
    }),
  ]);
  return [...blocks.flat(), { id: 'out', kind: 'Gemm', elements: 8 }];
}

const ratios = (layers: readonly RecordedLayer[], settings: object = {}) => {
  const run = measuredRun(layers);
  return theoryLines({ ...run, settings: { ...run.settings, batch: 16, ...settings } }).map((l) => l.ratio);
};

describe('theory lines', () => {
  it('hold the closed forms of chains of dense layers', () => {
    assert.deepEqual(ratios(chain(4, 'Sigmoid')), [0.25]);
    const [relu] = ratios(chain(4, 'norm', 'Relu'));
    assert.ok(Math.abs(relu - 1.211) < 5e-4);
    assert.deepEqual(ratios(chain(4, 'norm')), [Math.sqrt(14 / 13)]);
  });

  it('start at the gradient of the last layer and go towards the input', () => {
    const [line] = theoryLines(measuredRun(chain(3, 'Sigmoid')));
    assert.deepEqual(line.values, [
      { layer: 'd0', depth: 1, rms: 0.5 / 16 },
      { layer: 'd1', depth: 2, rms: 0.5 / 4 },
      { layer: 'd2', depth: 3, rms: 0.5 },
    ]);
    assert.ok(line.reference.url.startsWith('https://') && line.formula.includes('0.25'));
  });

  it('are silent where the theory is', () => {
    assert.deepEqual(ratios(chain(2, 'Sigmoid')), [], 'too short');
    assert.deepEqual(ratios(chain(4, 'Relu')), [], 'no law');
    assert.deepEqual(ratios(chain(4, 'norm', 'Sigmoid')), []);
    assert.deepEqual(ratios(chain(4, 'Sigmoid'), { weights: 'kept from the file' }), []);
    assert.deepEqual(ratios(chain(4, 'Sigmoid'), { init: 0.1 }), [], 'the variance of the weights shows');
    assert.equal(ratios(chain(4, 'norm'), { init: 0.1 }).length, 1, 'a norm takes it out');
    assert.deepEqual(ratios(chain(4, 'norm'), { batch: 3 }), []);
    const uneven = chain(4, 'Sigmoid').map((l, i) => ({ ...l, elements: 64 + i }));
    assert.deepEqual(ratios(uneven), []);
    const joined = chain(4, 'Sigmoid').map((l) => (l.id === 'd2' ? { ...l, inputs: ['a1', 'a0'] } : l));
    assert.deepEqual(ratios(joined), []);
  });
});
