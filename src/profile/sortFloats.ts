/** Bits of a key that one pass sorts by. */
const DIGIT = 11;
const BUCKETS = 1 << DIGIT;
/** The digits from the highest down; the last has the 10 bits that are left. */
const SHIFTS = [21, 10, 0];
/** The bits of a NaN whose sign is clear. */
const NAN_BITS = 0x7fc00000;
/** Moves per number that putting the last bits in order by insertion may take before a pass over them is cheaper. */
const MOVES = 1;

let scratch = new Uint32Array(0);
const counts = new Int32Array(BUCKETS);

/**
 * A sorted copy of a sample; NaNs come last, as numpy has it, and -0 before 0. A radix sort by the bits of the numbers: a profile
 * sorts hundreds of samples of thousands of numbers at a sampled step, where the built-in sort takes several times as long.
 * Numbers of a sample rarely agree in the 22 bits that two passes see; what they leave is put in order by insertion.
 */
export function sortFloats(sample: Float32Array): Float32Array {
  const sorted = sample.slice();
  const keys = new Uint32Array(sorted.buffer);
  if (scratch.length < keys.length) scratch = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) keys[i] = toKey(keys[i]);
  const [high, middle, low] = SHIFTS;
  pass(keys, scratch, middle);
  pass(scratch, keys, high, keys.length);
  if (!insert(keys)) {
    for (const shift of [low, middle, high]) {
      pass(keys, scratch, shift);
      keys.set(scratch.subarray(0, keys.length));
    }
  }
  for (let i = 0; i < keys.length; i++) keys[i] = fromKey(keys[i]);
  return sorted;
}

/** An unsigned integer that grows with the number: negative ones have all bits turned, others the sign's. */
function toKey(bits: number): number {
  const number = (bits & 0x7fffffff) > 0x7f800000 ? NAN_BITS : bits;
  return number ^ ((number >> 31) | 0x80000000);
}

function fromKey(key: number): number {
  return key ^ ((~key >> 31) | 0x80000000);
}

/** Copies `length` keys, sorted by a digit; those that agree in it keep their order. */
function pass(from: Uint32Array, to: Uint32Array, shift: number, length = from.length): void {
  const mask = BUCKETS - 1;
  counts.fill(0);
  for (let i = 0; i < length; i++) counts[(from[i] >>> shift) & mask]++;
  let place = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const count = counts[bucket];
    counts[bucket] = place;
    place += count;
  }
  for (let i = 0; i < length; i++) to[counts[(from[i] >>> shift) & mask]++] = from[i];
}

/** Sorts keys that are nearly in order; false, and not in order, where that takes too many moves. */
function insert(keys: Uint32Array): boolean {
  let left = MOVES * keys.length;
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i];
    let place = i;
    for (; place > 0 && keys[place - 1] > key; place--) keys[place] = keys[place - 1];
    keys[place] = key;
    left -= i - place;
    if (left < 0) return false;
  }
  return true;
}
