import type { Finding } from '../protocol/facts';
import type { ProfileResult } from '../protocol/profile';
import type { MeasuredRuleMeta } from '../rules/rule';

/** What a profile measured, before anything is said about it. */
export type Measurements = Omit<ProfileResult, 'findings'>;

/** A rule on measured figures. Its findings speak of the data and the steps that were run, not of the model for ever. */
export interface MeasuredRule {
  readonly meta: MeasuredRuleMeta;
  /**
   * True where weights that were trained on other data look worse than they are: on synthetic data its findings about weights of
   * the file are information.
   */
  readonly needsOwnData?: boolean;
  /** Findings in order of the layers. Silent on what was not measured. */
  check(profile: Measurements, thresholds: MeasuredThresholds): readonly MeasuredFinding[];
}

/** A finding whose rule and severity are those of the rule that made it. */
export type MeasuredFinding = Pick<Finding, 'message' | 'layer' | 'layers'>;

/** From which figures on the rules speak. Ratios and slopes: absolute cut-offs do not carry over between widths and losses. */
export interface MeasuredThresholds {
  /** log10 per weighted layer towards the input, over at least so many depths; first / last weighted layer. */
  readonly vanishing: { readonly slope: number; readonly depths: number; readonly ratio: number };
  readonly exploding: { readonly slope: number; readonly depths: number; readonly ratio: number };
  /** Fraction of a ReLU layer's units. */
  readonly deadUnits: number;
  /** Fraction of a layer's values. */
  readonly saturated: number;
  /** Standard deviation over samples of an output to that of its input, and to its own RMS. */
  readonly collapsed: number;
  /** Norm of a step's change to that of the weight; the loss to that of the first step, behind steps that were too large. */
  readonly updateRatio: { readonly least: number; readonly most: number; readonly lossGrowth: number };
  /** Fraction of the channels, and the part of a running average that may still stem from before the run. */
  readonly evaluationGap: { readonly channels: number; readonly initialWeight: number };
  /** Standard deviations per 10 steps. */
  readonly drift: number;
}

export const measuredThresholds: MeasuredThresholds = {
  vanishing: { slope: -0.3, depths: 5, ratio: 1e-3 },
  exploding: { slope: 0.15, depths: 10, ratio: 1e3 },
  deadUnits: 0.5,
  saturated: 0.5,
  collapsed: 1e-3,
  updateRatio: { least: 1e-5, most: 1e-1, lossGrowth: 10 },
  evaluationGap: { channels: 0.1, initialWeight: 0.05 },
  drift: 1,
};
