import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { rules } from '../../../src/rules/registry';
import { judgeProfile, measuredRules, judgedAgain } from '../../../src/profile/measuredRules';
import { findingsOf, measuredRun, type RecordedLayer } from '../../support/measuredRun';

/** A chain of linear layers, each with a gradient `factor` times that of the one behind it. */
function chain(length: number, factor: number, more: (i: number) => Partial<RecordedLayer> = () => ({})) {
  return Array.from({ length }, (_, i): RecordedLayer => {
    const rms = 0.01 * factor ** (length - 1 - i);
    return { id: `l${i}`, gradient: () => ({ rms }), ...more(i) };
  });
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);

describe('measured rules', () => {
  it('are one per file, under the id of its name, apart from the static ones', () => {
    const files = fs.readdirSync(path.join(__dirname, '../../../src/profile/rules'));
    const ids = measuredRules.map((r) => r.meta.id);
    assert.deepEqual([...ids].sort(), files.map((f) => kebab(path.basename(f, '.ts'))).sort());
    assert.deepEqual(
      ids.filter((id) => rules.some((r) => r.meta.id === id)),
      [],
    );
  });

  it('say nothing about a healthy run, about one without steps, and about figures that older profiles lack', () => {
    const layers = chain(12, 1, () => ({
      weights: () => ({}),
      statistics: () => ({ evaluationGap: 0, initialWeight: 0 }),
    }));
    assert.deepEqual(judgeProfile(measuredRun(layers)), []);
    assert.deepEqual(judgeProfile(measuredRun(layers, 0)), []);
    const run = measuredRun(layers);
    const old = run.layers.map(({ id, name, role, kind, depth, activation, gradient }) => {
      const plain = activation.map(({ step, mean, std, min, max, rms, zeroFraction }) => {
        return { step, mean, std, min, max, rms, zeroFraction };
      });
      return { id, name, role, kind, depth, activation: plain, gradient };
    });
    assert.deepEqual(judgeProfile({ ...run, layers: old }), []);
  });

  it('carry the severity of their rule, name the layer and say how far they reach', () => {
    const [finding, ...rest] = judgeProfile(measuredRun(chain(6, 0.1)));
    assert.deepEqual(rest, []);
    const { ruleId, severity, layer, layers, message } = finding;
    assert.deepEqual(
      { ruleId, severity, layer, layers },
      {
        ruleId: 'vanishing-gradient',
        severity: 'warning',
        layer: 'l0',
        layers: ['l0', 'l5'],
      },
    );
    assert.match(
      message,
      /log10 slope -1 per weighted layer over 6 depths\), on these synthetic data, in these 20 steps\./,
    );
  });
});

describe('judgeProfile', () => {
  const relu: RecordedLayer = {
    id: 'relu',
    role: 'activation',
    activationFunction: 'Relu',
    activation: () => ({ deadUnits: 1 }),
  };
  const severities = (settings: Partial<ReturnType<typeof measuredRun>['settings']>) => {
    const run = measuredRun([...chain(6, 0.1), relu, { id: 'out' }]);
    return judgeProfile({ ...run, settings: { ...run.settings, ...settings } }).map((f) => f.severity);
  };

  it('does not warn of how trained weights look on data that were made up', () => {
    const data = { kind: 'file', inputs: '', targets: '' } as const;
    assert.deepEqual(severities({ init: 'keep', weights: 'kept from the file' }), ['warning', 'information']);
    assert.deepEqual(severities({ init: 'keep', weights: 'kept from the file', data }), ['warning', 'warning']);
    assert.deepEqual(severities({ init: 'default', weights: 're-initialised' }), ['warning', 'warning']);
  });

  it('speaks as loud as it is asked to, or not at all', () => {
    const run = measuredRun([...chain(6, 0.1), relu, { id: 'out' }]);
    const kept = { ...run, settings: { ...run.settings, init: 'keep' as const, weights: 'kept from the file' } };
    const judged = (asked: Parameters<typeof judgeProfile>[1]) =>
      judgeProfile(kept, asked).map((f) => `${f.ruleId} ${f.severity}`);
    assert.deepEqual(judged({}), ['vanishing-gradient warning', 'dead-units information']);
    const loud = { 'dead-units': 'error', 'vanishing-gradient': 'hint' } as const;
    assert.deepEqual(judged(loud), ['vanishing-gradient hint', 'dead-units error']);
    assert.deepEqual(judged({ 'vanishing-gradient': 'off' }), ['dead-units information']);
    const result = { ...kept, findings: judgeProfile(kept) };
    assert.deepEqual(judgedAgain(judgedAgain(result, { 'dead-units': 'off' }), {}), result);
  });
});

describe('vanishing-gradient', () => {
  const found = (layers: readonly RecordedLayer[]) => findingsOf('vanishing-gradient', measuredRun(layers));

  it('reports a slope below -0.3 over five depths, and prints what other tools would say', () => {
    const [{ message }] = found(chain(5, 0.45));
    assert.match(message, /SageMaker Debugger no .*AutoTrainer no .*DeepDiagnosis no/);
    assert.equal(found(chain(5, 0.55)).length, 0);
    assert.equal(found(chain(4, 0.45)).length, 0);
  });

  it('reports a thousandfold between last and first, of three depths and more', () => {
    const [{ message }] = found(chain(3, 1e-4));
    assert.match(message, /first \/ last 1e-8;.*SageMaker Debugger yes.*AutoTrainer yes.*DeepDiagnosis yes/);
    assert.equal(found(chain(3, 4e-2)).length, 0);
  });

  it('does not take the small weights of a head for it', () => {
    const behindHead = (rms: number) => (i: number) => ({ gradient: () => ({ rms: i === 7 ? 0.01 : rms }) });
    assert.equal(found(chain(8, 1, behindHead(1e-10))).length, 0);
    assert.equal(found(chain(2, 1e-6)).length, 0);
  });

  it('does not take pools for it, which spread the same gradient over more elements', () => {
    const pooled = (i: number) => ({ elements: 16 * 4 ** (8 - i) });
    assert.equal(found(chain(8, 0.49, pooled)).length, 0);
    assert.equal(found(chain(8, 0.2, pooled)).length, 1);
  });

  it('is not decided by single steps: a residual branch that starts at zero', () => {
    const layers = chain(8, 1, (i) => ({ gradient: (step) => ({ rms: step === 0 && i < 6 ? 0 : 0.01 }) }));
    const run = measuredRun(layers);
    assert.equal(findingsOf('vanishing-gradient', { ...run, gradientDepthSlope: -0.9 }).length, 0);
  });

  it('sees gradients that are exactly zero', () => {
    assert.equal(found(chain(5, 1, (i) => (i < 3 ? { gradient: () => ({ rms: 0 }) } : {}))).length, 1);
  });
});

describe('exploding-gradient', () => {
  const found = (layers: readonly RecordedLayer[]) => findingsOf('exploding-gradient', measuredRun(layers));

  it('reports a slope above 0.15 over ten depths', () => {
    const [{ message }] = found(chain(10, 1.5));
    assert.match(message, /AutoTrainer no \(first \/ last > 70\), TheDeepChecker no/);
    assert.equal(found(chain(10, 1.35)).length, 0);
    assert.equal(found(chain(9, 1.5)).length, 0);
  });

  it('reports a thousandfold between first and last', () => {
    assert.match(found(chain(3, 1e5))[0].message, /AutoTrainer yes.*TheDeepChecker yes/);
    assert.equal(found(chain(3, 30)).length, 0);
  });

  it('does not take narrowing for it', () => {
    assert.equal(found(chain(12, 1.5, (i) => ({ elements: 4 ** i }))).length, 0);
  });

  it('reports gradients that are not finite while the activations are, at the layer nearest the loss', () => {
    const infinite = (step: number) => (step < 7 ? {} : { mean: 'Infinity' as const, rms: 'Infinity' as const });
    const [finding] = found(chain(4, 1, (i) => (i < 3 ? { gradient: infinite } : {})));
    assert.equal(finding.layer, 'l2');
    assert.match(finding.message, /not finite at step 7/);
    const broken = { mean: 'NaN' as const };
    assert.equal(found(chain(4, 1, () => ({ gradient: () => broken, activation: () => broken }))).length, 0);
  });
});

describe('dead-units', () => {
  const relu = (dead: (step: number) => number): RecordedLayer[] => [
    { id: 'conv' },
    {
      id: 'relu',
      role: 'activation',
      activationFunction: 'Relu',
      activation: (s) => ({ deadUnits: dead(s) }),
      gradient: () => ({ zeroFraction: 0.8 }),
    },
    { id: 'head' },
  ];
  const found = (dead: (step: number) => number) => findingsOf('dead-units', measuredRun(relu(dead)));

  it('reports more than half of the units dead at the end', () => {
    const [finding] = found(() => 0.51);
    assert.equal(finding.layer, 'relu');
    assert.match(finding.message, /^51 % of the units of relu .*SageMaker Debugger yes.*AutoTrainer yes/);
    assert.equal(found(() => 0.5).length, 0);
  });

  it('names all layers where there are several, and none twice where there is one', () => {
    const [finding] = findingsOf(
      'dead-units',
      measuredRun([...relu(() => 0.6).slice(0, 2), { ...relu(() => 0.9)[1], id: 'relu2' }, { id: 'head' }]),
    );
    assert.equal(finding.layer, 'relu2');
    assert.match(finding.message, /^90 % of the units of relu2 .*, and more than 50 % in relu, relu2/);
    assert.doesNotMatch(found(() => 0.6)[0].message, /, and more than/);
  });

  it('does not report units that were dead only at the beginning', () => {
    assert.equal(found((step) => (step < 15 ? 1 : 0.1)).length, 0);
  });
});

describe('saturated-activation', () => {
  const net = (fraction: (step: number) => number, head = 'head', headKind = 'Gemm'): RecordedLayer[] => [
    { id: 'fc', activation: () => ({ min: -12, max: 8 }) },
    {
      id: 'tanh',
      role: 'activation',
      activationFunction: 'Tanh',
      activation: (s) => ({ saturatedFraction: fraction(s) }),
    },
    { id: head, role: headKind === 'Gemm' ? 'linear' : 'join', kind: headKind },
  ];
  const found = (layers: RecordedLayer[]) => findingsOf('saturated-activation', measuredRun(layers));

  it('reports more than half of the values saturated over the last steps', () => {
    const [finding] = found(net(() => 0.6));
    assert.equal(finding.layer, 'tanh');
    assert.match(
      finding.message,
      /^60 % .* beyond \+-0\.97 .*inputs reach 12 in size.*SageMaker Debugger yes.*DeepDiagnosis yes/,
    );
    assert.equal(found(net(() => 0.4)).length, 0);
    assert.equal(found(net((step) => (step < 12 ? 1 : 0.1))).length, 0);
  });

  it('measures the distance from the middle of the range of a Tanh, and of a Sigmoid', () => {
    const rho = (activationFunction: string, low: number, high: number) => {
      const layers = net(() => 0.6);
      const activation = () => ({ saturatedFraction: 0.6, histogram: { edges: [low, high], counts: [7] } });
      layers[1] = { ...layers[1], activationFunction, activation };
      return /TheDeepChecker \w+ \(rho [\d.]+/.exec(found(layers)[0].message)?.[0];
    };
    assert.equal(rho('Tanh', 0.5, 0.7), 'TheDeepChecker no (rho 0.6');
    assert.equal(rho('Sigmoid', 0.5, 0.7), 'TheDeepChecker no (rho 0.2');
    assert.equal(rho('Sigmoid', 0, 0.02), 'TheDeepChecker yes (rho 0.98');
  });

  it('leaves gates and outputs alone', () => {
    assert.equal(found(net(() => 0.9, 'mul', 'Mul')).length, 0);
    assert.equal(found(net(() => 0.9).slice(0, 2)).length, 0);
  });
});

describe('collapsed-activation', () => {
  const net = (sampleStd: number, rms = 1, role: RecordedLayer['role'] = 'norm'): RecordedLayer[] => [
    { id: 'relu', role: 'activation' },
    { id: 'conv' },
    { id: 'norm', role, activation: () => ({ sampleStd, rms }) },
    { id: 'head' },
  ];
  const found = (layers: RecordedLayer[]) => findingsOf('collapsed-activation', measuredRun(layers));

  it('reports outputs that are the same for all samples, once', () => {
    const layers = [
      ...net(1e-4),
      { id: 'next', role: 'activation' as const, activation: () => ({ sampleStd: 1e-4 }) },
      { id: 'out' },
    ];
    const run = found(layers);
    assert.deepEqual(
      run.map((f) => f.layer),
      ['norm'],
    );
    assert.match(
      run[0].message,
      /by a standard deviation of 0\.0001 \(its RMS is 1\), what was measured before it by 1, .*TheDeepChecker no/,
    );
    assert.equal(found(net(2e-3)).length, 0);
  });

  it('does not take small values for constant ones, nor judge pools and probabilities', () => {
    assert.equal(found(net(1e-4, 1e-4)).length, 0);
    assert.equal(found(net(1e-4, 1, 'pool')).length, 0);
    const softmax = net(1e-4).map((l) => (l.id === 'norm' ? { ...l, activationFunction: 'Softmax' } : l));
    assert.equal(found(softmax).length, 0);
  });
});

describe('train-eval-gap', () => {
  const found = (evaluationGap: (step: number) => number, momentum = 0.8) =>
    findingsOf(
      'train-eval-gap',
      measuredRun(
        [
          {
            id: 'bn',
            role: 'norm',
            statistics: (s) => ({ evaluationGap: evaluationGap(s), initialWeight: momentum ** (s + 1) }),
          },
        ],
        40,
      ),
    );

  it('reports a gap in more than a tenth of the channels over the last steps', () => {
    assert.match(found(() => 0.2)[0].message, /^20 % of the channels of bn .*TheDeepChecker/);
    assert.equal(found(() => 0.1).length, 0);
    assert.equal(found((step) => (step < 30 ? 1 : 0)).length, 0);
  });

  it('waits until the running statistics are those of the run', () => {
    assert.equal(found(() => 1, 0.99).length, 0);
  });
});

describe('statistics-drift', () => {
  const found = (mean: (step: number) => number, steps = 20) =>
    findingsOf(
      'statistics-drift',
      measuredRun([{ id: 'relu', role: 'activation', activation: (s) => ({ mean: mean(s) }) }, { id: 'fc' }], steps),
    );

  it('reports an input whose mean moves by more than a deviation in ten steps, with the figure per step', () => {
    const [finding] = found((step) => 0.15 * step);
    assert.deepEqual(finding.layers, ['fc']);
    assert.match(finding.message, /that of fc: 0\.15 standard deviations per step/);
    assert.equal(found((step) => 0.09 * step).length, 0);
  });

  it('looks for the ten steps that move it most, wherever they are', () => {
    assert.equal(found((step) => 0.15 * Math.min(step, 12), 40).length, 1);
    assert.equal(found((step) => 0.15 * Math.max(0, step - 25), 40).length, 1);
  });

  it('is not moved by single batches, and needs ten steps', () => {
    assert.equal(found((step) => (step === 14 ? 5 : 0)).length, 0);
    assert.equal(found((step) => step, 12).length, 0);
  });
});

describe('update-ratio', () => {
  const found = (...ratios: number[]) =>
    findingsOf(
      'update-ratio',
      measuredRun(ratios.map((updateRatio, i) => ({ id: `l${i}`, weights: () => ({ updateRatio }) }))),
    );

  it('reports the layers outside, in one finding', () => {
    const [finding, ...rest] = found(1e-3, 0.2, 1e-6);
    assert.deepEqual(rest, []);
    assert.deepEqual(finding.layers, ['l1', 'l2']);
    assert.match(finding.message, /2 of 3 layers .* 0\.000001 to 0\.2 .*DeepDiagnosis yes .*SageMaker Debugger no/);
    assert.equal(found(1e-5, 0.1).length, 0);
  });

  describe('of a run that blows up and calms down', () => {
    const run = (ratio: (step: number) => number, loss: (step: number) => number | 'Infinity') =>
      findingsOf(
        'update-ratio',
        measuredRun(
          [
            { id: 'a', weights: (step) => ({ updateRatio: ratio(step) }) },
            { id: 'b', weights: () => ({ updateRatio: 1e-3 }) },
            { id: 'c', weights: (step) => ({ kind: 'bias', updateRatio: ratio(step) }) },
          ],
          20,
          loss,
        ),
      );
    const burst = (step: number) => (step === 1 ? 3.6 : 1e-3);

    it('names the step, the weights and the loss', () => {
      const [finding, ...rest] = run(burst, (step) => (step === 3 ? 3e5 : 6.91));
      assert.deepEqual(rest, []);
      assert.deepEqual(finding.layers, ['a']);
      assert.match(
        finding.message,
        /from step 1 on the weights of 1 layer .* up to 3\.6 .* from 6\.91 to .* at step 3/,
      );
      assert.match(finding.message, /DeepDiagnosis yes .*SageMaker Debugger no/);
      assert.equal(run(burst, (step) => (step === 3 ? 'Infinity' : 1)).length, 1);
    });

    it('measures the loss by that of the first step', () => {
      assert.equal(run(burst, (step) => (step === 3 ? 2 : 0.1)).length, 1);
      assert.deepEqual(
        run(burst, (step) => (step === 3 ? 15 : 10)),
        [],
      );
    });

    it('needs both the step and the loss, in this order', () => {
      assert.deepEqual(
        run(burst, (step) => (step === 3 ? 2.6 : 1)),
        [],
      );
      assert.deepEqual(
        run(
          () => 0.09,
          (step) => (step === 3 ? 3e5 : 1),
        ),
        [],
      );
      assert.deepEqual(
        run(burst, (step) => (step === 1 ? 3e5 : 1)),
        [],
      );
      assert.deepEqual(
        run(
          (step) => (step === 5 ? 3.6 : 1e-3),
          (step) => (step === 3 ? 3e5 : 1),
        ),
        [],
      );
    });

    it('is not said twice of a run that never calms down', () => {
      assert.equal(
        run(
          () => 0.5,
          (step) => 100 ** step,
        ).length,
        1,
      );
    });
  });

  it('does not judge biases', () => {
    const run = measuredRun([{ id: 'fc', weights: () => ({ kind: 'bias', updateRatio: 1 }) }]);
    assert.deepEqual(findingsOf('update-ratio', run), []);
  });
});

describe('non-finite-values', () => {
  const nan = (from: number) => (step: number) => (step < from ? {} : { mean: 'NaN' as const });
  const found = (layers: RecordedLayer[], loss?: Parameters<typeof measuredRun>[2]) =>
    findingsOf('non-finite-values', measuredRun(layers, 20, loss));

  it('names the first layer of the first step', () => {
    const [finding, ...rest] = found([
      { id: 'a', activation: nan(9) },
      { id: 'b', activation: nan(5) },
      { id: 'c', activation: nan(5) },
    ]);
    assert.deepEqual(rest, []);
    assert.equal(finding.layer, 'b');
    assert.match(finding.message, /^The output of b holds NaN from step 5 on/);
  });

  it('names the gradient nearest the loss where the activations are finite on that step', () => {
    const [finding] = found([{ id: 'a', gradient: nan(3) }, { id: 'b', gradient: nan(3) }, { id: 'c' }]);
    assert.equal(finding.layer, 'b');
    assert.match(finding.message, /gradient with respect to the output of b/);
  });

  it('tells infinite sums from masks', () => {
    const infinite = () => ({ mean: '-Infinity' as const, min: '-Infinity' as const });
    assert.equal(found([{ id: 'a', role: 'join', kind: 'Add', activation: infinite }]).length, 0);
    assert.match(found([{ id: 'a', activation: infinite }])[0].message, /holds -Infinity/);
  });

  it('does not take an overflow of squares for infinite values', () => {
    assert.equal(found([{ id: 'a', activation: () => ({ mean: 1e20, rms: 'Infinity', std: 'Infinity' }) }]).length, 0);
  });

  it('reports a loss that is not finite when no layer is the cause', () => {
    const [finding] = found([{ id: 'a' }], (step) => (step < 4 ? 1 : 'NaN'));
    assert.equal(finding.layer, null);
    assert.match(finding.message, /^The loss is NaN at step 4/);
  });
});
