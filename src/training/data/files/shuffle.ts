import { Random } from '../../random';

const ROUNDS = 4;

/**
 * The numbers 0 .. count - 1 in random order, again and again in a new order, without a list of them in memory: a Feistel network
 * over the next larger square, walked until it falls inside (Black and Rogaway 2002, "Ciphers with Arbitrary Finite Domains").
 */
export class Shuffle {
  private readonly side: number;

  constructor(
    private readonly count: number,
    private readonly seed: number,
  ) {
    this.side = Math.ceil(Math.sqrt(count));
  }

  /** The number at a position of the endless sequence. */
  at(position: number): number {
    const epoch = Math.floor(position / this.count);
    let value = position % this.count;
    do value = this.permuted(value, epoch);
    while (value >= this.count);
    return value;
  }

  private permuted(value: number, epoch: number): number {
    let [left, right] = [Math.floor(value / this.side), value % this.side];
    for (let round = 0; round < ROUNDS; round++) {
      const noise = new Random(this.seed, epoch, round, right).integer(this.side);
      [left, right] = [right, (left + noise) % this.side];
    }
    return left * this.side + right;
  }
}
