import {
  PROFILE_SCHEMA_VERSION,
  type Figure,
  type ProfileEvent,
  type ProfiledLayer,
  type ProfileResult,
  type ProfileStarted,
  type RunningStatistics,
  type StepStatistics,
  type WeightStatistics,
} from '../protocol/profile';
import { tool } from '../protocol/tool';
import { gradientDepthSlope, type GradientAtDepth } from './depthSlope';
import { fromFigure, toFigure } from './figure';
import type { Measurements } from './measuredRule';
import { judgeProfile } from './measuredRules';
import { theoryLines } from './theory';

/** How a run ended; a result that is asked for while it runs is 'cancelled' at that step. */
export interface ProfileEnd {
  readonly status: ProfileResult['status'];
  readonly failure?: string;
}

interface LayerLists {
  readonly activation: StepStatistics[];
  readonly gradient: StepStatistics[];
  readonly weights: WeightStatistics[];
  readonly statistics: RunningStatistics[];
}

/** Collects the events of one run as they come. A result can be taken at any moment, also of a run that died. */
export class ProfileFold {
  private start: ProfileStarted | undefined;
  private lists: LayerLists[] = [];
  private readonly loss: Figure[] = [];
  private readonly stepMs: number[] = [];
  private complete = false;

  add(event: ProfileEvent): void {
    switch (event.type) {
      case 'started':
        this.start = event;
        this.lists = event.layers.map(() => ({ activation: [], gradient: [], weights: [], statistics: [] }));
        break;
      case 'step':
        this.loss.push(event.loss);
        this.stepMs.push(event.ms);
        event.layers.forEach((layer, i) => {
          const list = this.lists[i];
          if (layer.activation) list.activation.push(layer.activation);
          if (layer.gradient) list.gradient.push(layer.gradient);
          if (layer.weights) list.weights.push(...layer.weights);
          if (layer.statistics) list.statistics.push(layer.statistics);
        });
        break;
      case 'finished':
        this.complete = true;
        break;
      case 'phase':
        break;
    }
  }

  /**
   * What was measured so far.
   * @param end how the run ended; default 'complete' after the event `finished`, else 'cancelled'
   * @returns undefined before the event `started`
   */
  result(end: ProfileEnd = { status: this.complete ? 'complete' : 'cancelled' }): ProfileResult | undefined {
    const { start } = this;
    if (start === undefined) return undefined;
    const layers = start.layers.map((layer, i): ProfiledLayer => {
      const { activation, gradient, weights, statistics } = this.lists[i];
      return {
        ...layer,
        activation: [...activation],
        gradient: [...gradient],
        ...(weights.length > 0 && { weights: [...weights] }),
        ...(statistics.length > 0 && { statistics: [...statistics] }),
      };
    });
    const slope = slopeOf(layers);
    const measured: Measurements = {
      schemaVersion: PROFILE_SCHEMA_VERSION,
      tool,
      model: start.model,
      engine: start.engine,
      settings: start.settings,
      status: end.status,
      ...(end.failure !== undefined && { failure: end.failure }),
      loss: [...this.loss],
      layers,
      gradientDepthSlope: slope === null ? null : toFigure(slope),
      timing: { compileMs: start.compileMs, stepMs: [...this.stepMs] },
    };
    const theory = theoryLines(measured);
    return { ...measured, findings: judgeProfile(measured), ...(theory.length > 0 && { theory }) };
  }
}

/** The result of a run from its events; undefined when it ended before `started`. */
export function foldProfile(events: Iterable<ProfileEvent>, end?: ProfileEnd): ProfileResult | undefined {
  const fold = new ProfileFold();
  for (const event of events) fold.add(event);
  return fold.result(end);
}

/** The slope over the weighted layers (linear, recurrent) that a gradient reaches. */
function slopeOf(layers: readonly ProfiledLayer[]): number | null {
  const points: GradientAtDepth[] = [];
  for (const layer of layers) {
    if ((layer.role !== 'linear' && layer.role !== 'recurrent') || layer.gradient.length === 0) continue;
    points.push({ depth: layer.depth, rms: fromFigure(typicalRms(layer.gradient)) });
  }
  return gradientDepthSlope(points);
}

/** Geometric mean of the RMS over the steps, so that no single step decides; NaN where one was not finite or none measured. */
export function typicalRms(statistics: readonly StepStatistics[]): Figure {
  let logs = 0;
  for (const { rms } of statistics) {
    const value = fromFigure(rms);
    logs += Number.isFinite(value) ? Math.log(Math.max(value, 2 ** -126)) : NaN;
  }
  return toFigure(Math.exp(logs / statistics.length));
}
