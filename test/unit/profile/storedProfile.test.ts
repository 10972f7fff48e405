import assert from 'node:assert/strict';
import { ModelError } from '../../../src/ir/errors';
import type { ProfileResult } from '../../../src/protocol/profile';
import { judgeProfile } from '../../../src/profile/measuredRules';
import { factsOfProfile } from '../../../src/profile/profileFacts';
import { parseProfile, storedProfile } from '../../../src/profile/storedProfile';
import { measuredRun, type RecordedLayer } from '../../support/measuredRun';
import { assertFollows } from '../../support/schemas';

const sampled = {
  quantiles: { p1: -2, p5: -1.5, p15: -1, p25: -0.7, p50: 0, p75: 0.7, p85: 1, p95: 1.5, p99: 2 },
  histogram: { edges: Array.from({ length: 31 }, (_, i) => i / 10), counts: Array<number>(30).fill(7) },
};

function profile(layers: readonly RecordedLayer[], steps: number): ProfileResult {
  const run = measuredRun(layers, steps, (step) => 1 / (step + 3));
  return { ...run, findings: judgeProfile(run) };
}

const small = profile(
  [
    {
      id: 'a',
      activation: () => ({ ...sampled, mean: 1 / 3 }),
      gradient: (step) => (step === 1 ? { rms: 'NaN' } : {}),
      weights: () => ({}),
    },
    { id: 'n', role: 'norm', kind: 'batch', statistics: () => ({ evaluationGap: 0.5, initialWeight: 0.1 }) },
    { id: 'r', role: 'activation', kind: 'Relu', activationFunction: 'Relu', activation: () => ({ deadUnits: 0.9 }) },
  ],
  3,
);

function follows(schema: 'analysis' | 'profile', data: unknown): boolean {
  try {
    assertFollows(schema, data);
    return true;
  } catch {
    return false;
  }
}

const refused = (content: string, code: string, message: RegExp) =>
  assert.throws(
    () => parseProfile(content),
    (e) => e instanceof ModelError && e.code === code && message.test(e.describe()),
    content.slice(0, 80),
  );

describe('saved profiles', () => {
  it('are read back as they were, figures to seven digits', () => {
    const read = parseProfile(storedProfile(small));
    assert.equal(read.layers[0].activation[0].mean, 0.3333333);
    assert.equal(read.layers[0].gradient[1].rms, 'NaN');
    const rounded = JSON.parse(
      JSON.stringify(small, (_, v: unknown) => (typeof v === 'number' ? Number(v.toPrecision(7)) : v)),
    ) as ProfileResult;
    assert.deepEqual(read, rounded);
    assert.ok(read.findings.length > 0 && follows('profile', read));
  });

  it('cost at most half a kilobyte for each step of a layer, and long runs of deep networks keep a part of the steps', () => {
    const run = (steps: number) => {
      const layers = Array.from({ length: 100 }, (_, i) => ({
        ...{ id: `block.${i}/conv/output`, weights: () => ({ rms: Math.SQRT2 / 7 }) },
        activation: (step: number) => ({ mean: Math.PI * 1e-3, std: Math.E, ...(step % 10 === 0 && sampled) }),
      }));
      return storedProfile({ ...measuredRun(layers, steps), findings: [] });
    };
    const [short, long] = [run(50), run(2000)];
    assert.ok(short.length < 512 * 100 * 50, String(short.length));
    assert.ok(long.length < 512 * 1.1e5, String(long.length));
    const thinned = parseProfile(long);
    assert.equal(thinned.loss.length, 2000);
    const steps = thinned.layers[5].activation.map((a) => a.step);
    assert.deepEqual([steps[0], steps[1], steps.at(-1)], [0, 2, 1999]);
    assert.equal(parseProfile(short).layers[99].gradient.length, 50);
  }).timeout(30000);

  it('that are none, newer or damaged are refused with the place', () => {
    for (const content of ['{}', '[]', 'null', '3', '{"schemaVersion": 1, "models": []}']) {
      refused(content, 'not-a-model', /no profile of NormScope/);
    }
    refused('{"schemaVersion": 1', 'corrupt', /no JSON/);
    refused(JSON.stringify({ ...small, schemaVersion: 99 }), 'unsupported', /newer NormScope \(version 99/);
    const changed = (from: string, to: string) => storedProfile(small).replace(from, to);
    refused(
      changed('"status":"complete"', '"status":"done"'),
      'corrupt',
      /complete or cancelled or failed \(at \$\.status\)/,
    );
    refused(changed('"rms":1', '"rms":"1"'), 'corrupt', /a number, "NaN".*\$\.layers\[0\]\.activation\[0\]\.rms/);
    refused(changed('"loss":[', '"loss":[{},'), 'corrupt', /\$\.loss\[0\]/);
  });

  it('are refused when anything is missing that the schema requires, and only then', () => {
    const parses = (value: unknown) => {
      try {
        parseProfile(JSON.stringify(value));
        return true;
      } catch (error) {
        assert.ok(error instanceof ModelError, String(error));
        return false;
      }
    };
    let removed = 0;
    const visit = (value: unknown) => {
      if (typeof value !== 'object' || value === null) return;
      const holder = value as Record<string, unknown>;
      for (const key of Object.keys(holder)) {
        if (!Array.isArray(value)) {
          const kept = holder[key];
          delete holder[key];
          assert.equal(parses(copy), follows('profile', copy), `without ${key}`);
          holder[key] = kept;
          removed++;
        }
        visit(holder[key]);
      }
    };
    const copy = JSON.parse(storedProfile(small)) as Record<string, unknown>;
    visit(copy);
    assert.ok(removed > 300, String(removed));
  });

  it('say of their model what they hold of it', () => {
    const facts = factsOfProfile({ ...small, model: { ...small.model, format: 'keras', parameterCount: 12 } });
    assert.deepEqual([facts.format, facts.parameterCount, facts.graphHash], ['keras', 12, small.model.graphHash]);
    assert.deepEqual(facts.summary, { linear: 1, norm: { batch: 1 }, activation: { Relu: 1 }, placement: {} });
    assert.deepEqual(facts.layers[1].inputs, ['a']);
    assert.ok(follows('analysis', { schemaVersion: 1, tool: small.tool, models: [facts] }));
  });
});
