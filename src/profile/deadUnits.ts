/** Steps that a unit's activity is taken over. */
const WINDOW = 10;
/** A unit that is active on a smaller part of the samples is dead (SageMaker Debugger, DyingRelu, has 1 %). */
const ACTIVE = 0.01;
/** Samples it takes to tell 1 % from nothing. */
const ENOUGH_SAMPLES = 100;

/** Counts the dead units of one ReLU layer over the last steps. */
export class DeadUnits {
  private readonly window: Float32Array[] = [];

  constructor(private readonly batch: number) {}

  /**
   * @param active of each unit, the fraction of the batch's samples that it is active on
   * @returns the fraction of units that are dead; undefined before there are samples enough to say so
   */
  add(active: Float32Array): number | undefined {
    // a copy: the step's outputs need not outlive it
    this.window.push(active.slice());
    if (this.window.length > WINDOW) this.window.shift();
    if (this.window.length * this.batch < ENOUGH_SAMPLES) return undefined;
    let dead = 0;
    for (let unit = 0; unit < active.length; unit++) {
      let sum = 0;
      for (const step of this.window) sum += step[unit];
      if (sum < ACTIVE * this.window.length) dead++;
    }
    return dead / active.length;
  }
}
