import assert from 'node:assert/strict';
import { nodeHost } from '../../../src/engine/nodeHost';
import { runCompare } from '../../../src/engine/runCompare';
import { runProfile } from '../../../src/engine/runProfile';
import { ModelError } from '../../../src/ir/errors';
import { CompareFold } from '../../../src/profile/compareResult';
import { defaultProfileSettings } from '../../../src/profile/defaultSettings';
import { foldProfile } from '../../../src/profile/profileResult';
import type { CompareEvent, CompareResult, CompareSettings } from '../../../src/protocol/compare';
import type { ProfileEvent } from '../../../src/protocol/profile';
import { corpusPath, manifestEntries } from '../../support/manifest';
import { assertFollows } from '../../support/schemas';
import { convNet, temporaryFolder, withWeights, writeModel } from './smallModels';

const quick: CompareSettings = {
  ...defaultProfileSettings,
  ...{ steps: 8, init: 'default', variants: ['as-is', 'none', 'group'], seeds: 3, learningRates: false },
};

async function compare(
  path: string,
  settings: Partial<CompareSettings> = {},
  onEvent: (event: CompareEvent) => void = () => undefined,
  signal = new AbortController().signal,
): Promise<{ result?: CompareResult; error?: ModelError; events: CompareEvent[] }> {
  const fold = new CompareFold();
  const events: CompareEvent[] = [];
  const add = (event: CompareEvent) => {
    fold.add(event);
    events.push(event);
    onEvent(event);
  };
  try {
    await runCompare({ model: { path }, settings: { ...quick, ...settings } }, add, signal, nodeHost);
    return { result: fold.result('complete'), events };
  } catch (error) {
    assert.ok(error instanceof ModelError, String((error as Error).stack));
    return { result: fold.result(error.code === 'cancelled' ? 'cancelled' : 'failed'), error, events };
  }
}

describe('runCompare', function () {
  this.timeout(60000);
  const folder = temporaryFolder();
  let file: string;
  before(async () => {
    file = await writeModel(folder, 'conv.onnx', withWeights(convNet));
  });

  it('trains every variant with every seed', async () => {
    const { result, events } = await compare(file);
    assert.ok(result);
    assertFollows('compare', result);
    assert.deepEqual(
      result.variants.map((v) => [v.id, v.status, v.seeds.map((s) => s.seed).join()]),
      [
        ['as-is', 'complete', '1,2,3'],
        ['none', 'complete', '1,2,3'],
        ['group', 'complete', '1,2,3'],
      ],
    );
    assert.equal(result.settings.data.kind, 'synthetic');
    const [asIs, none] = result.variants;
    assert.equal(asIs.seeds[0].loss.length, 8);
    assert.deepEqual(
      asIs.seeds[0].layers.map((l) => [l.id, l.depth]),
      none.seeds[0].layers.map((l) => [l.id, l.depth]),
    );
    const done = events.flatMap((e) => (e.type === 'progress' ? e.done : []));
    assert.deepEqual(
      done,
      [...done].sort((a, b) => a - b),
    );
    assert.ok(done[done.length - 1] <= 1 && done[done.length - 1] > 0.98);
  });

  it('gives a run of a variant the figures that a profile of it has', async () => {
    const { result } = await compare(file, { variants: ['group'], seeds: 1, seed: 5 });
    const events: ProfileEvent[] = [];
    const settings = { ...defaultProfileSettings, steps: 8, init: 'default', seed: 5, norm: 'group' } as const;
    await runProfile(
      { model: { path: file }, settings },
      (e) => events.push(e),
      new AbortController().signal,
      nodeHost,
    );
    const profile = foldProfile(events)!;
    const [run] = result!.variants[0].seeds;
    assert.deepEqual([run.loss, run.gradientDepthSlope], [profile.loss, profile.gradientDepthSlope]);
    assert.equal(profile.settings.norm, 'group');
    assert.match(profile.settings.notes.join(), /2 norms replaced by group norms/);
  });

  it('feeds every variant the same data and starts the weights alike', async () => {
    // without a norm between input and loss the first loss of two variants of one network is the same
    const linear = `<ir_version: 8, opset_import: ["" : 18]>
      net (float[N,6] x) => (float[N,3] y) <float[6,8] w, float[8] b, float[8,3] v, float[8] s, float[8] t, float[8] m, float[8] r>
      { h = MatMul (x, w) a = Add (h, b) n = BatchNormalization (a, s, t, m, r) q = Relu (n) y = MatMul (q, v) }`;
    const path = await writeModel(folder, 'linear.onnx', withWeights(linear));
    const { result } = await compare(path, { variants: ['as-is', 'detached-batch', 'layer'], seeds: 2 });
    const firstLosses = result!.variants.map((v) => v.seeds.map((s) => s.loss[0]));
    assert.deepEqual(firstLosses[0], firstLosses[1], 'detaching statistics changes no forward pass');
    assert.notDeepEqual(firstLosses[0], firstLosses[2]);
    assert.notEqual(firstLosses[0][0], firstLosses[0][1], 'seeds differ');
    const second = (i: number) => result!.variants[i].seeds[0].loss[1];
    assert.notEqual(second(0), second(1), 'the gradient is another');
    const first = (i: number) => result!.variants[i].seeds[0].layers[0].activationRms as number;
    assert.ok(Math.abs(first(0) / first(2) - 1) < 0.5);
  });

  it('says which variants the network has nothing for, and goes on', async () => {
    const { result } = await compare(file, { variants: ['before-activation', 'as-is'], seeds: 1 });
    assert.deepEqual(
      result!.variants.map((v) => v.status),
      ['not-applicable', 'complete'],
    );
    assert.match(result!.variants[0].reason!, /does not change this network/);
    const { error } = await compare(file, { variants: ['before-activation'], seeds: 1 });
    assert.equal(error?.code, 'unsupported');
  });

  it('keeps what it measured when it is cancelled', async () => {
    const abort = new AbortController();
    const { result, error } = await compare(
      file,
      {},
      (e) => {
        if (e.type === 'progress' && e.variant === 'none' && e.seed === 2 && e.loss !== undefined) abort.abort();
      },
      abort.signal,
    );
    assert.equal(error?.code, 'cancelled');
    assert.equal(result?.status, 'cancelled');
    assert.deepEqual(
      result?.variants.map((v) => [v.id, v.status, v.seeds.length]),
      [
        ['as-is', 'complete', 3],
        ['none', 'partial', 1],
      ],
    );
    assertFollows('compare', result);
  });

  it('searches the largest learning rate, and reports runs that diverge', async () => {
    const { result } = await compare(file, { variants: ['as-is'], seeds: 2, learningRates: true, optimizer: 'sgd' });
    const [variant] = result!.variants;
    assert.equal(variant.rateSearches.length, 2);
    for (const { tried, largest } of variant.rateSearches) {
      assert.ok(tried.length >= 2 && tried.length <= 8);
      assert.ok(largest === null || tried.some((t) => t.lr === largest && t.stable));
    }
    const wild = await compare(file, { variants: ['as-is'], seeds: 1, optimizer: 'sgd', lr: 1e30, steps: 30 });
    const [run] = wild.result!.variants[0].seeds;
    assert.equal(run.status, 'diverged');
    assert.match(run.failure!, /diverged/);
    assert.equal(wild.result!.variants[0].summary.divergedSeeds, 1);
    assertFollows('compare', wild.result);
  });

  const corpus = new Map(manifestEntries().map((e) => [e.path.split('/').slice(-2).join('/'), corpusPath(e)]));
  for (const [name, variants] of Object.entries({
    'acgan_generator/model.json': ['as-is', 'none', 'layer', 'group'],
    'cnn_explainer_tinyvgg/model.json': ['as-is', 'batch', 'group'],
  } as const)) {
    const path = corpus.get(name);
    (path === undefined ? it.skip : it)(`compares ${name} of the corpus`, async () => {
      const { result, error } = await compare(path!, { variants, seeds: 1, steps: 3, batch: 4 });
      assert.equal(error, undefined);
      assert.deepEqual(
        result!.variants.map((v) => v.status),
        variants.map(() => 'complete'),
      );
    });
  }
});
