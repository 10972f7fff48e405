import type { RateSearch, TriedRate } from '../protocol/compare';

/** Runs of a search at most, the refining one not counted: up or down by 4 from where it starts, that is a factor of 4096. */
const MOST_STEPS = 6;

/**
 * The largest learning rate that is stable, to a factor of two: from `start` by factors of 4 upwards while it is stable (or
 * downwards until it is), then once at twice the largest. At most eight short runs.
 *
 * @param isStable trains a few steps at a rate
 * @param known what is known of rates already
 */
export async function searchRate(
  seed: number,
  start: number,
  isStable: (lr: number) => Promise<boolean>,
  known: readonly TriedRate[] = [],
): Promise<RateSearch> {
  const tried: TriedRate[] = [];
  const test = async (lr: number) => {
    const stable = known.find((k) => k.lr === lr)?.stable ?? (await isStable(lr));
    tried.push({ lr, stable });
    return stable;
  };
  let largest: number | null = null;
  if (await test(start)) {
    largest = start;
    for (let i = 0; i < MOST_STEPS && (await test(4 * largest)); i++) largest *= 4;
  } else {
    for (let i = 1; i <= MOST_STEPS && largest === null; i++) {
      const lr = start / 4 ** i;
      if (await test(lr)) largest = lr;
    }
  }
  if (largest !== null && (await test(2 * largest))) largest *= 2;
  return { seed, largest, tried };
}
