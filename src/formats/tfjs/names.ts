import { wellFormed } from '../../ir/wellFormed';

/** Names of values that are taken; further ones are made from a wanted name and a number. */
export class Names {
  private readonly taken = new Set<string>();
  /** The last number that was put behind a wanted name: many may want the same. */
  private readonly numbers = new Map<string, number>();

  /** The wanted name, else with a number: one that nobody has, nor is it kept for somebody else. It can be written in UTF-8. */
  claim(asked: string, isReserved: (name: string) => boolean): string {
    const wanted = wellFormed(asked);
    if (wanted !== '' && !isReserved(wanted) && this.take(wanted)) return wanted;
    let number = this.numbers.get(wanted) ?? 0;
    let name: string;
    do name = `${wanted}_${++number}`;
    while (isReserved(name) || !this.take(name));
    this.numbers.set(wanted, number);
    return name;
  }

  /** Takes names that were given as they were wanted; false, with all as it was, where somebody has one of them. */
  takeAll(names: readonly string[]): boolean {
    const clash = names.findIndex((name) => !this.take(name));
    for (let i = 0; i < clash; i++) this.release(names[i]);
    return clash < 0;
  }

  /** True for a name that nobody has or wanted in vain. */
  isFree(name: string): boolean {
    return !this.taken.has(name) && this.isWantedOnce(name);
  }

  /** False for a name that somebody wanted in vain. */
  isWantedOnce(name: string): boolean {
    return !this.numbers.has(name);
  }

  /** Everybody got the name that they wanted: in whatever order they asked, they would get the same. */
  get areAsWanted(): boolean {
    return this.numbers.size === 0;
  }

  /** False when somebody has the name already. */
  private take(name: string): boolean {
    const { size } = this.taken;
    return this.taken.add(name).size > size;
  }

  release(name: string): void {
    this.taken.delete(name);
  }
}
