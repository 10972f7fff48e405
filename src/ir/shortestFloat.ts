/** Answers: the layers of a network ask for the same few numbers thousands of times. */
const known = new Map<number, number>();
const MOST_KNOWN = 64;

/** The shortest decimal that float32 rounds to the same number: 0.001 for the float32 0.0010000000474974513. */
export function shortestFloat(value: number): number {
  let short = known.get(value);
  if (short !== undefined) return short;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(value, (short = shortened(value)));
  return short;
}

function shortened(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
}
