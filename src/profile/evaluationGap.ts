import type { NormStatistics } from '../training/trainingState';

/** A channel counts when its two outputs differ by more than this part of a standard deviation. */
const DIFFERENT = 0.5;

/**
 * Fraction of a batch norm's channels whose output in evaluation, with the running statistics, differs on this batch from
 * that in training, with the batch's own. With x = mean + std * z, z of mean 0 and RMS 1, the outputs are gamma * z + beta and
 * gamma * (std * z + mean - runningMean) / runningStd + beta: the RMS of their difference, relative to the standard deviation
 * gamma of the former, is sqrt((std / runningStd - 1)^2 + ((mean - runningMean) / runningStd)^2).
 */
export function evaluationGap({
  norm,
  batchMean,
  batchVariance,
  runningMean,
  runningVariance,
}: NormStatistics): number {
  const { epsilon } = norm.norm;
  let different = 0;
  for (let c = 0; c < batchMean.length; c++) {
    const running = Math.sqrt(runningVariance[c] + epsilon);
    const scale = Math.sqrt(batchVariance[c] + epsilon) / running - 1;
    const shift = (batchMean[c] - runningMean[c]) / running;
    // NaN counts as different
    if (!(Math.hypot(scale, shift) <= DIFFERENT)) different++;
  }
  return different / batchMean.length;
}
