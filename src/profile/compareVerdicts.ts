import type {
  ComparedFigure,
  ComparedRun,
  ComparedVariant,
  CompareSummary,
  CompareVerdict,
  RateSearch,
  Spread,
} from '../protocol/compare';
import { fromFigure } from './figure';
import { chanceOfDifference, pooledDeviation, sampleOf } from './studentTest';

/** Below, a spread says nothing. */
const LEAST_SEEDS = 3;
/** How many times the spread a difference must be. */
const FACTOR = 2;
const CHANCE = 0.01;
/** The search for learning rates takes steps of 2: finer differences are its own. */
const RATE_RESOLUTION = 0.5;

/** What the runs of one variant come to. */
export function summaryOf(runs: readonly ComparedRun[], searches: readonly RateSearch[]): CompareSummary {
  const ended = runs.filter((r) => r.status === 'complete');
  const spread = (values: readonly (number | null)[]): Spread | null => {
    const finite = values.filter((v): v is number => v !== null && Number.isFinite(v));
    return finite.length === 0 ? null : sampleOf(finite);
  };
  return {
    finalLoss: spread(ended.map((r) => fromFigure(r.finalLoss))),
    gradientDepthSlope: spread(
      ended.map((r) => (r.gradientDepthSlope === null ? null : fromFigure(r.gradientDepthSlope))),
    ),
    stepMs: spread(ended.map((r) => r.stepMs)),
    log2LearningRate: spread(searches.map((s) => (s.largest === null ? null : Math.log2(s.largest)))),
    divergedSeeds: runs.filter((r) => r.status === 'diverged').length,
  };
}

/** How a figure is judged: where it stands, and which of two is better. */
interface Judged {
  readonly figure: ComparedFigure;
  readonly of: (summary: CompareSummary) => Spread | null;
  readonly smallerIsBetter: boolean;
  /** The spread is taken to be no smaller. */
  readonly resolution: number;
}

/** A slope is the better the nearer it is to 0: gradients that neither vanish nor explode. */
const magnitude = (spread: Spread | null): Spread | null => spread && { ...spread, mean: Math.abs(spread.mean) };

const figures: readonly Judged[] = [
  { figure: 'finalLoss', of: (s) => s.finalLoss, smallerIsBetter: true, resolution: 0 },
  { figure: 'gradientDepthSlope', of: (s) => magnitude(s.gradientDepthSlope), smallerIsBetter: true, resolution: 0 },
  { figure: 'stepMs', of: (s) => s.stepMs, smallerIsBetter: true, resolution: 0 },
  {
    figure: 'largestStableLearningRate',
    of: (s) => s.log2LearningRate,
    smallerIsBetter: false,
    resolution: RATE_RESOLUTION,
  },
];

/** Every variant held against the first: better or worse only where the difference is larger than the spread over the seeds. */
export function compareVerdicts(variants: readonly ComparedVariant[]): CompareVerdict[] {
  const [baseline, ...others] = variants;
  if (baseline === undefined) return [];
  return others.flatMap((variant) => figures.flatMap((judged) => verdict(judged, baseline, variant) ?? []));
}

function verdict(judged: Judged, baseline: ComparedVariant, variant: ComparedVariant): CompareVerdict | undefined {
  const [a, b] = [judged.of(baseline.summary), judged.of(variant.summary)];
  if (a === null || b === null) return undefined;
  const difference = b.mean - a.mean;
  const spread = Math.max(pooledDeviation(a, b), judged.resolution);
  const enough = Math.min(a.count, b.count) >= LEAST_SEEDS;
  const p = enough ? chanceOfDifference(a, b, spread) : null;
  const significant = p !== null && p < CHANCE && Math.abs(difference) > FACTOR * spread;
  const variantIsBetter = difference < 0 === judged.smallerIsBetter;
  return {
    figure: judged.figure,
    variant: variant.id,
    baseline: baseline.id,
    better: significant ? (variantIsBetter ? variant.id : baseline.id) : null,
    ...{ difference, spread, p, significant },
  };
}
