import type {
  ProfileEvent,
  ProfileResult,
  ProfileStarted,
  ProfileStep,
  RunningStatistics,
  StartedLayer,
  StepStatistics,
  WeightStatistics,
} from '../src/protocol/profile';

/**
 * A profile that grows while its run goes on. The arrays inside are appended to in place: copying them for each step would cost
 * the square of the steps.
 */
export class LiveProfile {
  readonly #loss: ProfileResult['loss'][number][] = [];
  readonly #stepMs: number[] = [];
  readonly #layers: MutableLayer[];
  readonly result: ProfileResult;
  #lastStep = -Infinity;

  private constructor(
    base: Omit<ProfileResult, 'loss' | 'layers' | 'timing'>,
    layers: MutableLayer[],
    compileMs: number,
  ) {
    this.#layers = layers;
    this.result = { ...base, loss: this.#loss, layers, timing: { compileMs, stepMs: this.#stepMs } };
  }

  static started({ model, engine, settings, layers, compileMs }: ProfileStarted): LiveProfile {
    return new LiveProfile(
      {
        schemaVersion: 1,
        tool: { name: 'normscope', version: '' },
        ...{ model, engine, settings },
        status: 'complete',
        gradientDepthSlope: null,
        findings: [],
      },
      layers.map((layer) => ({ ...layer, activation: [], gradient: [] })),
      compileMs,
    );
  }

  /** @returns false when the event is not one of this profile's next ones */
  append(event: ProfileEvent): boolean {
    if (event.type !== 'step' || event.step <= this.#lastStep || event.layers.length !== this.#layers.length)
      return false;
    this.#append(event);
    return true;
  }

  #append(event: ProfileStep): void {
    this.#lastStep = event.step;
    this.#loss.push(event.loss);
    this.#stepMs.push(event.ms);
    event.layers.forEach(({ activation, gradient, weights, statistics }, i) => {
      const layer = this.#layers[i];
      if (activation) layer.activation.push(activation);
      if (gradient) layer.gradient.push(gradient);
      if (weights?.length) (layer.weights ??= []).push(...weights);
      if (statistics) (layer.statistics ??= []).push(statistics);
    });
  }
}

type MutableLayer = StartedLayer & {
  readonly activation: StepStatistics[];
  readonly gradient: StepStatistics[];
  weights?: WeightStatistics[];
  statistics?: RunningStatistics[];
};
