import { ModelError } from '../ir/errors';
import type { Model } from '../ir/model';
import { fromFigure, toFigure } from '../profile/figure';
import { ProfileFold, typicalRms } from '../profile/profileResult';
import type { ComparedRun, CompareEvent, CompareSettings, CompareSetup, TriedRate } from '../protocol/compare';
import type { ModelLocation } from '../protocol/engine';
import type { NormVariantId } from '../protocol/normVariant';
import type { Figure, ProfileEvent, ProfileResult, ProfileSettings } from '../protocol/profile';
import { say } from '../texts/say';
import { trainableForm } from '../training/trainableForm';
import { applyNormVariant } from '../variants/norms/applyNormVariant';
import { titleOf } from '../variants/norms/registry';
import type { ChosenRuntime } from './chooseRuntime';
import { searchRate } from './rateSearch';
import { runProfile, type EngineHost } from './runProfile';
import { SessionCache } from './sessionCache';

export interface CompareRequest {
  readonly model: ModelLocation;
  readonly settings: CompareSettings;
}

/** Steps of a run that only asks whether a learning rate is stable. */
const RATE_STEPS = 20;

/**
 * Trains a network with several normalizations, one after the other, each with every seed, and sends what was measured as
 * each run ends. A variant that the network has nothing for, diverges or cannot be trained is reported as such; the others
 * go on.
 *
 * @throws ModelError `cancelled` when `signal` was aborted; whatever keeps the network from being trained at all when not one
 *   variant could be run
 */
export async function runCompare(
  request: CompareRequest,
  emit: (event: CompareEvent) => void,
  signal: AbortSignal,
  host: EngineHost,
): Promise<void> {
  const comparison = new Comparison(request, emit, signal, host);
  try {
    await comparison.run();
  } finally {
    await comparison.dispose();
  }
}

class Comparison {
  private readonly settings: CompareSettings;
  private readonly host: EngineHost;
  private model: Promise<Model> | undefined;
  private chosen: { readonly runtime: SessionCache; readonly notes: ChosenRuntime['notes'] } | undefined;
  private started = false;
  private variantsDone = 0;
  private runsDone = 0;

  constructor(
    private readonly request: CompareRequest,
    private readonly emit: (event: CompareEvent) => void,
    private readonly signal: AbortSignal,
    host: EngineHost,
  ) {
    this.settings = request.settings;
    this.host = {
      ...host,
      openModel: (path) => (this.model ??= host.openModel(path)),
      chooseRuntime: (choice, threads) => {
        if (this.chosen === undefined) {
          const { runtime, notes } = host.chooseRuntime(choice, threads);
          this.chosen = { runtime: new SessionCache(runtime), notes };
        }
        return this.chosen;
      },
      availableBytes: () => host.availableBytes(),
      pause: () => host.pause(),
    };
  }

  async run(): Promise<void> {
    let failure: ModelError | undefined;
    for (const id of this.settings.variants) {
      this.runsDone = 0;
      const error = await this.variant(id);
      failure ??= error;
      this.variantsDone++;
    }
    if (!this.started) throw failure ?? new ModelError('unsupported', say`there is nothing to compare`);
  }

  async dispose(): Promise<void> {
    await this.chosen?.runtime.dispose();
  }

  /** @returns why the variant could not be trained, where it could not */
  private async variant(id: NormVariantId): Promise<ModelError | undefined> {
    const { graph } = trainableForm(await this.host.openModel(this.request.model.path), this.settings).model;
    try {
      const { summary, notes } = await applyNormVariant(graph, id);
      this.emit({ type: 'variant', variant: { id, title: titleOf(id), change: summary, notes } });
    } catch (error) {
      const reason = modelError(error);
      this.emit({
        type: 'variant',
        variant: { id, title: titleOf(id), change: '', notes: [], reason: reason.message },
      });
      this.emit({ type: 'variantDone', variant: id });
      return reason;
    }
    try {
      await this.seeds(id);
      this.emit({ type: 'variantDone', variant: id });
      return undefined;
    } catch (error) {
      const failure = modelError(error);
      if (failure.code === 'cancelled') throw failure;
      this.emit({ type: 'variantDone', variant: id, failure: failure.message });
      return failure;
    }
  }

  private async seeds(id: NormVariantId): Promise<void> {
    const { seed, seeds, lr, learningRates } = this.settings;
    let start = lr;
    for (let i = 0; i < seeds; i++) {
      const run = await this.train(id, seed + i, lr, this.settings.steps, 'training');
      this.runsDone++;
      this.emit({ type: 'run', variant: id, run });
      if (!learningRates) continue;
      const search = await searchRate(
        seed + i,
        start,
        async (rate) =>
          isStable((await this.train(id, seed + i, rate, this.rateSteps, 'learning-rate')).loss, this.rateSteps),
        this.known(run, lr),
      );
      this.runsDone++;
      start = search.largest ?? start;
      this.emit({ type: 'rates', variant: id, search });
    }
  }

  private get rateSteps(): number {
    return Math.min(RATE_STEPS, this.settings.steps);
  }

  /** A run at the rate that is searched from says of that rate what a short run would: its data do not depend on its length. */
  private known(run: ComparedRun, lr: number): TriedRate[] {
    return [{ lr, stable: isStable(run.loss.slice(0, this.rateSteps), this.rateSteps) }];
  }

  private async train(
    id: NormVariantId,
    seed: number,
    lr: number,
    steps: number,
    what: 'training' | 'learning-rate',
  ): Promise<ComparedRun> {
    const fold = new ProfileFold();
    const settings: ProfileSettings = { ...this.settings, norm: id, seed, lr, steps };
    const follow = (event: ProfileEvent) => {
      fold.add(event);
      if (event.type === 'started') this.begin(fold);
      const within = event.type === 'step' ? (event.step + 1) / steps : 0;
      const loss = event.type === 'step' ? event.loss : undefined;
      if (event.type === 'step' || event.type === 'phase') {
        const compiling = event.type === 'phase' && event.phase !== 'training';
        this.progress(id, seed, compiling ? 'compiling' : what, within, loss);
      }
    };
    try {
      await runProfile({ model: this.request.model, settings }, follow, this.signal, this.host);
      return comparedRun(fold.result({ status: 'complete' })!);
    } catch (error) {
      const failure = modelError(error);
      const result = fold.result({ status: 'failed', failure: failure.message });
      if (failure.code === 'cancelled' || result === undefined) throw failure;
      return comparedRun(result);
    }
  }

  private begin(fold: ProfileFold): void {
    if (this.started) return;
    this.started = true;
    const { model, engine, settings: setup } = fold.result()!;
    const { loss, data, weights, batch } = setup;
    const settings: CompareSetup = { ...this.settings, loss, data, weights, batch };
    this.emit({ type: 'started', model: { path: model.path, graphHash: model.graphHash }, engine, settings });
  }

  private progress(
    variant: NormVariantId,
    seed: number,
    what: 'compiling' | 'training' | 'learning-rate',
    within: number,
    loss: Figure | undefined,
  ): void {
    const { variants, seeds, learningRates } = this.settings;
    const runs = seeds * (learningRates ? 2 : 1);
    const part = what === 'training' ? within : 0;
    const done = (this.variantsDone + (this.runsDone + part) / runs) / variants.length;
    this.emit({ type: 'progress', variant, seed, what, done, ...(loss !== undefined && { loss }) });
  }
}

/** Losses of a run that trains: all are numbers, and the last quarter is on average below the first loss. */
function isStable(loss: readonly Figure[], steps: number): boolean {
  if (loss.length < steps || loss.some((l) => typeof l === 'string')) return false;
  const last = loss.slice(-Math.max(1, Math.floor(steps / 4))).map(fromFigure);
  return last.reduce((a, b) => a + b, 0) / last.length < fromFigure(loss[0]);
}

function comparedRun(result: ProfileResult): ComparedRun {
  const { loss, status, failure, settings, gradientDepthSlope, timing } = result;
  const diverged = loss.some((l) => typeof l === 'string');
  const last = loss.slice(-Math.max(5, Math.ceil(loss.length / 10))).map(fromFigure);
  const layers = result.layers.flatMap(({ id, role, depth, activation, gradient }) =>
    (role === 'linear' || role === 'recurrent') && gradient.length > 0
      ? [{ id, depth, gradientRms: typicalRms(gradient), activationRms: typicalRms(activation) }]
      : [],
  );
  const sorted = [...timing.stepMs].sort((a, b) => a - b);
  return {
    seed: settings.seed,
    status: diverged ? 'diverged' : status === 'complete' ? 'complete' : 'failed',
    ...(failure !== undefined && { failure }),
    loss,
    finalLoss: toFigure(last.reduce((a, b) => a + b, 0) / last.length),
    gradientDepthSlope,
    layers,
    stepMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
  };
}

function modelError(error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  throw error;
}
