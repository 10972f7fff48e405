/** Steps within which every step is sampled, then every second, every fifth ... of a growing decade. */
const EARLY = [0, 1, 2, 5];
const MOST = 12;

/**
 * The steps that get quantiles and a histogram: 0, 1, 2, 5, 10, 20, 50, 100 ... and the last one; distributions change most
 * at the beginning. At most 12, the last one always among them.
 */
export function sampledSteps(steps: number): ReadonlySet<number> {
  const chosen = [...EARLY];
  for (let decade = 10; chosen.length < MOST - 1; decade *= 10) chosen.push(decade, 2 * decade, 5 * decade);
  const inside = chosen.slice(0, MOST - 1).filter((s) => s < steps - 1);
  return new Set(steps > 0 ? [...inside, steps - 1] : []);
}
