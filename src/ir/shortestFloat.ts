/** The last answer: the layers of a network ask for the same few numbers thousands of times. */
let last = { value: 0, short: 0 };

/** The shortest decimal that float32 rounds to the same number: 0.001 for the float32 0.0010000000474974513. */
export function shortestFloat(value: number): number {
  if (value !== last.value) last = { value, short: shortened(value) };
  return last.short;
}

function shortened(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
}
