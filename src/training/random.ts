/**
 * A seeded stream of random numbers: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators",
 * 2021), its state filled by splitmix32 from the seeds. The same seeds give the same numbers on every machine, except that
 * `normal` uses the host's log, sin and cos, whose last bit may differ between JavaScript engines.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;
  private spare: number | undefined;

  /** One stream for each list of seeds, e.g. (seed, purpose, step). Integers; only their low 32 bits count. */
  constructor(...seeds: readonly number[]) {
    let state = 0x9e3779b9;
    const splitmix = () => {
      state = (state + 0x9e3779b9) | 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return (z ^ (z >>> 15)) >>> 0;
    };
    for (const seed of seeds) state = splitmix() ^ (seed | 0);
    this.a = splitmix();
    this.b = splitmix();
    this.c = splitmix();
    // xoshiro stands still only in the all-zero state
    this.d = splitmix() | 1;
  }

  /** An integer in 0 .. 2^32 - 1. */
  bits(): number {
    const x = Math.imul(this.b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= t;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (this.bits() / 2 ** 32) * (high - low);
  }

  /** An integer in 0 .. count - 1; the bias against an ideal die is below count / 2^32. */
  integer(count: number): number {
    return Math.floor(this.uniform(0, count));
  }

  /** Standard normal (Box and Muller 1958); both values of a pair are used. */
  normal(): number {
    if (this.spare !== undefined) {
      const value = this.spare;
      this.spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log((this.bits() + 1) / 2 ** 32));
    const angle = this.uniform(0, 2 * Math.PI);
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** `count` values with the given standard deviation and mean 0. */
  normals(count: number, deviation = 1): Float32Array {
    const out = new Float32Array(count);
    for (let i = 0; i < count; i++) out[i] = deviation * this.normal();
    return out;
  }

  /** The integers 0 .. count - 1 in random order (Fisher and Yates). */
  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}
